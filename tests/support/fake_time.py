"""Defines a clock that only waits move, and a transport with prepared answers, so that long waits take no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

import httpx

from pulumi_roster.http.limits import Limits

EPOCH = 1_800_000_000.0


class FakeTime:
    """A clock that waits move forward. ``waits`` holds the length of each wait.

    :param chance: the value of each random number, 0 to 1.
    """

    def __init__(self, chance: float = 0.0) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.chance = chance

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.waits.append(seconds)
        self.now += seconds

    def wall(self) -> float:
        return EPOCH + self.now

    def date(self, ahead: float = 0) -> str:
        """Return an HTTP date a number of seconds ahead."""
        return formatdate(self.wall() + ahead, usegmt=True)

    def limits(self, **changes: float) -> Limits:
        limits = Limits(
            clock=lambda: self.now, wall_clock=self.wall, sleep=self.sleep, chance=lambda: self.chance, retried=RETRIED
        )
        return replace(limits, **changes)  # type: ignore[arg-type]


def skipping_waits(limits: Limits) -> Limits:
    """Return the limits with a clock that only waits move forward, so that a slow machine changes nothing."""
    time = FakeTime()
    return replace(limits, clock=lambda: time.now, sleep=time.sleep)


RETRIED = frozenset({500, 502, 503, 504})

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Script(httpx.BaseTransport):
    """A transport that returns the answers of a list in turn, then the last one again, and records the requests."""

    def __init__(self, *answers: Answer, time: FakeTime | None = None, takes: float = 0.0) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.time, self.takes = time, takes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.time is not None:
            self.time.now += self.takes
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer
