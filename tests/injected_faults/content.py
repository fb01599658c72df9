"""Describes the content of the emulator so that two runs can be compared.

The name of an object stands for its id. Times and revisions do not count.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

_PASSING = re.compile(r"etag|revision|modify_index|created.*|updated.*|modified.*|last_.*|.*_at|.*[tT]ime")

Content = Counter[str]
"""Each object and each membership as a line of text, with the number of times that it exists."""


def content_of(tables: Mapping[str, list[dict[str, Any]]]) -> Content:
    """Return the content of the tables."""
    rows = [(table, _parsed(row)) for table, content in tables.items() if "token" not in table for row in content]
    names = {
        row["id"]: f"<{table} {row.get('name') or row['id'].split('-')[0]}>"
        for table, row in rows
        if isinstance(row.get("id"), str)
    }
    return Counter(f"{table}: {json.dumps(_comparable(row, names), sort_keys=True)}" for table, row in rows)


def difference(expected: Content, found: Content) -> str:
    """Return what is missing and what is too much, or an empty text."""
    missing, more = expected - found, found - expected
    lines = [f"missing {count}x {line}" for line, count in missing.items()]
    return "; ".join([*lines, *(f"too much {count}x {line}" for line, count in more.items())])


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    """Parse the JSON that a row holds as text."""

    def parsed(value: Any) -> Any:
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    return {key: parsed(value) for key, value in row.items()}


def _comparable(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            names.get(key, key): _comparable(item, names) for key, item in value.items() if not _PASSING.fullmatch(key)
        }
    if isinstance(value, list):
        return sorted((_comparable(item, names) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return names.get(value, value) if isinstance(value, str) else value
