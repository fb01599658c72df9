"""Lists the rule of each path."""

from __future__ import annotations

from roster_emulator.api import Route
from roster_emulator.vault import aliases, entities, groups, lookups, mounts, namespaces
from roster_emulator.vault.operations import deleting, listing, reading, updating

GROUP, ALIAS, ENTITY = "identity/group", "identity/group-alias", "identity/entity"

GROUPS: list[Route] = [
    *updating(GROUP, groups.FIELDS, groups.register),
    *listing(f"{GROUP}/id", groups.list_by_id),
    *updating(f"{GROUP}/id/{{id}}", groups.FIELDS, groups.write_by_id),
    reading(f"{GROUP}/id/{{id}}", groups.FIELDS, groups.read_by_id),
    deleting(f"{GROUP}/id/{{id}}", groups.FIELDS, groups.delete_by_id),
    *listing(f"{GROUP}/name", groups.list_by_name),
    *updating(f"{GROUP}/name/{{name:path}}", groups.FIELDS, groups.write_by_name),
    reading(f"{GROUP}/name/{{name:path}}", groups.FIELDS, groups.read_by_name),
    deleting(f"{GROUP}/name/{{name:path}}", groups.FIELDS, groups.delete_by_name),
]

ALIASES: list[Route] = [
    *updating(ALIAS, aliases.FIELDS, aliases.register),
    *listing(f"{ALIAS}/id", aliases.list_by_id),
    *updating(f"{ALIAS}/id/{{id}}", aliases.FIELDS, aliases.write_by_id),
    reading(f"{ALIAS}/id/{{id}}", aliases.FIELDS, aliases.read_by_id),
    deleting(f"{ALIAS}/id/{{id}}", aliases.FIELDS, aliases.delete_by_id),
]

ENTITIES: list[Route] = [
    *updating(ENTITY, entities.FIELDS, entities.write),
    *updating(f"{ENTITY}/batch-delete", entities.BATCH_FIELDS, entities.delete_batch),
    *listing(f"{ENTITY}/id", entities.list_by_id),
    *updating(f"{ENTITY}/id/{{id}}", entities.FIELDS, entities.write),
    reading(f"{ENTITY}/id/{{id}}", entities.FIELDS, entities.read_by_id),
    deleting(f"{ENTITY}/id/{{id}}", entities.FIELDS, entities.delete_by_id),
    *listing(f"{ENTITY}/name", entities.list_by_name),
    *updating(f"{ENTITY}/name/{{name:path}}", entities.FIELDS, entities.write),
    reading(f"{ENTITY}/name/{{name:path}}", entities.FIELDS, entities.read_by_name),
    deleting(f"{ENTITY}/name/{{name:path}}", entities.FIELDS, entities.delete_by_name),
]

# A look-up changes nothing. It still needs the right to write, because Vault's policies treat it as an update.
LOOKUPS: list[Route] = [
    *updating("identity/lookup/group", lookups.FIELDS, lookups.group),
    *updating("identity/lookup/entity", lookups.FIELDS, lookups.entity),
]

SYSTEM: list[Route] = [
    reading("sys/auth", {}, mounts.list_auth, flat=True),
    *updating("sys/auth/{path:path}", mounts.FIELDS, mounts.enable),
    reading("sys/auth/{path:path}", mounts.FIELDS, mounts.read),
    deleting("sys/auth/{path:path}", mounts.FIELDS, mounts.disable),
    reading("sys/mounts", {}, mounts.list_secrets, flat=True),
    *listing("sys/namespaces", namespaces.list_all),
    *updating("sys/namespaces/{path:path}", namespaces.FIELDS, namespaces.create),
    reading("sys/namespaces/{path:path}", namespaces.FIELDS, namespaces.read),
    deleting("sys/namespaces/{path:path}", namespaces.FIELDS, namespaces.delete),
]
