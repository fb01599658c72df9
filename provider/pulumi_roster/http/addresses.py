"""Builds the address of a request: ids as segments of a path, and parameters as a query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..errors import InvalidIdentifier

__all__ = ["fill", "query", "segment"]


def fill(path: str, ids: tuple[str, ...]) -> str:
    """Put ids into the ``{}`` of a path."""
    parts = path.split("{}")
    if len(parts) != len(ids) + 1:
        raise TypeError(f"{path!r}: must have {len(parts) - 1} ids, got {len(ids)}")
    return "".join(part + (segment(ids[i]) if i < len(ids) else "") for i, part in enumerate(parts))


def segment(text: str) -> str:
    """Encode an id or a name as exactly one segment of a path.

    :raises InvalidIdentifier: the text is empty, ``.`` or ``..``, or contains a control character. Servers and proxies
        read ``..`` as a step through the path even if it is encoded.
    """
    if text in {"", ".", ".."} or re.search(r"[\x00-\x1f\x7f]", text):
        raise InvalidIdentifier(f"{text!r} cannot be part of an address", hint="check the id or the name")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidIdentifier(f"{text!r} is not valid text", hint="check the id or the name") from None


def query(params: Mapping[str, Any] | None) -> dict[str, str]:
    """Return parameters as text: without ``None``, and booleans in lower case."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (params or {}).items()
        if value is not None
    }
