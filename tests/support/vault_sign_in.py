"""Prepares ways to sign in at a real Vault, and counts the tokens that it has issued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from pulumi_roster.vault.connection import SYSTEM
from support.subjects import QUICK
from testkit.real_vault import RealVault
from testkit.vault import Vault

GROUPS = """
path "identity/group" { capabilities = ["update"] }
path "identity/group/*" { capabilities = ["read", "update", "delete", "list"] }
"""
POLICIES = {"groups": GROUPS, "nothing": 'path "cubbyhole/x" { capabilities = ["read"] }'}


class Pipelines:
    """A real Vault in which a pipeline signs in. A role without other policies may manage groups."""

    def __init__(self, server: RealVault) -> None:
        self.url = server.url
        self.root = Vault(server.url, server.token)
        for name, policy in POLICIES.items():
            self.root.put(f"sys/policies/acl/{name}", json={"policy": policy}).raise_for_status()

    def close(self) -> None:
        """Close the connection that the test itself uses."""
        self.root.close()

    def mount(self, type: str, path: str = "", **config: Any) -> str:
        """Enable an auth method, if it is not there yet, and configure it. Return its path."""
        path = path or type
        if f"{path}/" not in self.root.data("GET", "sys/auth"):
            self.root.post(f"sys/auth/{path}", json={"type": type}).raise_for_status()
        if config:
            self.root.post(f"auth/{path}/config", json=config).raise_for_status()
        return path

    def approle(self, path: str = "approle", *, uses: int = 0, **role: Any) -> dict[str, Any]:
        """Create a role and a secret ID. Return the settings that sign in.

        :param uses: how often the secret ID can be used; 0 for no limit.
        """
        where = f"auth/{self.mount('approle', path)}/role/pipeline"
        self.root.delete(where).raise_for_status()
        given = {"token_policies": ["groups"], "secret_id_num_uses": uses, **role}
        self.root.post(where, json=given).raise_for_status()
        return {
            "vaultAddress": self.url,
            "vaultAuthMethod": "approle",
            "vaultRoleId": self.root.data("GET", f"{where}/role-id")["role_id"],
            "vaultSecretId": self.root.data("POST", f"{where}/secret-id")["secret_id"],
        }

    def tokens(self) -> dict[str, dict[str, Any]]:
        """Return the valid tokens of pipelines by accessor."""
        found: dict[str, dict[str, Any]] = {}
        for accessor in self.root.data("LIST", "auth/token/accessors")["keys"]:
            reply = self.root.post("auth/token/lookup-accessor", json={"accessor": accessor})
            if reply.status_code == 200 and "root" not in reply.json()["data"]["policies"]:
                found[accessor] = reply.json()["data"]
        return found

    def revoke(self) -> None:
        """Revoke the tokens of all pipelines."""
        for accessor in self.tokens():
            self.root.post("auth/token/revoke-accessor", json={"accessor": accessor}).raise_for_status()


@contextmanager
def signed_in(
    config: Mapping[str, Any], limits: Limits = QUICK, environ: Mapping[str, str] | None = None, name: str = "default"
) -> Iterator[Client]:
    """Return the client of one connection, and close it at the end."""
    settings = Settings({f"roster:{key}": value for key, value in config.items()}.get, environ or {}, limits)
    try:
        yield settings.client(SYSTEM, name)
    finally:
        settings.close()
