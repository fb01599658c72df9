"""Names one object by its id and the fields of its import key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidArguments
from .model import Args, Scope, State, marked

__all__ = ["ObjectKey", "key_of", "parse_import_key"]


@dataclass(frozen=True)
class ObjectKey:
    """The name of one object: of one that was imported, all that is known of it.

    :param id: the service's id, or for a link between two objects the whole import key.
    :param fields: the arguments that its import key contains, and its scope: ``key["access_group_id"]``.
    """

    id: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]


def key_of(template: str, args_type: type[Args], state: State) -> ObjectKey:
    """Returns the key of an object whose state is known.

    :param template: the kind's import key, such as ``{access_group_id}/{id}``.
    """
    return ObjectKey(state.id, {name: str(getattr(state, name)) for name in _names(template, args_type)})


def parse_import_key(template: str, args_type: type[Args], text: str, known: Mapping[str, Any]) -> ObjectKey:
    """Reads an import key. The id alone is enough if the other fields are known.

    :param known: the values that the connection and the program give.
    :raises InvalidArguments: the text does not have the form of the template.
    """
    names = _names(template, args_type)
    match = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), text)
    given = match.groupdict() if match else {}
    fields = {name: str(value) for name, value in {**known, **given}.items() if name in names}
    if match is None and {*re.findall(r"{(\w+)}", template)} - {"id", *fields}:
        raise InvalidArguments(f"the import key must look like {template}, got {text!r}")
    return ObjectKey(given.get("id", text), fields)


def _names(template: str, args_type: type[Args]) -> set[str]:
    return {*re.findall(r"{(\w+)}", template), *marked(args_type, Scope)} - {"id"}
