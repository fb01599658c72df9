"""Identifies objects: by their scope, their natural key, and the import key that a person writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidArguments
from .fields import normal
from .marks import Key, Scope, is_provider_only, marked
from .model import Args, State

__all__ = ["ObjectKey", "import_key_of", "key_of", "natural_key", "parse_import_key", "scope_of"]


def scope_of(args_type: type[Args], values: Mapping[str, Any]) -> str:
    """Return the scope of an object; "" for a kind that has only one.

    If a scope has several fields, each is on a line of its own: a field can contain a slash, but no line break.
    """
    return "\n".join(str(values.get(name, "")) for name in marked(args_type, Scope))


def natural_key(args_type: type[Args], values: Args | State) -> tuple[str, ...]:
    """Return the values that identify an object in its scope: those of the natural key.

    If all fields of the natural key are empty, as for a rule without a name, return the values of all fields.
    """
    keys = list(marked(args_type, Key))
    if not any(getattr(values, name, None) for name in keys):
        keys = [name for name in args_type.model_fields if not is_provider_only(args_type, name)]
    plain = values.model_dump(mode="json", warnings=False)  # so that a state compares with arguments
    return tuple(repr(normal(args_type, name, plain.get(name))) for name in keys)


@dataclass(frozen=True)
class ObjectKey:
    """The key of one object. It is all that Roster knows about an object before an import.

    :param id: the service's id. For a link between two objects, the whole import key.
    :param fields: the arguments that the import key and the scope contain. ``key["access_group_id"]`` returns one of
        them.
    """

    id: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]


def key_of(template: str, args_type: type[Args], state: State) -> ObjectKey:
    """Return the key of an object whose state is known.

    :param template: the kind's import key, such as ``{access_group_id}/{id}``.
    """
    return ObjectKey(state.id, {name: str(getattr(state, name)) for name in _names(template, args_type)})


def import_key_of(template: str, args_type: type[Args], state: State) -> str:
    """Return the text by which a person names an object: its import key."""
    key = key_of(template, args_type, state)
    return template.format_map({**key.fields, "id": key.id})


def parse_import_key(
    template: str, args_type: type[Args], text: str, known: Mapping[str, Any], defaults: Mapping[str, Any]
) -> ObjectKey:
    """Read an import key. The id alone is enough if the other fields are known.

    :param known: the values that the program provides.
    :param defaults: the values that the connection provides.
    :raises InvalidArguments: the text does not have the form of the template, or contradicts a known value.
    """
    names = _names(template, args_type)
    *first, last = re.findall(r"{(\w+)}", template)
    # The iam_id of a service may contain slashes, the id of an object does not.
    end = "[^/]+" if last == "id" else ".+"
    match = re.fullmatch("".join(f"(?P<{name}>[^/]+)/" for name in first) + f"(?P<{last}>{end})", text)
    given = match.groupdict() if match else {}
    for name in given.keys() & known.keys():
        if given[name] != str(known[name]):
            raise InvalidArguments(f"{name} must be {given[name]!r}, as in the import key, got {known[name]!r}")
    values = {**defaults, **known, **given}
    fields = {name: str(value) for name, value in values.items() if name in names}
    if match is None and {*re.findall(r"{(\w+)}", template)} - {"id", *fields}:
        raise InvalidArguments(f"the import key must look like {template}, got {text!r}")
    return ObjectKey(given.get("id", text), fields)


def _names(template: str, args_type: type[Args]) -> set[str]:
    return {*re.findall(r"{(\w+)}", template), *marked(args_type, Scope)} - {"id"}
