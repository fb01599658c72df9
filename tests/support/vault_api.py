"""Calls Vault directly, for what a test changes or reads outside the provider, in the emulator or a real server."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi_roster.http.limits import Limits
from roster_emulator import Running
from support.resources import Resource
from support.subjects import QUICK, Direct, Pickled, session_for
from testkit.vault import ENTITY, GROUP, Vault

TOKEN = "roster-dev"


@dataclass(frozen=True)
class VaultServer:
    """The emulator or a real server: its address, and a token with all rights."""

    url: str
    token: str = TOKEN

    def direct(self, kind: str, limits: Limits = QUICK, **config: Any) -> Direct:
        return Direct(kind, session_for(self.url, limits, **{"vaultToken": self.token, **config}))

    def pickled(self, kind: str) -> Pickled:
        return Pickled(kind, self.url, vaultToken=self.token)

    def resource(self, kind: str, limits: Limits = QUICK, **config: Any) -> Resource:
        return Resource(kind, self, limits, **{"vaultToken": self.token, **config})

    def dump(self) -> Any:
        """Return all groups and entities, with null for empty values."""
        with Vault(self.url, self.token) as client:
            found: dict[str, Any] = {}
            for kind in (GROUP, ENTITY):
                reply = client.get(f"{kind}/id", params={"list": "true"})
                ids = reply.json()["data"]["keys"] if reply.status_code == 200 else []
                rows = [client.data("GET", f"{kind}/id/{id}") for id in ids]
                found[kind] = [{key: row[key] or None for key in row} for row in rows]
        return {"vault": found}


def vault(server: Running | VaultServer, do: Callable[[Vault], Any]) -> Any:
    """Call a function with a client that has all rights."""
    with Vault(server.url, server.token if isinstance(server, VaultServer) else TOKEN) as client:
        return do(client)


def entities(server: Running | VaultServer, count: int = 2) -> list[str]:
    """Create entities and return their ids."""
    return list(vault(server, lambda client: [client.entity(f"entity-{uuid.uuid4()}") for _ in range(count)]))


def group(server: Running | VaultServer, name: str = "", **fields: Any) -> str:
    """Create a group and return its id."""
    return str(vault(server, lambda client: client.group(name or f"group-{uuid.uuid4()}", **fields)))


def shown(server: Running | VaultServer, id: str) -> dict[str, Any]:
    """Return a group as the service shows it, with empty lists and maps in place of null."""
    row: dict[str, Any] = vault(server, lambda client: client.show(id))
    empty: dict[str, Any] = {
        name: [] for name in ("policies", "member_entity_ids", "member_group_ids", "parent_group_ids")
    }
    return {**row, **{name: row[name] or empty.get(name, {}) for name in (*empty, "metadata")}}


def named(server: Running | VaultServer) -> dict[str, str]:
    """Return the ids of all groups by name."""

    def ask(client: Vault) -> dict[str, str]:
        reply = client.get(f"{GROUP}/id", params={"list": "true"})
        info = reply.json()["data"]["key_info"] if reply.status_code == 200 else {}
        return {row["name"]: id for id, row in info.items()}

    return dict(vault(server, ask))


def change(server: Running | VaultServer, id: str, **fields: Any) -> None:
    """Write some fields of a group."""
    vault(server, lambda client: client.change(id, **fields))


def remove(server: Running | VaultServer, id: str) -> None:
    """Delete a group."""
    vault(server, lambda client: client.delete(f"{GROUP}/id/{id}"))
