"""Tells objects apart: by their scope, their natural key, and the import key that a person writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidArguments
from .fields import normal
from .marks import Key, Scope, is_provider_only, marked
from .model import Args, State

__all__ = ["import_key", "natural_key", "scope_of"]


def scope_of(args_type: type[Args], values: Args | State) -> str:
    """Return the scope of an object; "" for a kind that has only one.

    A scope of several fields has one on each line. A field can contain a slash, but no line break.
    """
    return "\n".join(str(getattr(values, name, "")) for name in marked(args_type, Scope))


def natural_key(args_type: type[Args], values: Args | State) -> tuple[str, ...]:
    """Return the fields by which an object is recognised in its scope; all fields for an object without a name."""
    keys = list(marked(args_type, Key))
    if not any(getattr(values, name, None) for name in keys):
        keys = [name for name in args_type.model_fields if not is_provider_only(args_type, name)]
    plain = values.model_dump(mode="json", warnings=False)  # so that a state and arguments compare
    return tuple(repr(normal(args_type, name, plain.get(name))) for name in keys)


def import_key(template: str, text: str, known: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that an import key contains. The bare id is enough if the scope is known otherwise.

    :param template: such as ``{access_group_id}/{id}``.
    :raises InvalidArguments: the text does not match the template.
    """
    match = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), text)
    if match is not None:
        return {"id": text, **match.groupdict()}
    missing = [name for name in re.findall(r"{(\w+)}", template) if name != "id" and name not in known]
    if missing:
        raise InvalidArguments(f"the import key must look like {template}, got {text!r}", hint="correct the import key")
    return {"id": text}
