"""Limits how long one verb may run after its last successful request.

A verb is one create, read, update or delete of the engine, or one look-up. All its calls, waits and loops share one
:class:`Deadline`, so nested loops do not multiply their limits. Each successful request starts the budget again. So a
verb that adds 10,000 members under a rate limit continues as long as it makes progress.
"""

from __future__ import annotations

import copy

from .limits import Limits

__all__ = ["Deadline"]


class Deadline:
    """The time that one verb has left. Only the thread that runs the verb uses it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.at = limits.clock() + limits.budget
        """The time on ``limits.clock`` at which the budget ends."""

    def left(self) -> float:
        """Return the seconds that are left; 0 or less if the budget is used up."""
        return self.at - self._limits.clock()

    def restart(self) -> None:
        """Give the verb its whole budget again, because something succeeded."""
        self.at = self._limits.clock() + self._limits.budget

    def allow_check(self) -> None:
        """Leave at least a quarter of the budget, so that a verb can check or undo a write that failed."""
        self.at = max(self.at, self._limits.clock() + self._limits.budget / 4)

    def fixed(self) -> Deadline:
        """Return a copy that successful calls do not restart.

        A loop that repeats one step needs such a copy, because its reads may succeed although it makes no progress.
        """
        return copy.copy(self)

    def wait(self, seconds: float) -> bool:
        """Sleep and return true. If the budget ends earlier, return false at once."""
        if seconds > self.left():
            return False
        self._limits.sleep(seconds)
        return True
