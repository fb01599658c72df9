"""Warns of the items of a set that becomes managed: they stay until a preview has shown that they leave.

Pulumi shows a set that becomes managed as new, without the items that it loses. So Roster removes nothing from it yet.
The next refresh makes the other items drift, which a preview shows, and the update after it removes them.
"""

from __future__ import annotations

import logging

from ..schema.model import Args, State
from ..schema.outputs import declared_fields
from ..schema.shared_sets import joined_names

__all__ = ["warn_of_kept_items"]

log = logging.getLogger(__name__)


def warn_of_kept_items(kind: str, known: State, managed: State, args: Args) -> None:
    """Name the items that stay in each set that becomes managed.

    :param known: the recorded state.
    :param managed: the same, without the sets that were not managed.
    """
    for name in declared_fields(type(args), dict(args)):
        there, declared = getattr(known, name), getattr(args, name)
        if getattr(managed, name) is not None or not isinstance(there, (list, dict)):
            continue
        if kept := [str(item) for item in there if item not in declared]:
            log.warning(
                "%s %s: %s keeps %s, because no preview has shown the removal; the next `pulumi up --refresh` shows it",
                kind,
                known.id,
                name,
                joined_names(kept),
            )
