"""Reads and writes the rows of groups."""

from __future__ import annotations

import json
from collections.abc import Iterable

from roster_emulator.store import Row
from roster_emulator.vault.realm import Realm

INTERNAL, EXTERNAL = "internal", "external"


def by_id(realm: Realm, group_id: str) -> Row | None:
    """Return the group of an id."""
    return realm.store.one("SELECT * FROM vault_groups WHERE id = ? AND namespace_id = ?", group_id, realm.namespace)


def by_name(realm: Realm, name: str) -> Row | None:
    """Return the group of a name, in any case."""
    return realm.store.one(
        "SELECT * FROM vault_groups WHERE namespace_id = ? AND folded = ?", realm.namespace, name.lower()
    )


def all_of(realm: Realm) -> list[Row]:
    """Return the summary of each group, ordered by id."""
    return realm.store.all(
        "SELECT id, name, "
        "(SELECT COUNT(*) FROM vault_group_entities WHERE group_id = vault_groups.id) AS num_member_entities, "
        "(SELECT COUNT(*) FROM vault_group_parents WHERE child_id = vault_groups.id) AS num_parent_groups "
        "FROM vault_groups WHERE namespace_id = ? ORDER BY id",
        realm.namespace,
    )


def new(realm: Realm, kind: str = INTERNAL) -> Row:
    """Return a group that is not stored yet."""
    now = realm.timestamp()
    return {
        "id": realm.new_id(),
        "namespace_id": realm.namespace,
        "name": realm.new_name("group"),
        "type": kind,
        "metadata": "{}",
        "policies": "[]",
        "cleared": "[]",
        "creation_time": now,
        "last_update_time": now,
        "modify_index": 0,
    }


def save(realm: Realm, group: Row) -> None:
    """Store a group, and increase its modify index."""
    row = {**group, "folded": group["name"].lower(), "modify_index": group["modify_index"] + 1}
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    realm.store.run(f"INSERT OR REPLACE INTO vault_groups ({columns}) VALUES ({marks})", *row.values())


def touch(realm: Realm, group_id: str, cleared: Iterable[str] = ()) -> None:
    """Increase the modify index of a group that changed without a write. ``cleared``: the lists that became empty."""
    realm.store.run(
        "UPDATE vault_groups SET modify_index = modify_index + 1, cleared = ? WHERE id = ?",
        *(json.dumps(list(cleared)), group_id),
    )


def remove(realm: Realm, group_id: str) -> None:
    """Remove a group."""
    realm.store.run("DELETE FROM vault_groups WHERE id = ?", group_id)
