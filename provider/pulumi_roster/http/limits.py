"""Holds the limits of a client: timeouts, time budgets and sizes, and where it takes time and chance from."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Limits in seconds and bytes. Tests inject time and chance, so that they neither sleep nor guess.

    :param connect: for one connection to the service.
    :param read: between two bytes of a reply.
    :param budget: how long one verb goes on without any call succeeding; see :class:`.Deadline`.
    :param unreachable: the part of the budget that a call spends on a service that it cannot connect to.
    :param settle: how long an eventually consistent service may take to show a write in its reads.
    :param quiet: how long a writer waits to see that its change stays; see :mod:`..lifecycle.concurrent_writes`.
    :param first_wait: before the first repetition; later waits double up to ``longest_wait``.
    :param largest_reply: bytes of a reply, unpacked.
    :param retried: the statuses after which a repeatable request is sent again.
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
