"""What the emulated world holds, told so that two runs can be compared: ids that the services make go by the object's
name, and times and revisions do not count."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

_PASSING = re.compile(r"etag|revision|modify_index|created.*|updated.*|modified.*|last_.*|.*_at|.*[tT]ime")

Shape = Counter[str]


def shape(tables: Mapping[str, list[dict[str, Any]]]) -> Shape:
    """Each object and each link of the tables as a line of text, with how often it is there."""
    rows = [(table, _opened(row)) for table, content in tables.items() if "token" not in table for row in content]
    called: dict[str, str] = {}
    for where, row in rows:
        if isinstance(row.get("id"), str):
            called[row["id"]] = f"<{where} {row.get('name') or row['id'].split('-')[0]}>"
    return Counter(f"{where}: {json.dumps(_lasting(row, called), sort_keys=True)}" for where, row in rows)


def difference(expected: Shape, found: Shape) -> str:
    """What is missing and what is too much, or ""."""
    missing, more = expected - found, found - expected
    lines = [f"missing {count}x {line}" for line, count in missing.items()]
    return "; ".join([*lines, *(f"too much {count}x {line}" for line, count in more.items())])


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the JSON that it holds as text."""

    def opened(value: Any) -> Any:
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    return {key: opened(value) for key, value in row.items()}


def _lasting(value: Any, called: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            called.get(key, key): _lasting(item, called) for key, item in value.items() if not _PASSING.fullmatch(key)
        }
    if isinstance(value, list):
        return sorted((_lasting(item, called) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return called.get(value, value) if isinstance(value, str) else value
