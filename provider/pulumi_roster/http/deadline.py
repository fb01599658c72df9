"""Limits how long one verb goes on without any call succeeding.

A verb is one create, read, update or delete of the engine, or one look-up. All its calls, waits and loops share one
:class:`Deadline`, so nested loops do not multiply their limits. Each call that succeeds starts the budget again: a verb
that adds 10,000 members under a rate limit goes on as long as it gets ahead.
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
        """When the time is over, on ``limits.clock``."""

    def left(self) -> float:
        """Return the seconds that are left; 0 or less when the time is over."""
        return self.at - self._limits.clock()

    def restart(self) -> None:
        """Give the verb its whole budget again, because something succeeded."""
        self.at = self._limits.clock() + self._limits.budget

    def allow_check(self) -> None:
        """Leaves at least a quarter of the budget, so that a verb can check or undo a write that failed."""
        self.at = max(self.at, self._limits.clock() + self._limits.budget / 4)

    def fixed(self) -> Deadline:
        """Return a copy that successful calls do not restart.

        A loop that repeats one step needs it: while its reads succeed, the loop may still get nowhere.
        """
        return copy.copy(self)

    def wait(self, seconds: float) -> bool:
        """Sleeps and returns true, or returns false at once when the time would be over before."""
        if seconds > self.left():
            return False
        self._limits.sleep(seconds)
        return True
