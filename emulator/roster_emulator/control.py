"""Controls an emulator at any address from Python: one method for each path under ``/_emulator/``."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx
from typing_extensions import Self


class Control:
    """Controls the emulator at ``url`` and shows what happened there. ``admin.py`` documents each call."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # The loopback has no TLS, and loading certificates would take most of the time of this call.
        self._http = httpx.Client(base_url=f"{self.url}/_emulator/", timeout=30, trust_env=False, verify=False)

    def health(self) -> dict[str, Any]:
        """Return the status of the emulator and the names of its APIs."""
        return dict(self._ask("GET", "health"))

    def requests(self) -> dict[str, int]:
        """Return how often each route was called, by method and template: ``{"GET /v2/groups/{group_id}": 3}``."""
        return dict(self._ask("GET", "requests"))

    def total(self) -> int:
        """Return the number of all requests."""
        return sum(self.requests().values())

    def last_requests(self) -> list[dict[str, Any]]:
        """Return the last requests without their credentials, the oldest first."""
        return list(self._ask("GET", "requests?detail=1"))

    def clear_requests(self) -> None:
        """Set all counts to zero."""
        self._ask("DELETE", "requests")

    def fault(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Inject a fault and return it with its ``id``. ``faults/kinds.py`` has the kinds and their fields."""
        return dict(self._ask("POST", "faults", {"kind": kind, **fields}))

    def faults(self) -> list[dict[str, Any]]:
        """Return the injected faults, each with ``fired``, the number of requests that met it."""
        return list(self._ask("GET", "faults"))

    def clear_faults(self) -> None:
        """Remove all injected faults and release the requests that they hold."""
        self._ask("DELETE", "faults")

    def held(self, count: int = 1, timeout: float = 10) -> list[dict[str, Any]]:
        """Wait until ``count`` requests are held, and return them. Raise ``TimeoutError`` if they are not in time."""
        held = list(self._ask("GET", f"held?count={count}&timeout={timeout}"))
        if len(held) < count:
            raise TimeoutError(f"{len(held)} of {count} requests are held after {timeout} s")
        return held

    def release(self, count: int | None = None, fault: int | None = None) -> int:
        """Release held requests, the oldest first, and return their number.

        With ``fault``, release only the requests that this fault holds.
        """
        return int(self._ask("POST", "release", {"count": count, "fault": fault})["released"])

    def switches(self) -> dict[str, Any]:
        """Return all switches."""
        return dict(self._ask("GET", "switches"))

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Change some switches, and return all of them."""
        return dict(self._ask("PUT", "switches", switches))

    def seed(self, **data: Any) -> dict[str, Any]:
        """Add data, by API: ``seed(ibm={"groups": [{"name": "admins"}]})``."""
        return dict(self._ask("POST", "seed", data))

    def reset(self) -> None:
        """Start with fresh data, no injected faults and no counts. Switches stay."""
        self._ask("POST", "reset")

    def dump(self) -> dict[str, Any]:
        """Return every row: by API, then by table."""
        return dict(self._ask("GET", "dump"))

    def clock(self, ahead: float) -> None:
        """Set the clock this many seconds ahead of the real time."""
        self._ask("POST", "clock", {"ahead": ahead})

    def revoke(self, token: str | None = None) -> None:
        """Revoke one token, or every exchanged one."""
        self._ask("POST", "tokens", {"revoke": token})

    def close(self) -> None:
        """Close the connections to the emulator. The emulator continues to run."""
        self._http.close()

    def __enter__(self) -> Self:
        """Return itself. Leaving the block closes the connections."""
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
