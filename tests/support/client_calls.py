"""Defines a system, limits and emulator requests for the tests of the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx

from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.ibm import connection as ibm
from roster_emulator import Running

QUICK = Limits(budget=5, unreachable=0.2, first_wait=0.01, longest_wait=0.05)
ONCE = Limits(budget=5, unreachable=0.1, first_wait=20)
"""Limits that leave no time for a retry."""

ACCOUNT = {"account_id": "acc-demo"}


def errors(body: Any) -> tuple[str, str]:
    return body["errors"][0].get("code", ""), body["errors"][0].get("message", "")


DIALECT = replace(ibm.DIALECT, title="Test", error=errors, hints={404: "look again", "odd": "even"})

Connect = Callable[..., Client]
"""Connects a client to an address: ``connect(url, limits, dialect, token)``."""

Answering = Callable[..., tuple[Client, list[httpx.Request]]]
"""Returns a client without a network, and the list of its requests: ``answering(reply, limits, dialect)``.
The reply is a response, or a function of the request."""


def sent(emulator: Running, method: str) -> int:
    """Count the requests of a method."""
    return sum(count for route, count in emulator.requests().items() if route.startswith(f"{method} "))


def group(api: Client, name: str = "admins") -> str:
    return str(api.post("/v2/groups", params=ACCOUNT, json={"name": name}).fields()["id"])


def rows_of(api: Client, **more: Any) -> list[dict[str, Any]]:
    params = {**ACCOUNT, "hide_public_access": True, "limit": 3, **more}
    return [row for _, row in api.pages("/v2/groups", key="groups", row_id="id", params=params)]
