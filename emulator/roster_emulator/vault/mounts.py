"""Holds auth methods. Only their accessors matter: a group alias names one."""

from __future__ import annotations

import secrets
from uuid import uuid4

from roster_emulator.store import Row
from roster_emulator.vault.errors import bad
from roster_emulator.vault.fields import string
from roster_emulator.vault.realm import Data, Given, Realm

FIELDS = {"path": string, "type": string, "description": string}
TOKEN = "token/"
TYPES = frozenset(
    {
        *("alicloud", "approle", "aws", "azure", "centrify", "cert", "cf", "gcp", "github", "jwt", "kerberos"),
        *("kubernetes", "ldap", "oci", "oidc", "okta", "pcf", "radius", "userpass"),
    }
)


def enable(realm: Realm, given: Given) -> None:
    """Enable an auth method at a path."""
    path, kind = f"{given['path'].strip('/')}/", given.get("type", "")
    if not kind:
        raise bad("backend type must be specified as a string")
    if realm.store.one("SELECT 1 FROM vault_mounts WHERE namespace_id = ? AND path = ?", realm.namespace, path):
        raise bad(f"path is already in use at {path}")
    if kind not in TYPES:
        raise bad(f"plugin not found in the catalog: {kind}")
    add(realm, path, kind, given.get("description", ""))


def add(realm: Realm, path: str, kind: str, description: str = "") -> str:
    """Add a mount and return its accessor."""
    accessor = f"auth_{kind}_{secrets.token_hex(4)}"
    realm.store.run(
        "INSERT INTO vault_mounts VALUES (?, ?, ?, ?, ?, ?)",
        *(accessor, realm.namespace, path, kind, description, str(uuid4())),
    )
    return accessor


def disable(realm: Realm, given: Given) -> None:
    """Disable an auth method. If it does not exist, do nothing. Group aliases keep its accessor."""
    path = f"{given['path'].strip('/')}/"
    if path == TOKEN:
        raise bad("token credential backend cannot be disabled")
    realm.store.run("DELETE FROM vault_mounts WHERE namespace_id = ? AND path = ?", realm.namespace, path)


def read(realm: Realm, given: Given) -> Data:
    """Return one auth method."""
    path = f"{given['path'].strip('/')}/"
    row = realm.store.one("SELECT * FROM vault_mounts WHERE namespace_id = ? AND path = ?", realm.namespace, path)
    if row is None:
        raise bad(f"No auth engine at {path}")
    return _shown(row)


def list_auth(realm: Realm, given: Given) -> Data:
    """Return all auth methods, by path."""
    rows = realm.store.all("SELECT * FROM vault_mounts WHERE namespace_id = ? ORDER BY path", realm.namespace)
    return {row["path"]: _shown(row) for row in rows}


def list_secrets(realm: Realm, given: Given) -> Data:
    """Return the secrets engines: those of every new Vault."""
    return {
        f"{kind}/": {
            "accessor": f"{kind}_{realm.namespace:0>8}",
            "config": {"default_lease_ttl": 0, "force_no_cache": False, "max_lease_ttl": 0},
            "description": description,
            "external_entropy_access": False,
            "local": kind == "cubbyhole",
            "options": None,
            "seal_wrap": kind == "sys",
            "type": "system" if kind == "sys" else kind,
            "uuid": "",
        }
        for kind, description in (
            ("cubbyhole", "per-token private secret storage"),
            ("identity", "identity store"),
            ("sys", "system endpoints used for control, policy and debugging"),
        )
    }


def _shown(row: Row) -> Data:
    lease = {"default_lease_ttl": 0, "force_no_cache": False, "max_lease_ttl": 0, "token_type": "default-service"}
    return {
        "accessor": row["accessor"],
        "config": lease,
        "description": row["description"],
        "external_entropy_access": False,
        "local": False,
        "options": None if row["path"] == TOKEN else {},
        "plugin_version": "",
        "running_plugin_version": "",
        "running_sha256": "",
        "seal_wrap": False,
        "type": row["type"],
        "uuid": row["uuid"],
    }
