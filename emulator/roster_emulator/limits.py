"""Counts requests in rate-limit windows. A window begins with its first accepted request."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """The state of a window after a call. ``reset`` is in epoch seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int


class Windows:
    """The running windows, by key."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._running: dict[Hashable, tuple[float, int]] = {}

    def take(self, key: Hashable, limit: int, seconds: int) -> Window:
        """Count one call. A refused call does not count, and does not prolong the window."""
        now = self._now()
        ends, used = self._running.get(key, (0.0, 0))
        if now >= ends:
            ends, used = now + seconds, 0
        allowed = used < limit
        if allowed:
            used += 1
            self._running[key] = (ends, used)
        # Rounded up, so that a client that waits until then finds that the window has ended.
        return Window(allowed, limit, max(0, limit - used), int(-(-ends // 1)))

    def clear(self) -> None:
        """End all windows."""
        self._running.clear()
