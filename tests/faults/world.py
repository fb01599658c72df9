"""The emulator of one cell. What a cell changes and looks at goes past HTTP: it would be half of all requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faults.shapes import Shape, shape
from roster_emulator import Running
from roster_emulator.faults import AnyFault, injected_fault
from roster_emulator.store import Store

_WAITING = ("hold", "slow_headers", "slow_body")


class World:
    """A running emulator, its faults, and the content of one system."""

    def __init__(self, running: Running, system: str) -> None:
        self.running = running
        self._system = system
        self.url = running.url
        self._faults = running.application.faults
        self._requests = running.application.requests
        self._state = running.application.state

    def fault(self, **fields: Any) -> AnyFault:
        """Inject a fault; ``fired`` says how many requests met it."""
        return self._faults.add(injected_fault(fields), self._state.store)

    def clear_faults(self) -> None:
        """Ends all faults. Whoever waits because of one goes on."""
        if any(fault.kind in _WAITING for fault in self._faults.faults):
            self.running.clear_faults()  # what waits lives on the server's own loop
        else:
            self._faults.faults = []

    def clock(self, ahead: float) -> None:
        """Puts the clock so many seconds ahead of the time."""
        self._state.ahead = ahead

    def snapshot(self) -> Store:
        """What it holds now."""
        return self._state.store.snapshot()

    def restore(self, snapshot: Store) -> None:
        """Holds what it held then, and no limit runs."""
        self._state.store.restore(snapshot)
        self._state.windows.clear()

    def requests(self) -> list[Mapping[str, Any]]:
        """The requests since the last time that this was asked."""
        last = list(self._requests.last)
        self._requests.clear()
        return list(last)

    def shape(self) -> Shape:
        """What it holds, to be compared."""
        store = self._state.store
        return shape({table: store.all(f'SELECT * FROM "{table}"') for table in store.tables(f"{self._system}_")})
