"""Holds the entities, as far as groups need them: https://developer.hashicorp.com/vault/api-docs/secret/identity/entity"""

from __future__ import annotations

import json

from roster_emulator.store import Row
from roster_emulator.vault import members, metadata, policies
from roster_emulator.vault.errors import bad
from roster_emulator.vault.fields import boolean, pairs, string, strings
from roster_emulator.vault.realm import Data, Given, Realm

FIELDS = {"id": string, "name": string, "metadata": pairs, "policies": strings, "disabled": boolean}
BATCH_FIELDS = {"entity_ids": strings}


def write(realm: Realm, given: Given) -> Data | None:
    """Update the entity of an id or name, or create one. With both, the entity of the id gets the name."""
    entity, name = None, given.get("name", "")
    if given.get("id"):
        entity = by_id(realm, given["id"])
        if entity is None:
            raise bad("entity not found from id")
    same_name = by_name(realm, name) if name else None
    if entity is not None and same_name is not None and same_name["id"] != entity["id"]:
        raise bad("entity name is already in use")
    entity = entity or same_name
    row = _fresh(realm) if entity is None else {**entity, "last_update_time": realm.timestamp()}
    row["name"] = name or row["name"]
    if "policies" in given:
        row["policies"] = json.dumps(policies.for_entity(given["policies"], realm.openbao))
    row["disabled"] = int(given.get("disabled", row["disabled"]))
    # Metadata that was never set, or emptied before the last write, reads null.
    row["metadata"] = json.dumps(given["metadata"] if "metadata" in given else json.loads(row["metadata"]) or None)
    metadata.check("entity", json.loads(row["metadata"]) or {})
    save(realm, row)
    return {"id": row["id"], "name": row["name"], "aliases": None} if entity is None else None


def read_by_id(realm: Realm, given: Given) -> Data | None:
    """Return the entity of an id."""
    return show(realm, by_id(realm, given["id"]))


def read_by_name(realm: Realm, given: Given) -> Data | None:
    """Return the entity of a name, in any case."""
    return show(realm, by_name(realm, given["name"]))


def delete_by_id(realm: Realm, given: Given) -> None:
    """Delete an entity and remove it from its groups. If it does not exist, do nothing."""
    _delete(realm, by_id(realm, given["id"]))


def delete_by_name(realm: Realm, given: Given) -> None:
    """Delete an entity and remove it from its groups. If it does not exist, do nothing."""
    _delete(realm, by_name(realm, given["name"]))


def delete_batch(realm: Realm, given: Given) -> None:
    """Delete several entities. Ignore those that do not exist."""
    if not given.get("entity_ids"):
        raise bad("missing entity ids to delete")
    for entity_id in given["entity_ids"]:
        _delete(realm, by_id(realm, entity_id))


def list_by_id(realm: Realm, given: Given) -> Data | None:
    """Return all ids, sorted, with a summary of each."""
    rows = _all(realm)
    return {"keys": [row["id"] for row in rows], "key_info": {row["id"]: {"name": row["name"]} for row in rows}}


def list_by_name(realm: Realm, given: Given) -> Data | None:
    """Return all names, ordered by id."""
    return {"keys": [row["name"] for row in _all(realm)]}


def by_id(realm: Realm, entity_id: str) -> Row | None:
    """Return the row of an id."""
    return realm.store.one("SELECT * FROM vault_entities WHERE id = ? AND namespace_id = ?", entity_id, realm.namespace)


def by_name(realm: Realm, name: str) -> Row | None:
    """Return the row of a name, in any case."""
    return realm.store.one(
        "SELECT * FROM vault_entities WHERE namespace_id = ? AND folded = ?", realm.namespace, name.lower()
    )


def save(realm: Realm, entity: Row) -> None:
    """Store an entity."""
    row = {**entity, "folded": entity["name"].lower()}
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    realm.store.run(f"INSERT OR REPLACE INTO vault_entities ({columns}) VALUES ({marks})", *row.values())


def show(realm: Realm, entity: Row | None) -> Data | None:
    """Return an entity as a read shows it. ``None`` stays ``None``."""
    if entity is None:
        return None
    direct, inherited = members.groups_of(realm, entity["id"])
    return {
        "aliases": [],
        "creation_time": entity["creation_time"],
        "direct_group_ids": direct,
        "disabled": bool(entity["disabled"]),
        "group_ids": direct + inherited,
        "id": entity["id"],
        "inherited_group_ids": inherited,
        "last_update_time": entity["last_update_time"],
        "merged_entity_ids": None,
        "metadata": json.loads(entity["metadata"]),
        "name": entity["name"],
        "namespace_id": entity["namespace_id"],
        "policies": json.loads(entity["policies"]),
    }


def _fresh(realm: Realm) -> Row:
    now = realm.timestamp()
    return {
        "id": realm.new_id(),
        "namespace_id": realm.namespace,
        "name": realm.new_name("entity"),
        "metadata": "null",
        "policies": "[]",
        "disabled": 0,
        "creation_time": now,
        "last_update_time": now,
    }


def _all(realm: Realm) -> list[Row]:
    return realm.store.all("SELECT id, name FROM vault_entities WHERE namespace_id = ? ORDER BY id", realm.namespace)


def _delete(realm: Realm, entity: Row | None) -> None:
    if entity is not None:
        members.remove_entity(realm, entity["id"])
        realm.store.run("DELETE FROM vault_entities WHERE id = ?", entity["id"])
