"""Cuts lists into pages: ``page`` (from 0), ``size``, ``sort=nativeName,asc`` and ``filter=scanStatus eq Unchanged``.

A request for a page after the last page returns an empty page, not an error: the vendor's Go client asks for such a
page if the number of rows is a multiple of ``size``. The vendor's samples filter with ``eq``, and its client's
documentation has ``co`` (contains). The filter language has a third operator, ``sw`` (starts with). All of them ignore
case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from roster_emulator.britive import errors

DEFAULT_SIZE = 20

Item = dict[str, Any]

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "co": lambda value, wanted: wanted in value,
    "sw": lambda value, wanted: value.startswith(wanted),
}
_FILTER = re.compile(r"\s*(?P<column>\w+)\s+(?P<operator>\w+)\s+(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>.+?))\s*")


@dataclass(frozen=True)
class Request:
    """The page that a caller asks for."""

    page: int
    size: int
    sort: str | None
    filter: str | None
    shift: int


def requested(query: QueryParams, shift: int = 0) -> Request | None:
    """Return the page that the query asks for; ``None`` without the parameter ``page``."""
    if "page" not in query:
        return None
    return Request(
        page=_number(query, "page", 0, 0),
        size=_number(query, "size", 1, DEFAULT_SIZE),
        sort=query.get("sort") or None,
        filter=query.get("filter") or None,
        shift=shift,
    )


def required(query: QueryParams, shift: int = 0) -> Request:
    """Return the page that the query asks for. Raise a 400 without the parameter ``page``."""
    asked = requested(query, shift)
    if asked is None:
        raise errors.invalid("Query parameter 'page' is mandatory.")
    return asked


def paged(items: Sequence[Item], asked: Request, columns: Collection[str]) -> Item:
    """Return one page of ``items`` with its envelope. Lists may be sorted and filtered by ``columns``."""
    chosen = list(items)
    if asked.filter is not None:
        chosen = _filtered(chosen, asked.filter, columns)
    shown_sort = None
    if asked.sort is not None:
        chosen, shown_sort = _sorted(chosen, asked.sort, columns)
    start = max(0, asked.page * asked.size + asked.shift)
    return {
        "count": len(chosen),
        "page": asked.page,
        "size": asked.size,
        "sort": shown_sort,
        "filter": asked.filter,
        "data": chosen[start : start + asked.size],
    }


def flag(query: QueryParams, name: str) -> bool:
    """Return a boolean of the query, false if absent. The vendor's Python client sends ``True``."""
    value = query.get(name, "false").lower()
    if value not in ("true", "false"):
        raise errors.invalid(f"Query parameter '{name}' must be true or false.")
    return value == "true"


def _number(query: QueryParams, name: str, least: int, default: int) -> int:
    try:
        value = int(query.get(name, default))
    except ValueError:
        value = least - 1
    if value < least:
        raise errors.invalid(f"Query parameter '{name}' must be a number from {least} on.")
    return value


def _sorted(items: list[Item], sort: str, columns: Collection[str]) -> tuple[list[Item], str]:
    column, _, direction = (part.strip() for part in sort.partition(","))
    direction = direction.lower() or "asc"
    if column not in columns or direction not in ("asc", "desc"):
        raise errors.invalid(f"Cannot sort by '{sort}'.")

    def key(item: Item) -> tuple[bool, float, str]:
        value = item[column]
        number = float(value) if isinstance(value, int) else 0.0
        return value is not None, number, "" if value is None else str(value).lower()

    return sorted(items, key=key, reverse=direction == "desc"), f"{column}: {direction.upper()}"


def _filtered(items: list[Item], text: str, columns: Collection[str]) -> list[Item]:
    match = _FILTER.fullmatch(text)
    operator = match and _OPERATORS.get(match["operator"].lower())
    if match is None or operator is None or match["column"] not in columns:
        raise errors.invalid(f"Cannot filter by '{text}'.")
    wanted = (match["plain"] if match["quoted"] is None else match["quoted"]).lower()
    return [item for item in items if operator(_text(item[match["column"]]).lower(), wanted)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
