"""Holds the limits of a client: timeouts, time budgets and sizes, and its sources of time and random numbers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Limits"]

# A service normally answers within this many seconds.
_USUAL_REPLY = 1.0


@dataclass(frozen=True)
class Limits:
    """Limits in seconds and bytes. Tests replace the clocks, ``sleep`` and ``chance``, so that they do not wait.

    :param connect: the timeout of one connection to the service.
    :param read: the timeout between two bytes of a reply.
    :param budget: how long one verb may run after its last successful request; see :class:`.Deadline`.
    :param unreachable: how long a call retries if it cannot connect to the service.
    :param settle: how long an eventually consistent service may take to show a write in its reads.
    :param quiet: how long a writer waits before it checks its change; see :mod:`..lifecycle.concurrent_writes`.
    :param first_wait: the wait before the first retry. Later waits double, up to ``longest_wait``.
    :param largest_reply: the maximum size of a reply, decompressed.
    :param retried: the statuses after which the client retries a repeatable request.
    :param chance: returns a random number from 0 to 1.
    """

    connect: float = 10.0
    read: float = 30.0
    budget: float = 120.0
    unreachable: float = 10.0
    settle: float = 6.0
    quiet: float = 1.0
    first_wait: float = 0.25
    longest_wait: float = 20.0
    largest_reply: int = 64 * 1024 * 1024
    retried: frozenset[int] = frozenset({500, 502, 503, 504})
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)

    @property
    def reply_margin(self) -> float:
        """Return the seconds that must be left for a reply. With less time, the client sends no request."""
        return min(_USUAL_REPLY, self.budget / 10)
