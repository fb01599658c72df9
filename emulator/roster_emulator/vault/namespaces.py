"""Namespaces, which OpenBao has and Vault's community edition has not."""

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


def find(state: State, header: str) -> Realm:
    """The realm that a request's header names. Vault's community edition does not look at it."""
    path = header.strip("/")
    if not is_openbao(state) or path in ("", ROOT):
        return Realm(state)
    row = state.store.one("SELECT id FROM vault_namespaces WHERE path = ?", f"{path}/")
    if row is None:
        raise Refusal(404, "namespace not found")
    return Realm(state, row["id"])


def create(realm: Realm, given: Given) -> Data:
    """Makes a namespace, or finds that it is there."""
    _only_in_openbao(realm)
    path = f"{given['path'].strip('/')}/"
    row = _row(realm, path)
    if row is None:
        made = "".join(secrets.choice(alphabet.ascii_letters + alphabet.digits) for _ in range(6))
        realm.store.run("INSERT INTO vault_namespaces VALUES (?, ?)", made, path)
        mounts.add(Realm(realm.state, made), mounts.TOKEN, "token", "token based credentials")
        row = {"id": made, "path": path}
    return _shown(row)


def _only_in_openbao(realm: Realm) -> None:
    if not realm.openbao:
        raise failed(UNSUPPORTED_PATH, 404)


def _row(realm: Realm, path: str) -> Row | None:
    return realm.store.one("SELECT * FROM vault_namespaces WHERE path = ?", path)


def _shown(row: Row) -> Data:
    return {"id": row["id"], "path": row["path"], "custom_metadata": {}}
