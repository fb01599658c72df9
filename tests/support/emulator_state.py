"""Reads and changes the state of a running emulator directly, without HTTP requests.

The tests of injected faults and the model do this so often that requests would take half of their time. Only this
module knows the emulator's inner objects.
"""

from __future__ import annotations

from typing import Any, Protocol

from roster_emulator import Running
from roster_emulator.faults import injected_fault
from roster_emulator.store import Store

_DELAYING = ("hold", "slow_headers", "slow_body")


class Injected(Protocol):
    """An injected fault. ``fired`` counts the requests that met it."""

    @property
    def fired(self) -> int: ...


class EmulatorState:
    """The state of an emulator that runs in this process."""

    def __init__(self, emulator: Running) -> None:
        self.emulator = emulator
        self._faults = emulator.application.faults
        self._requests = emulator.application.requests
        self._state = emulator.application.state

    def inject(self, **fields: Any) -> Injected:
        """Inject a fault. The fields are those of ``/_emulator/faults``."""
        return self._faults.add(injected_fault(fields), self._state.store)

    def clear_faults(self) -> None:
        """Remove all faults. Requests that wait because of a fault continue."""
        if any(fault.kind in _DELAYING for fault in self._faults.faults):
            self.emulator.clear_faults()  # the waiting requests belong to the server's own event loop
        else:
            self._faults.faults = []

    def set_clock(self, ahead: float) -> None:
        """Set the emulator's clock ahead of the real time, in seconds."""
        self._state.ahead = ahead

    def advance_clock(self, seconds: float) -> None:
        """Move the emulator's clock forward."""
        self._state.ahead += seconds

    def snapshot(self) -> Store:
        """Copy everything that the services hold."""
        return self._state.store.snapshot()

    def restore(self, snapshot: Store) -> None:
        """Replace everything that the services hold by a copy, and reset the rate limits."""
        self._state.store.restore(snapshot)
        self._state.windows.clear()

    def take_requests(self) -> list[tuple[str, str]]:
        """Return method and route of the requests since the last call."""
        last = [(entry["method"], entry["route"]) for entry in self._requests.last]
        self._requests.clear()
        return last

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, such as ``ibm_groups``."""
        return self._state.store.all(f'SELECT * FROM "{table}"')

    def tables(self, system: str) -> dict[str, list[dict[str, Any]]]:
        """Return all tables of a system with their rows."""
        return {table: self.rows(table) for table in self._state.store.tables(f"{system}_")}

    def ids(self) -> set[str]:
        """Return the ids of all objects."""
        rows = (row for tables in self._state.dump().values() for rows in tables.values() for row in rows)
        return {row["id"] for row in rows if isinstance(row.get("id"), str)}

    def route_segments(self) -> set[str]:
        """Return the segments of which the routes of all APIs consist."""
        return {
            part for api in self.emulator.application.apis for route in api.routes for part in route.template.split("/")
        }

    def replace_all(self) -> Store:
        """Delete everything that the services hold and return the empty store, to be filled."""
        self.emulator.reset()
        self._state.store.clear()
        return self._state.store
