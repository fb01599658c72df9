"""Defines requests, and replies without a network, for the tests of the transports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from pulumi_roster.http.call import Call
from pulumi_roster.http.retry import Retry
from support.fake_time import FakeTime, Script

URL = "http://127.0.0.1/v2/groups"


LATE = 1e9
"""A deadline that no test reaches."""


def request(
    method: str = "GET",
    url: str = URL,
    *,
    repeatable: bool | None = None,
    route: str = "/v2/groups",
    deadline: float = LATE,
    send_by: float | None = None,
    **more: Any,
) -> httpx.Request:
    call = Call(
        route=route,
        repeatable=method != "POST" if repeatable is None else repeatable,
        deadline=deadline,
        send_by=deadline if send_by is None else send_by,
    )
    return httpx.Request(method, url, extensions={**call.extensions(), **more})


@dataclass(frozen=True)
class FixedReply:
    """An answer of :class:`Script`: a reply with this status and these headers to every request."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, headers=list(self.headers))

    def __str__(self) -> str:
        return str(self.status)


def limited(**headers: str) -> FixedReply:
    return FixedReply(429, tuple((name.replace("_", "-"), text) for name, text in headers.items()))


def failing(status: int) -> FixedReply:
    return FixedReply(status)


def fine(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


def run(script: Script, time: FakeTime, ask: httpx.Request | None = None, **changes: float) -> httpx.Response:
    """Send a request through the retries. Without a deadline of its own, it has the whole budget."""
    ask, limits = ask or request(), time.limits(**changes)
    if Call.of(ask).deadline == LATE:
        Call.of(ask).deadline = Call.of(ask).send_by = time.now + limits.budget
    return Retry(script, limits).handle_request(ask)
