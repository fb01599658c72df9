"""Defines the client of the emulator for the tests of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from pulumi_roster.http.auth import Token
from pulumi_roster.http.client import Client, Dialect
from pulumi_roster.http.limits import Limits
from roster_emulator import Running
from support.client_calls import DIALECT, ONCE, QUICK, Answering, Connect
from support.fake_time import Script
from support.settings_given import made


@pytest.fixture(autouse=True)
def no_connections_of_other_tests() -> None:
    made.clear()


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[Client] = []

    def connected(url: str, limits: Limits = QUICK, dialect: Dialect = DIALECT, token: str = "roster-dev") -> Client:
        clients.append(Client(url, Token(token), dialect, limits))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()


@pytest.fixture
def answering() -> Iterator[Answering]:
    clients: list[Client] = []

    def answered(
        reply: httpx.Response | Callable[[httpx.Request], httpx.Response],
        limits: Limits = ONCE,
        dialect: Dialect = DIALECT,
    ) -> tuple[Client, list[httpx.Request]]:
        script = Script(reply)
        clients.append(Client("http://service", Token("roster-dev"), dialect, limits, transport=script))
        return clients[-1], script.requests

    yield answered
    for client in clients:
        client.close()


@pytest.fixture
def api(emulator: Running, connect: Connect) -> Client:
    return connect(emulator.url)
