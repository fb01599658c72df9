"""Lists ids and names that are dangerous if a program interprets a part of them as a path, a query or a header."""

from __future__ import annotations

import re

# Each contains the id of somebody else's object (the victim), which a mistake would change.
HOSTILE = {
    "a parent folder": "../{victim}",
    "an encoded parent folder": "..%2F{victim}",
    "a slash at the end": "{victim}/members",
    "an encoded slash": "{victim}%2Fmembers",
    "a query": "{victim}?force=true&x=1",
    "a fragment": "{victim}#x",
    "a backslash": "..\\{victim}",
    "a full-width solidus": "..\uff0f{victim}",
    "one-dot leaders": "\u2024\u2024/{victim}",
    "right-to-left override": "\u202e{victim}",
    "a space at the end": "{victim} ",
    "a line break": "{victim}\n",
    "a header": "{victim}\r\nX-Evil: 1",
    "a null character": "{victim}\0",
    "an unpaired surrogate": "{victim}\ud800",
    "a dot": ".",
    "two dots": "..",
    "70,000 characters": "{victim}" + "x" * 70_000,
}
"""Texts by name, with a placeholder for the id of the victim."""


def text(name: str, victim: str) -> str:
    """Return a hostile text by its name in :data:`HOSTILE`."""
    return HOSTILE[name].format(victim=victim)


def is_line(value: str) -> bool:
    """Return whether a text is one line without control characters and unpaired surrogates."""
    return not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value)


def is_one_segment(value: str) -> bool:
    """Return whether a text can be sent as one segment of a path, percent-encoded."""
    return is_line(value) and value not in {".", ".."} and len(value) < 10_000
