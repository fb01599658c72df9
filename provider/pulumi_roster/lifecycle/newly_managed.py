"""Keeps the items of a set that becomes managed, until a preview has shown that they leave.

Pulumi shows a set that becomes managed as new, without the items that it loses. So Roster removes nothing from it yet.
The next refresh makes the other items drift, which a preview shows, and the update after it removes them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

from ..schema.model import Args, State
from ..schema.outputs import managed_fields, recorded_fields
from ..schema.shared_sets import joined_names

__all__ = ["without_unmanaged_sets"]

S = TypeVar("S", bound=State)

log = logging.getLogger(__name__)


def without_unmanaged_sets(kind: str, prior: S, olds: Mapping[str, Any], args: Args) -> S:
    """Return the old state without the sets that become managed. Warn of the items that stay in them.

    :param olds: the recorded outputs of ``prior``.
    """
    sets = [
        name
        for name in managed_fields(type(args), dict(args))
        if name not in recorded_fields(type(args), olds) and isinstance(getattr(prior, name), (list, dict))
    ]
    for name in sets:
        if kept := [str(item) for item in getattr(prior, name) if item not in getattr(args, name)]:
            log.warning(
                "%s %s: %s keeps %s, because no preview has shown their removal; `pulumi up --refresh` shows it",
                *(kind, prior.id, name, joined_names(kept)),
            )
    return prior.model_copy(update=dict.fromkeys(sets))
