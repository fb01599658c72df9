"""Holds namespaces, which OpenBao has and Vault's community edition does not."""

from __future__ import annotations

import secrets
import string as alphabet

from roster_emulator.state import State
from roster_emulator.store import Row
from roster_emulator.vault import mounts
from roster_emulator.vault.errors import UNSUPPORTED_PATH, Refusal, failed
from roster_emulator.vault.fields import string
from roster_emulator.vault.realm import ROOT, Data, Given, Realm, is_openbao

FIELDS = {"path": string}
TABLES = ("vault_groups", "vault_entities", "vault_group_aliases", "vault_mounts")


def find(state: State, header: str) -> Realm:
    """Return the realm that the header of a request names. Vault's community edition ignores the header."""
    path = header.strip("/")
    if not is_openbao(state) or path in ("", ROOT):
        return Realm(state)
    row = state.store.one("SELECT id FROM vault_namespaces WHERE path = ?", f"{path}/")
    if row is None:
        raise Refusal(404, "namespace not found")
    return Realm(state, row["id"])


def create(realm: Realm, given: Given) -> Data:
    """Create a namespace, or return the existing one."""
    _only_in_openbao(realm)
    path = f"{given['path'].strip('/')}/"
    row = _row(realm, path)
    if row is None:
        made = "".join(secrets.choice(alphabet.ascii_letters + alphabet.digits) for _ in range(6))
        realm.store.run("INSERT INTO vault_namespaces VALUES (?, ?)", made, path)
        mounts.add(Realm(realm.state, made), mounts.TOKEN, "token", "token based credentials")
        row = {"id": made, "path": path}
    return _shown(row)


def read(realm: Realm, given: Given) -> Data | None:
    """Return the namespace of a path."""
    _only_in_openbao(realm)
    row = _row(realm, f"{given['path'].strip('/')}/")
    return None if row is None else _shown(row)


def delete(realm: Realm, given: Given) -> None:
    """Delete a namespace with its content. If it does not exist, do nothing."""
    _only_in_openbao(realm)
    row = _row(realm, f"{given['path'].strip('/')}/")
    if row is not None:
        inside = "(SELECT id FROM vault_groups WHERE namespace_id = ?)"
        realm.store.run(f"DELETE FROM vault_group_entities WHERE group_id IN {inside}", row["id"])
        realm.store.run(f"DELETE FROM vault_group_parents WHERE child_id IN {inside}", row["id"])
        for table in TABLES:
            realm.store.run(f"DELETE FROM {table} WHERE namespace_id = ?", row["id"])
        realm.store.run("DELETE FROM vault_namespaces WHERE id = ?", row["id"])


def list_all(realm: Realm, given: Given) -> Data:
    """Return all namespaces, by path."""
    _only_in_openbao(realm)
    rows = realm.store.all("SELECT * FROM vault_namespaces ORDER BY path")
    return {"keys": [row["path"] for row in rows], "key_info": {row["path"]: _shown(row) for row in rows}}


def _only_in_openbao(realm: Realm) -> None:
    if not realm.openbao:
        raise failed(UNSUPPORTED_PATH, 404)


def _row(realm: Realm, path: str) -> Row | None:
    return realm.store.one("SELECT * FROM vault_namespaces WHERE path = ?", path)


def _shown(row: Row) -> Data:
    return {"id": row["id"], "path": row["path"], "custom_metadata": {}}
