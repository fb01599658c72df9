"""Finds the texts in a declaration and replaces them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from support.cases import Case
from support.subjects import Values

Path = tuple[str | int, ...]
"""The place of a value within a declaration: keys and indexes."""


def declarations(case: Case, made: Any) -> Iterator[Values]:
    """Yield the declaration of a case, and the declaration with each of its updates."""
    given = case.inputs(made)
    yield given
    for change in case.changes(made):
        yield {**given, **change}


def texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield the texts within a declaration, each with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, (*path, number))


def replaced(value: Any, changes: dict[Path, Any]) -> Any:
    """Return a declaration with other values in some places."""
    if () in changes:
        return changes[()]
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    inner = {
        key: {path[1:]: text for path, text in changes.items() if path[0] == key}
        for key in {path[0] for path in changes}
    }
    found = {key: replaced(item, inner[key]) if key in inner else item for key, item in steps}
    return found if isinstance(value, dict) else list(found.values())
