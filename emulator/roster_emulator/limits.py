"""Rate-limit windows: they begin with the first accepted request, and count down."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """How a call stands to its window. ``reset`` is in epoch seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class Windows:
    """The running windows, by any key (caller, method and endpoint)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._running: dict[Hashable, tuple[float, int]] = {}

    def take(self, key: Hashable, limit: int, seconds: int) -> Window:
        """Counts one call. A refused call is not counted and does not prolong the window."""
        now = self._now()
        ends, used = self._running.get(key, (0.0, 0))
        if now >= ends:
            ends, used = now + seconds, 0
        allowed = used < limit
        if allowed:
            used += 1
            self._running[key] = (ends, used)
        # Rounded up: a client that waits until then must find the window gone.
        return Window(allowed, limit, max(0, limit - used), int(-(-ends // 1)))

    def clear(self) -> None:
        """Forgets all windows."""
        self._running.clear()
