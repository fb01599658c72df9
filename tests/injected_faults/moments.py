"""Time that passes at once when the provider waits, for the provider and the emulator alike; what takes long by itself
takes as long as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from faults.world import World

from pulumi_roster.http.limits import Limits

A_MOMENT = 0.15
"""Seconds of real time. Only where time itself is the fault, nobody waits longer for a byte."""

AN_HOUR = 3600.0
"""Seconds after which every service shows what was written."""

BUDGET = 20.0
"""Seconds that one call may take, its repetitions and waits included."""


class Moments:
    """The clock of one cell. ``waits`` says how long each wait would have been.

    :param world: its clock is put ahead by what was not waited.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.waits: list[float] = []
        self._age = 0.0
        self.on_wait: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._world.clock(self._age + self.skipped)
        self.on_wait()

    def restart(self, age: float = 0.0) -> None:
        """A new beginning, at which nothing is to happen while somebody waits.

        :param age: of what is there already, by the service's clock.
        """
        self.waits.clear()
        self._age = age
        self._world.clock(age)
        self.on_wait = lambda: None

    @property
    def skipped(self) -> float:
        return sum(self.waits)

    def now(self) -> float:
        return time.monotonic() + self.skipped

    def wall(self) -> float:
        return time.time() + self.skipped

    def limits(self, slow: bool = False) -> Limits:
        """Limits like those of real life, in time that costs nothing."""
        return Limits(
            read=A_MOMENT if slow else 30.0,
            budget=BUDGET,
            first_wait=0.5,
            clock=self.now,
            wall_clock=self.wall,
            sleep=self.sleep,
            chance=lambda: 0.5,
        )
