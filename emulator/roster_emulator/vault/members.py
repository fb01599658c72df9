"""Holds the entities and groups in a group.

A group does not store its member groups. Each member stores its parents, and keeps the id of a parent that was
deleted.
"""

from __future__ import annotations

from collections.abc import Iterable

from roster_emulator.vault import group_rows
from roster_emulator.vault.errors import bad, failed
from roster_emulator.vault.fields import quoted
from roster_emulator.vault.realm import Realm


def of_entities(realm: Realm, group_id: str) -> list[str]:
    """Return the entities in a group, sorted."""
    rows = realm.store.all("SELECT entity_id FROM vault_group_entities WHERE group_id = ? ORDER BY entity_id", group_id)
    return [row["entity_id"] for row in rows]


def of_groups(realm: Realm, group_id: str) -> list[str]:
    """Return the groups in a group, sorted."""
    rows = realm.store.all("SELECT child_id FROM vault_group_parents WHERE parent_id = ? ORDER BY child_id", group_id)
    return [row["child_id"] for row in rows]


def parents(realm: Realm, group_id: str) -> list[str]:
    """Return the parents of a group, in the order in which it joined them. Deleted ones are included."""
    rows = realm.store.all("SELECT parent_id FROM vault_group_parents WHERE child_id = ? ORDER BY number", group_id)
    return [row["parent_id"] for row in rows]


def groups_of(realm: Realm, entity_id: str) -> tuple[list[str], list[str]]:
    """Return the groups that an entity is in: directly, and only through other groups."""
    rows = realm.store.all("SELECT group_id FROM vault_group_entities WHERE entity_id = ? ORDER BY group_id", entity_id)
    direct = [row["group_id"] for row in rows]
    found, waiting = set(direct), list(direct)
    while waiting:
        above = {parent for parent in parents(realm, waiting.pop()) if group_rows.by_id(realm, parent)} - found
        found |= above
        waiting += above
    return direct, sorted(found - set(direct))


def put_entities(realm: Realm, group_id: str, entity_ids: Iterable[str]) -> None:
    """Set the entities of a group."""
    wanted = sorted(set(entity_ids))
    for entity_id in wanted:
        known = realm.store.one(
            "SELECT 1 FROM vault_entities WHERE id = ? AND namespace_id = ?", entity_id, realm.namespace
        )
        if known is None:
            raise failed(f"invalid entity ID {quoted(entity_id)}")
    realm.store.run("DELETE FROM vault_group_entities WHERE group_id = ?", group_id)
    for entity_id in wanted:
        realm.store.run("INSERT INTO vault_group_entities VALUES (?, ?)", group_id, entity_id)


def remove_entity(realm: Realm, entity_id: str) -> None:
    """Remove an entity from all its groups."""
    direct, _ = groups_of(realm, entity_id)
    realm.store.run("DELETE FROM vault_group_entities WHERE entity_id = ?", entity_id)
    for group_id in direct:
        group_rows.touch(realm, group_id, () if of_entities(realm, group_id) else ("member_entity_ids",))


def put_groups(realm: Realm, group_id: str, member_ids: Iterable[str]) -> None:
    """Set the member groups of a group. Each group that joins or leaves counts as changed."""
    wanted, present = set(member_ids), set(of_groups(realm, group_id))
    for member_id in sorted(present - wanted):
        realm.store.run("DELETE FROM vault_group_parents WHERE child_id = ? AND parent_id = ?", member_id, group_id)
        group_rows.touch(realm, member_id, () if parents(realm, member_id) else ("parent_group_ids",))
    for member_id in sorted(wanted):
        if group_rows.by_id(realm, member_id) is None:
            raise failed(f"invalid member group ID {quoted(member_id)}")
        if member_id in present:
            continue
        if member_id == group_id:
            raise failed(f"member group ID {quoted(group_id)} is same as the ID of the group")
        if _contains(realm, member_id, group_id):
            raise bad(f"cyclic relationship detected for member group ID {quoted(member_id)}")
        realm.store.run("INSERT INTO vault_group_parents (child_id, parent_id) VALUES (?, ?)", member_id, group_id)
        group_rows.touch(realm, member_id)


def forget_group(realm: Realm, group_id: str) -> None:
    """Remove the members and parents of a group. Its member groups keep it as their parent."""
    realm.store.run("DELETE FROM vault_group_entities WHERE group_id = ?", group_id)
    realm.store.run("DELETE FROM vault_group_parents WHERE child_id = ?", group_id)


def _contains(realm: Realm, group_id: str, wanted: str) -> bool:
    """Return whether a group contains another one, at any depth."""
    seen, waiting = {group_id}, [group_id]
    while waiting:
        inside = set(of_groups(realm, waiting.pop())) - seen
        if wanted in inside:
            return True
        seen |= inside
        waiting += inside
    return False
