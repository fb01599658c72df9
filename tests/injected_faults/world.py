"""The emulator of one cell. What a cell changes and looks at goes past HTTP: it would be half of all requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faults.shapes import Shape, shape

from roster_emulator import Running
from roster_emulator.faults import Plan
from roster_emulator.store import Store

_WAITING = ("hold", "slow_headers", "slow_body")


class World:
    """A running emulator, its faults, and the content of one system."""

    def __init__(self, running: Running, system: str) -> None:
        self.running = running
        self._system = system
        self.url = running.url
        self._plans = running.application.plans
        self._requests = running.application.requests
        self._world = running.application.world

    def fault(self, **plan: Any) -> Plan:
        """Plans a fault; ``fired`` tells how often it was met."""
        return self._plans.add(Plan.model_validate(plan), self._world.store)

    def clear_faults(self) -> None:
        """Ends all faults. Whoever waits because of one goes on."""
        if any(plan.kind in _WAITING for plan in self._plans.plans):
            self.running.clear_faults()  # what waits lives on the server's own loop
        else:
            self._plans.plans = []

    def clock(self, ahead: float) -> None:
        """Puts the clock so many seconds ahead of the time."""
        self._world.ahead = ahead

    def snapshot(self) -> Store:
        """What it holds now."""
        return self._world.store.snapshot()

    def restore(self, snapshot: Store) -> None:
        """Holds what it held then, and no limit runs."""
        self._world.store.restore(snapshot)
        self._world.windows.clear()

    def requests(self) -> list[Mapping[str, Any]]:
        """The requests since the last time that this was asked."""
        last = list(self._requests.last)
        self._requests.clear()
        return list(last)

    def shape(self) -> Shape:
        """What it holds, to be compared."""
        store = self._world.store
        return shape({table: store.all(f'SELECT * FROM "{table}"') for table in store.tables(f"{self._system}_")})
