"""Holds the state and rules of groups.

A list or map that was never set reads null. One that the last write emptied reads ``[]`` or ``{}`` until the next
write; ``cleared`` names those.
"""

from __future__ import annotations

import json
from typing import Any

from roster_emulator.store import Row
from roster_emulator.vault import aliases, group_rows, members, metadata, policies
from roster_emulator.vault.errors import bad
from roster_emulator.vault.fields import pairs, quoted, string, strings
from roster_emulator.vault.group_rows import EXTERNAL, INTERNAL
from roster_emulator.vault.realm import Data, Given, Realm

FIELDS = {
    "id": string,
    "type": string,
    "name": string,
    "metadata": pairs,
    "policies": strings,
    "member_group_ids": strings,
    "member_entity_ids": strings,
}


def register(realm: Realm, given: Given) -> Data | None:
    """Update the group of the given id or name, or create one with a generated name."""
    if "id" in given:
        return write_by_id(realm, given)
    if "name" in given:
        return write_by_name(realm, given)
    return _write(realm, given, None)


def write_by_id(realm: Realm, given: Given) -> Data | None:
    """Update the group of an id."""
    if not given["id"]:
        raise bad("empty group ID")
    group = group_rows.by_id(realm, given["id"])
    if group is None:
        raise bad("invalid group ID")
    return _write(realm, given, group)


def write_by_name(realm: Realm, given: Given) -> Data | None:
    """Update the group of a name, or create it. Return nothing for an update."""
    if not given["name"]:
        raise bad("empty group name")
    return _write(realm, given, group_rows.by_name(realm, given["name"]))


def read_by_id(realm: Realm, given: Given) -> Data | None:
    """Return the group of an id."""
    return show(realm, group_rows.by_id(realm, given["id"]))


def read_by_name(realm: Realm, given: Given) -> Data | None:
    """Return the group of a name, in any case."""
    return show(realm, group_rows.by_name(realm, given["name"]))


def delete_by_id(realm: Realm, given: Given) -> None:
    """Delete a group. If it does not exist, do nothing."""
    _delete(realm, group_rows.by_id(realm, given["id"]))


def delete_by_name(realm: Realm, given: Given) -> None:
    """Delete a group. If it does not exist, do nothing."""
    _delete(realm, group_rows.by_name(realm, given["name"]))


def list_by_id(realm: Realm, given: Given) -> Data | None:
    """Return all ids, sorted, with a summary of each."""
    summary = ("id", "name", "mount_accessor", "mount_path", "mount_type")
    found = {alias["canonical_id"]: alias for alias in aliases.all_of(realm)}
    info: dict[str, Data] = {}
    for row in group_rows.all_of(realm):
        info[row["id"]] = {key: row[key] for key in ("name", "num_member_entities", "num_parent_groups")}
        if row["id"] in found:
            info[row["id"]]["alias"] = {key: value for key, value in found[row["id"]].items() if key in summary}
    return {"keys": list(info), "key_info": info}


def list_by_name(realm: Realm, given: Given) -> Data | None:
    """Return all names, ordered by id."""
    return {"keys": [row["name"] for row in group_rows.all_of(realm)]}


def show(realm: Realm, group: Row | None) -> Data | None:
    """Return a group as a read shows it. ``None`` stays ``None``."""
    if group is None:
        return None
    cleared = json.loads(group["cleared"])

    def or_null(field: str, value: Any) -> Any:
        return value if value or field in cleared else None

    return {
        "alias": aliases.in_group(realm, group["id"]),
        "creation_time": group["creation_time"],
        "id": group["id"],
        "last_update_time": group["last_update_time"],
        "member_entity_ids": or_null("member_entity_ids", members.of_entities(realm, group["id"])),
        "member_group_ids": members.of_groups(realm, group["id"]) or None,
        "metadata": or_null("metadata", json.loads(group["metadata"])),
        "modify_index": group["modify_index"],
        "name": group["name"],
        "namespace_id": group["namespace_id"],
        "parent_group_ids": or_null("parent_group_ids", members.parents(realm, group["id"])),
        "policies": or_null("policies", json.loads(group["policies"])),
        "type": group["type"],
    }


def _write(realm: Realm, given: Given, group: Row | None) -> Data | None:
    """Check and store, in the same order as Vault."""
    row = group_rows.new(realm, kind="") if group is None else {**group, "last_update_time": realm.timestamp()}
    if "policies" in given:
        row["policies"] = json.dumps(policies.for_group(given["policies"], realm.openbao))
    row["type"] = _type(row, given)
    if given.get("name"):
        other = group_rows.by_name(realm, given["name"])
        if other is not None and other["id"] != row["id"]:
            raise bad("group name is already in use")
        row["name"] = given["name"]
    if "metadata" in given:
        row["metadata"] = json.dumps(given["metadata"] or {})
    if row["type"] == EXTERNAL and "member_entity_ids" in given:
        raise bad("member entities can't be set manually for external groups")
    if row["type"] == EXTERNAL and "member_group_ids" in given:
        raise bad("member groups can't be set for external groups")
    metadata.check("group", json.loads(row["metadata"]))
    if "member_entity_ids" in given:
        members.put_entities(realm, row["id"], filter(None, given["member_entity_ids"]))
    if "member_group_ids" in given:
        members.put_groups(realm, row["id"], filter(None, given["member_group_ids"]))
    row["cleared"] = json.dumps([field for field, value in given.items() if _empties(value)])
    aliases.refresh(realm, row["id"], row["last_update_time"])
    group_rows.save(realm, row)
    return {"id": row["id"], "name": row["name"]} if group is None else None


def _type(row: Row, given: Given) -> str:
    kind: str = given.get("type", row["type"])
    if row["type"] and kind != row["type"]:
        raise bad("group type cannot be changed")
    if kind not in ("", INTERNAL, EXTERNAL):
        raise bad(f"invalid group type {quoted(kind)}")
    return kind or INTERNAL


def _empties(value: Any) -> bool:
    return isinstance(value, (list, dict)) and not any(value)


def _delete(realm: Realm, group: Row | None) -> None:
    if group is not None:
        aliases.drop_of_group(realm, group["id"])
        members.forget_group(realm, group["id"])
        group_rows.remove(realm, group["id"])
