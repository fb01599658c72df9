"""Defines requests, and replies without a network, for the tests of the transports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from pulumi_roster.http.transports import Retry
from support.timetable import FakeTime, Script

URL = "http://127.0.0.1/v2/groups"


def request(method: str = "GET", url: str = URL, *, repeatable: bool | None = None, **more: Any) -> httpx.Request:
    repeatable = method != "POST" if repeatable is None else repeatable
    return httpx.Request(method, url, extensions={"repeatable": repeatable, **more})


@dataclass(frozen=True)
class Says:
    """Returns a transport that answers every request with one status."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, headers=list(self.headers))

    def __str__(self) -> str:
        return str(self.status)


def limited(**headers: str) -> Says:
    return Says(429, tuple((name.replace("_", "-"), text) for name, text in headers.items()))


def failing(status: int) -> Says:
    return Says(status)


def fine(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


def run(script: Script, time: FakeTime, ask: httpx.Request | None = None, **limits: float) -> httpx.Response:
    return Retry(script, time.limits(**limits)).handle_request(ask or request())
