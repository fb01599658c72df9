"""Holds group aliases. An alias is the name of an external group in an auth method; a group has one at most."""

from __future__ import annotations

from uuid import uuid4

from roster_emulator.store import Row
from roster_emulator.vault import group_rows
from roster_emulator.vault.errors import bad
from roster_emulator.vault.fields import quoted, string
from roster_emulator.vault.group_rows import EXTERNAL
from roster_emulator.vault.realm import Data, Given, Realm

FIELDS = {"id": string, "name": string, "mount_accessor": string, "canonical_id": string}

_SELECT = (
    "SELECT a.*, 'auth/' || m.path AS mount_path, m.type AS mount_type "
    "FROM vault_group_aliases a LEFT JOIN vault_mounts m ON m.accessor = a.mount_accessor"
)


def register(realm: Realm, given: Given) -> Data | None:
    """Update the alias of the given id, or create one."""
    return write_by_id(realm, given) if "id" in given else _write(realm, given, None)


def write_by_id(realm: Realm, given: Given) -> Data | None:
    """Update the alias of an id. Name and mount are both required."""
    if not given["id"]:
        raise bad("empty group alias ID")
    alias = by_id(realm, given["id"])
    if alias is None:
        raise bad("invalid group alias ID")
    return _write(realm, given, alias)


def read_by_id(realm: Realm, given: Given) -> Data | None:
    """Return the alias of an id."""
    alias = by_id(realm, given["id"])
    if alias is None:
        return None
    return {**_shown(alias), "custom_metadata": None, "local": False, "namespace_id": alias["namespace_id"]}


def delete_by_id(realm: Realm, given: Given) -> None:
    """Delete an alias. If it does not exist, do nothing."""
    alias = by_id(realm, given["id"])
    if alias is not None:
        drop_of_group(realm, alias["canonical_id"])
        group_rows.touch(realm, alias["canonical_id"])


def list_by_id(realm: Realm, given: Given) -> Data | None:
    """Return all ids, sorted, with a summary of each."""
    summary = ("name", "canonical_id", "mount_accessor", "mount_path", "mount_type")
    info = {
        alias["id"]: {
            **{key: value for key, value in _shown(alias).items() if key in summary},
            "custom_metadata": None,
            "local": False,
        }
        for alias in all_of(realm)
    }
    return {"keys": list(info), "key_info": info}


def by_id(realm: Realm, alias_id: str) -> Row | None:
    """Return the row of an id."""
    return realm.store.one(f"{_SELECT} WHERE a.id = ? AND a.namespace_id = ?", alias_id, realm.namespace)


def by_factors(realm: Realm, accessor: str, name: str) -> Row | None:
    """Return the row of a name, in any case, on a mount."""
    return realm.store.one(f"{_SELECT} WHERE a.mount_accessor = ? AND a.folded = ?", accessor, name.lower())


def all_of(realm: Realm) -> list[Row]:
    """Return all rows, ordered by id. If the mount was removed, ``mount_path`` and ``mount_type`` are missing."""
    rows = realm.store.all(f"{_SELECT} WHERE a.namespace_id = ? ORDER BY a.id", realm.namespace)
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def in_group(realm: Realm, group_id: str) -> Data:
    """Return the alias of a group as a read of the group shows it, empty if there is none."""
    alias = realm.store.one(f"{_SELECT} WHERE a.canonical_id = ?", group_id)
    return {} if alias is None else _shown(alias)


def refresh(realm: Realm, group_id: str, now: str) -> None:
    """Store that the group of an alias was written."""
    realm.store.run("UPDATE vault_group_aliases SET last_update_time = ? WHERE canonical_id = ?", now, group_id)


def drop_of_group(realm: Realm, group_id: str) -> None:
    """Remove the alias of a group, if it has one."""
    realm.store.run("DELETE FROM vault_group_aliases WHERE canonical_id = ?", group_id)


def _write(realm: Realm, given: Given, alias: Row | None) -> Data | None:
    """Check and store, in the same order as Vault. A new alias without a group creates a group."""
    name, accessor, group_id = (given.get(field, "") for field in ("name", "mount_accessor", "canonical_id"))
    if not name:
        raise bad("missing alias name")
    if not accessor:
        raise bad("missing mount_accessor")
    if alias is not None and (name, accessor, group_id or alias["canonical_id"]) == tuple(
        alias[field] for field in ("name", "mount_accessor", "canonical_id")
    ):
        return None
    group = _group(realm, group_id) if group_id else None
    if not realm.store.one(
        "SELECT 1 FROM vault_mounts WHERE accessor = ? AND namespace_id = ?", accessor, realm.namespace
    ):
        raise bad(f"invalid mount accessor {quoted(accessor)}")
    other = by_factors(realm, accessor, name)
    if other is not None and (alias is None or other["id"] != alias["id"]):
        raise bad("combination of mount and group alias name is already in use")
    now = realm.timestamp()
    if alias is not None:
        before = group_rows.by_id(realm, alias["canonical_id"])
        group = group or before
        drop_of_group(realm, alias["canonical_id"])
        if before is not None and group is not None and before["id"] != group["id"]:
            group_rows.touch(realm, before["id"])
    group = {**(group or group_rows.new(realm, EXTERNAL)), "cleared": "[]", "last_update_time": now}
    drop_of_group(realm, group["id"])
    group_rows.save(realm, group)
    alias_id = str(uuid4()) if alias is None else alias["id"]
    realm.store.run(
        "INSERT INTO vault_group_aliases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(alias_id, realm.namespace, group["id"], accessor, name, name.lower()),
        *(now if alias is None else alias["creation_time"], now),
    )
    return {"id": alias_id, "canonical_id": group["id"]}


def _group(realm: Realm, group_id: str) -> Row:
    group = group_rows.by_id(realm, group_id)
    if group is None:
        raise bad("invalid group ID given in 'canonical_id'")
    if group["type"] != EXTERNAL:
        raise bad("alias can't be set on an internal group")
    return group


def _shown(alias: Row) -> Data:
    fields = ("id", "canonical_id", "name", "mount_accessor", "creation_time", "last_update_time")
    shown = {field: alias[field] for field in fields} | {"metadata": None, "merged_from_canonical_ids": None}
    if alias.get("mount_path"):
        shown |= {"mount_path": alias["mount_path"], "mount_type": alias["mount_type"]}
    return shown
