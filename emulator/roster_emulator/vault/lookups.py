"""Looks up a group or an entity by its id, its name or its alias."""

from __future__ import annotations

from roster_emulator.store import Row
from roster_emulator.vault import aliases, entities, group_rows, groups
from roster_emulator.vault.errors import bad
from roster_emulator.vault.fields import string
from roster_emulator.vault.realm import Data, Given, Realm

FIELDS = {"id": string, "name": string, "alias_id": string, "alias_name": string, "alias_mount_accessor": string}


def group(realm: Realm, given: Given) -> Data | None:
    """Return the group that the fields name."""
    _check(given)
    found: Row | None = None
    if given.get("id"):
        found = group_rows.by_id(realm, given["id"])
    elif given.get("name"):
        found = group_rows.by_name(realm, given["name"])
    else:
        alias = _alias(realm, given)
        found = group_rows.by_id(realm, alias["canonical_id"]) if alias else None
    return groups.show(realm, found)


def entity(realm: Realm, given: Given) -> Data | None:
    """Return the entity that the fields name. Entities have no aliases here."""
    _check(given)
    if given.get("id"):
        return entities.read_by_id(realm, given)
    return entities.read_by_name(realm, given) if given.get("name") else None


def _alias(realm: Realm, given: Given) -> Row | None:
    if given.get("alias_id"):
        return aliases.by_id(realm, given["alias_id"])
    if given.get("alias_name"):
        return aliases.by_factors(realm, given["alias_mount_accessor"], given["alias_name"])
    return None


def _check(given: Given) -> None:
    """Refuse fields that name more than one key, or an incomplete one."""
    by_factors = [bool(given.get(field)) for field in ("alias_name", "alias_mount_accessor")]
    if not given:
        raise bad("query parameter not supplied")
    if len(given) > 2 or (len(given) == 2 and not all(by_factors)):
        raise bad("query parameter conflict; please supply distinct set of query parameters")
    if len(given) == 1 and any(by_factors):
        raise bad("both 'alias_name' and 'alias_mount_accessor' needs to be set")
