"""What a fresh state holds, and test data by ``POST /_emulator/seed``:
``{"vault": {"namespaces": [...], "auth": [...], "entities": [...], "groups": [...]}}``.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from roster_emulator.state import State
from roster_emulator.vault import aliases, entities, group_rows, groups, members, mounts, namespaces
from roster_emulator.vault.errors import Refusal
from roster_emulator.vault.group_rows import EXTERNAL, INTERNAL
from roster_emulator.vault.realm import Realm

ENTITIES = ("entity-alice", "entity-bob")


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Entity(_Data):
    """An entity; its id is its name unless it says otherwise."""

    name: str
    id: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    policies: list[str] = Field(default_factory=list)
    disabled: bool = False


class Alias(_Data):
    """The alias of an external group, on the auth method at a path (``oidc``)."""

    name: str
    auth: str


class Group(_Data):
    """A group. Members are given by id or name; those of an external group are as if they had logged in."""

    name: str
    type: Literal["internal", "external"] = "internal"
    metadata: dict[str, str] = Field(default_factory=dict)
    policies: list[str] = Field(default_factory=list)
    member_entity_ids: list[str] = Field(default_factory=list)
    member_group_ids: list[str] = Field(default_factory=list)
    alias: Alias | None = None


class Auth(_Data):
    """An auth method at a path."""

    path: str
    type: str
    description: str = ""


class Data(_Data):
    """Everything that can be added, in this order. ``namespace``: the path of the one where it goes (OpenBao)."""

    namespace: str = ""
    namespaces: list[str] = Field(default_factory=list)
    auth: list[Auth] = Field(default_factory=list)
    entities: list[Entity] = Field(default_factory=list)
    groups: list[Group] = Field(default_factory=list)


def populate(state: State) -> None:
    """Puts the token method and two entities into a state that has nothing yet."""
    realm = Realm(state)
    if not mounts.list_auth(realm, {}):
        mounts.add(realm, mounts.TOKEN, "token", "token based credentials")
        for name in ENTITIES:
            _add_entity(realm, Entity(name=name))


def seed(state: State, data: Any) -> dict[str, Any]:
    """Adds the data; gives the ids of the new entities and groups, and the accessors by path."""
    wanted = Data.model_validate(data)
    try:
        for path in wanted.namespaces:
            namespaces.create(Realm(state), {"path": path})
        realm = namespaces.find(state, wanted.namespace)
        for auth in wanted.auth:
            mounts.enable(realm, auth.model_dump())
        return {
            "entities": [_add_entity(realm, entity) for entity in wanted.entities],
            "groups": [_add_group(realm, group) for group in wanted.groups],
            "auth": {path: mount["accessor"] for path, mount in mounts.list_auth(realm, {}).items()},
        }
    except Refusal as refusal:
        raise ValueError("; ".join(refusal.texts)) from None


def _add_entity(realm: Realm, entity: Entity) -> str:
    now, entity_id = realm.timestamp(), entity.id or entity.name
    if entities.by_id(realm, entity_id) or entities.by_name(realm, entity.name):
        raise ValueError(f"there is an entity {entity_id} or {entity.name}")
    row = {
        "id": entity_id,
        "namespace_id": realm.namespace,
        "name": entity.name,
        "metadata": json.dumps(entity.metadata or None),
        "policies": json.dumps(sorted(entity.policies)),
        "disabled": int(entity.disabled),
        "creation_time": now,
        "last_update_time": now,
    }
    entities.save(realm, row)
    return entity_id


def _add_group(realm: Realm, group: Group) -> str:
    entity_ids = [_entity_id(realm, key) for key in group.member_entity_ids]
    given: dict[str, Any] = group.model_dump(include={"name", "type", "metadata", "policies"})
    if group.type == INTERNAL:
        given["member_entity_ids"] = entity_ids
        given["member_group_ids"] = [_group_id(realm, key) for key in group.member_group_ids]
    given = {field: value for field, value in given.items() if value}
    made = groups.write_by_name(realm, given)
    if made is None:
        raise ValueError(f"there is a group {group.name}")
    if group.type == EXTERNAL:
        members.put_entities(realm, made["id"], entity_ids)
    if group.alias is not None:
        mount = mounts.read(realm, {"path": group.alias.auth})
        alias = {"name": group.alias.name, "mount_accessor": mount["accessor"], "canonical_id": made["id"]}
        aliases.register(realm, alias)
    return str(made["id"])


def _entity_id(realm: Realm, key: str) -> str:
    named = entities.by_name(realm, key)
    return key if named is None else str(named["id"])


def _group_id(realm: Realm, key: str) -> str:
    named = group_rows.by_name(realm, key)
    return key if named is None else str(named["id"])
