"""Counts requests, and keeps the last of them."""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import Any

from roster_emulator.api import Call

KEPT = 2000
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-vault-token"})


class Requests:
    """Request counts by method and route template, and the last requests without their credentials."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def note(self, call: Call) -> dict[str, Any]:
        """Count a request and return its entry, to which the caller adds the status later."""
        self.counts[f"{call.method} {call.template}"] += 1
        entry: dict[str, Any] = {
            "method": call.method,
            "route": call.template,
            "path": call.path,
            "query": str(call.query),
            "headers": {name: "REDACTED" if name in SECRET_HEADERS else value for name, value in call.headers.items()},
            "body": _shown(call),
            "trace": call.trace,
            "fault": None,
            "status": None,
        }
        self.last.append(entry)
        return entry

    def clear(self) -> None:
        """Set all counts to zero."""
        self.counts.clear()
        self.last.clear()


def _shown(call: Call) -> Any:
    # Forms are left out: a token exchange sends its key in one.
    if "json" not in call.headers.get("content-type", ""):
        return None
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        return None
