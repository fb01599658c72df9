"""Calls AppSec+ directly, for what a test changes or reads outside the provider."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from roster_emulator import Running
from testkit.no_tls import NO_TLS


def appsec(server: Running, method: str, path: str = "", json: Any = None) -> Any:
    """Send one request below ``/identity-groups`` with the development token. Return the body."""
    reply = httpx.request(
        method,
        f"{server.url}/identity-groups{path}",
        json=json,
        headers={"Authorization": "Bearer roster-dev"},
        trust_env=False,
        verify=NO_TLS,
    )
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.content else None


def group(server: Running, name: str = "", *members: str, description: str = "") -> str:
    """Create a group and return its id."""
    body = {"name": name or f"group {uuid.uuid4()}", "description": description, "members": members}
    return str(appsec(server, "POST", "", body)["id"])


def shown(server: Running, id: str) -> dict[str, Any]:
    """Return a group as the service shows it."""
    return dict(appsec(server, "GET", f"/{id}"))


def change(server: Running, id: str, **fields: Any) -> None:
    """Change some fields of a group."""
    there = shown(server, id)
    whole = {name: there[name] for name in ("name", "description", "members")}
    appsec(server, "PUT", f"/{id}", {**whole, **fields})


def remove(server: Running, id: str) -> None:
    """Delete a group."""
    appsec(server, "DELETE", f"/{id}")


def names(server: Running) -> list[str]:
    """Return the names of all groups."""
    return [row["name"] for row in appsec(server, "GET")]
