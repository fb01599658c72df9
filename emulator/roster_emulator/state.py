"""Holds the state of one emulator: store, switches, clock, tokens and rate-limit windows."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from roster_emulator.auth import Tokens
from roster_emulator.limits import Windows
from roster_emulator.store import Store
from roster_emulator.switches import Switches


class State:
    """Store, switches, clock, tokens and rate-limit windows of one emulator.

    :param schemas: the tables of each API, by the name of the API.
    """

    def __init__(self, schemas: Mapping[str, str], switches: Switches, data: Path | None = None) -> None:
        self.switches = switches
        self.ahead = 0.0
        self.store = Store(data, *schemas.values())
        self.tokens = Tokens(self.store, switches, self.now)
        self.windows = Windows(self.now)
        self._apis = list(schemas)

    def now(self) -> float:
        """Return the time in epoch seconds. A test may put the clock ahead."""
        return time.time() + self.ahead

    def timestamp(self, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
        """Return the time as text, in UTC."""
        return datetime.fromtimestamp(self.now(), timezone.utc).strftime(form)

    def as_of(self, store: Store) -> State:
        """Return this state with another store, for a stale read."""
        other = copy.copy(self)
        other.store = store
        return other

    def clear(self) -> None:
        """Delete all data, end all rate-limit windows, accept all tokens again, and reset the clock."""
        self.store.clear()
        self.tokens.clear()
        self.windows.clear()
        self.ahead = 0.0

    def dump(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Return every row: by API, then by table, without the API's prefix in the table's name."""
        return {
            api: {
                table.removeprefix(f"{api}_"): self.store.all(f'SELECT * FROM "{table}"')
                for table in self.store.tables(f"{api}_")
            }
            for api in self._apis
        }
