"""Pages: ``limit``, ``offset``, ``total_count`` and the addresses of the other pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from roster_emulator.api import Call
from roster_emulator.ibm.errors import invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


@dataclass(frozen=True)
class Page:
    """The page that a caller wants. ``start`` is its first row, which a fault may shift."""

    limit: int
    offset: int
    start: int


def page(call: Call) -> Page:
    """``limit`` 0 to 100, 50 by default; ``offset`` 0 or more."""
    limit = min(_number(call, "limit", DEFAULT_LIMIT, MAX_LIMIT), call.state.switches.page_limit)
    offset = _number(call, "offset", 0, None)
    return Page(limit, offset, max(0, offset + call.shift))


def envelope(call: Call, wanted: Page, total: int, base: str) -> dict[str, Any]:
    """What a list says about its pages. ``previous`` and ``next`` are there only when such pages are."""
    others = [(name, value) for name, value in call.query.multi_items() if name not in ("limit", "offset")]

    def href(offset: int | None) -> dict[str, str]:
        start = [] if offset is None else [("offset", str(offset))]
        return {"href": f"{base}?{urlencode([*start, ('limit', str(wanted.limit)), *others])}"}

    result: dict[str, Any] = {"limit": wanted.limit, "offset": wanted.offset, "total_count": total, "first": href(None)}
    if wanted.offset > 0:
        result["previous"] = href(max(0, wanted.offset - wanted.limit))
    if wanted.limit > 0 and wanted.offset + wanted.limit < total:
        result["next"] = href(wanted.offset + wanted.limit)
    size = max(1, wanted.limit)
    result["last"] = href(max(0, total - 1) // size * size)
    return result


def _number(call: Call, name: str, default: int, most: int | None) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or (most is not None and int(text) > most):
        raise invalid(f"{name} must be a number from 0" + (f" to {most}" if most is not None else ""))
    return int(text)
