"""The state that the APIs work on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from roster_emulator.api import Api
from roster_emulator.auth import Tokens
from roster_emulator.limits import Windows
from roster_emulator.store import Store
from roster_emulator.switches import Switches


class World:
    """Store, switches, clock, tokens and rate-limit windows of one emulator."""

    def __init__(self, apis: Sequence[Api], switches: Switches, data: Path | None = None) -> None:
        self.apis = {api.name: api for api in apis}
        self.switches = switches
        self.ahead = 0.0
        self.store = Store(data, *(api.schema for api in apis))
        self.tokens = Tokens(self.store, switches, self.now)
        self.windows = Windows(self.now)
        self._populate()

    def now(self) -> float:
        """The time in epoch seconds; a test may put the clock ahead."""
        return time.time() + self.ahead

    def timestamp(self, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
        """The time as text, in UTC."""
        return datetime.fromtimestamp(self.now(), timezone.utc).strftime(form)

    def as_of(self, store: Store) -> World:
        """This world with another store under it, for a stale read."""
        other = object.__new__(World)
        other.__dict__.update(self.__dict__, store=store)
        return other

    def reset(self) -> None:
        """A fresh world: no data but what each API starts with, no running windows, nothing revoked, the right time."""
        self.store.clear()
        self.tokens.clear()
        self.windows.clear()
        self.ahead = 0.0
        self._populate()

    def dump(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Every row of every API: API name, table name without the API's prefix, rows."""
        return {
            name: {
                table.removeprefix(f"{name}_"): self.store.all(f'SELECT * FROM "{table}"')
                for table in self.store.tables(f"{name}_")
            }
            for name in self.apis
        }

    def _populate(self) -> None:
        with self.store.transaction():
            for api in self.apis.values():
                api.populate(self)
