"""The admin paths as Python methods, for tests, benchmarks and examples, on any emulator whose address is known."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx
from typing_extensions import Self


class Control:
    """Steers the emulator at ``url`` and asks it what happened. ``admin.py`` documents each call."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # The loopback has no TLS; not to load the certificates saves most of the time that this takes.
        self._http = httpx.Client(base_url=f"{self.url}/_emulator/", timeout=30, trust_env=False, verify=False)

    def health(self) -> dict[str, Any]:
        """Whether it is there, and which APIs it serves."""
        return dict(self._ask("GET", "health"))

    def requests(self) -> dict[str, int]:
        """How often each route was called, by method and template: ``{"GET /v2/groups/{group_id}": 3}``."""
        return dict(self._ask("GET", "requests"))

    def total(self) -> int:
        """How many requests there were."""
        return sum(self.requests().values())

    def last_requests(self) -> list[dict[str, Any]]:
        """The last requests, credentials redacted, the oldest first."""
        return list(self._ask("GET", "requests?detail=1"))

    def clear_requests(self) -> None:
        """Begins to count anew."""
        self._ask("DELETE", "requests")

    def fault(self, kind: str, **plan: Any) -> dict[str, Any]:
        """Plans a fault and gives it back with its ``id``. ``faults.Plan`` lists kinds and parameters."""
        return dict(self._ask("POST", "faults", {"kind": kind, **plan}))

    def faults(self) -> list[dict[str, Any]]:
        """The plans, each with ``fired``."""
        return list(self._ask("GET", "faults"))

    def clear_faults(self) -> None:
        """Ends all plans and releases what they hold."""
        self._ask("DELETE", "faults")

    def held(self, count: int = 1, timeout: float = 10) -> list[dict[str, Any]]:
        """Waits until ``count`` requests are held; raises ``TimeoutError`` when they are not in time."""
        held = list(self._ask("GET", f"held?count={count}&timeout={timeout}"))
        if len(held) < count:
            raise TimeoutError(f"{len(held)} of {count} requests are held after {timeout} s")
        return held

    def release(self, count: int | None = None, fault: int | None = None) -> int:
        """Lets held requests go on, the first come first; tells how many."""
        return int(self._ask("POST", "release", {"count": count, "fault": fault})["released"])

    def switches(self) -> dict[str, Any]:
        """All switches."""
        return dict(self._ask("GET", "switches"))

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Changes some switches; gives all."""
        return dict(self._ask("PUT", "switches", switches))

    def seed(self, **data: Any) -> dict[str, Any]:
        """Adds data, by API: ``seed(ibm={"groups": [{"name": "admins"}]})``."""
        return dict(self._ask("POST", "seed", data))

    def reset(self) -> None:
        """Fresh data, no faults, counts at zero. Switches stay."""
        self._ask("POST", "reset")

    def dump(self) -> dict[str, Any]:
        """Every row: API, table, rows."""
        return dict(self._ask("GET", "dump"))

    def clock(self, ahead: float) -> None:
        """Puts the clock so many seconds ahead of the time."""
        self._ask("POST", "clock", {"ahead": ahead})

    def revoke(self, token: str | None = None) -> None:
        """Revokes one token, or every exchanged one."""
        self._ask("POST", "tokens", {"revoke": token})

    def close(self) -> None:
        """Closes the connections to the emulator, not the emulator."""
        self._http.close()

    def __enter__(self) -> Self:
        """Itself; leaving closes the connections."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        response = self._http.request(method, path, json=body)
        answer = response.json()
        if response.is_error:
            raise ValueError(f"{method} /_emulator/{path}: {answer['error']}")
        return answer
