"""Tests entities, as far as groups need them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from testkit.vault import ENTITY, INVALID, Vault, empty, failed, refused


def show(vault: Vault, entity_id: str) -> dict[str, Any]:
    return dict(vault.data("GET", f"{ENTITY}/id/{entity_id}"))


def test_a_new_entity(vault: Vault) -> None:
    made = vault.data("POST", ENTITY, {"name": "alice"})
    assert made == {"id": made["id"], "name": "alice", "aliases": None}
    entity = show(vault, made["id"])
    assert entity.pop("creation_time") == entity.pop("last_update_time")
    assert entity == {
        "id": made["id"],
        "name": "alice",
        "aliases": [],
        "direct_group_ids": [],
        "disabled": False,
        "group_ids": [],
        "inherited_group_ids": [],
        "merged_entity_ids": None,
        "metadata": None,
        "namespace_id": "root",
        "policies": [],
    }


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"id": ""}])
def test_an_entity_without_a_name_gets_one(vault: Vault, body: dict[str, Any]) -> None:
    assert re.fullmatch(r"entity_[0-9a-f]{8}", vault.data("POST", ENTITY, body)["name"])


def test_updates_by_name_and_by_id(vault: Vault) -> None:
    alice = vault.entity("alice", policies=["B", "a", "A", "a", " c "], metadata={"k": 1}, disabled="true")
    entity = show(vault, alice)
    assert (entity["policies"], entity["metadata"], entity["disabled"]) == (["A", "B", "a", "c"], {"k": "1"}, True)
    empty(vault.post(ENTITY, json={"name": "ALICE"}))
    empty(vault.post(f"{ENTITY}/name/Alice", json={"name": "zzz", "disabled": False}))
    assert vault.data("GET", f"{ENTITY}/name/aLICE") == {**show(vault, alice), "name": "Alice", "disabled": False}
    empty(vault.put(f"{ENTITY}/id/{alice}", json={"name": "carol", "metadata": {}, "policies": None}))
    entity = show(vault, alice)
    assert (entity["name"], entity["metadata"], entity["policies"]) == ("carol", {}, [])
    empty(vault.post(ENTITY, json={"id": alice}))
    assert show(vault, alice)["metadata"] is None
    empty(vault.post(f"{ENTITY}/name/dora", json={"id": alice}))
    assert show(vault, alice)["name"] == "dora"
    assert vault.put(f"{ENTITY}/name/new").json()["data"]["name"] == "new"


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"id": "absent"}, 400, "entity not found from id"),
        ({"id": "absent", "name": "alice"}, 400, "entity not found from id"),
        ({"name": "x", "policies": ["root"]}, 400, "policies cannot contain root"),
        (
            {"name": "x", "disabled": "x"},
            400,
            f"{INVALID} x for field \"disabled\": cannot parse '' as bool: "
            'strconv.ParseBool: parsing "x": invalid syntax',
        ),
        (
            {"name": "x", "disabled": [1]},
            400,
            f"{INVALID} [1] for field \"disabled\": '' expected type 'bool', "
            "got unconvertible type '[]interface {}', value: '[1]'",
        ),
        (
            {"name": "x", "metadata": {"a.b": "c"}},
            500,
            failed(
                'invalid entity metadata: failed to load metadata pair ("a.b", "c"): key contains invalid characters'
            ),
        ),
    ],
)
def test_invalid_entities_are_refused(vault: Vault, body: dict[str, Any], status: int, text: str) -> None:
    vault.entity("alice")
    refused(vault.post(ENTITY, json=body), status, text)
    assert vault.data("LIST", f"{ENTITY}/name") == {"keys": ["alice"]}


def test_a_name_in_use_is_refused(vault: Vault) -> None:
    vault.entity("alice")
    bob = vault.entity("bob")
    for path, body in ((f"{ENTITY}/id/{bob}", {"name": "ALICE"}), (ENTITY, {"id": bob, "name": "alice"})):
        refused(vault.post(path, json=body), 400, "entity name is already in use")


@pytest.mark.parametrize(("given", "disabled"), [(1, True), ("t", True), ("F", False), ("", False), (None, False)])
def test_disabled_accepts_several_spellings(vault: Vault, given: Any, disabled: bool) -> None:
    assert show(vault, vault.entity("alice", disabled=given))["disabled"] is disabled


def test_lists(vault: Vault) -> None:
    for by in ("id", "name"):
        refused(vault.request("LIST", f"{ENTITY}/{by}"), 404)
    names = {vault.entity(name): name for name in ("b", "a", "c")}
    keys = sorted(names)
    listed = {"keys": keys, "key_info": {key: {"name": names[key]} for key in keys}}
    assert vault.data("LIST", f"{ENTITY}/id") == vault.data("GET", f"{ENTITY}/id/?list=1") == listed
    assert vault.data("GET", f"{ENTITY}/name?list=true") == {"keys": [names[key] for key in keys]}


def test_delete(vault: Vault) -> None:
    ids = [vault.entity(name) for name in ("a", "b", "c", "d")]
    for path in (f"id/{ids[0]}", f"id/{ids[0]}", "name/B", "name/B", "name/absent"):
        empty(vault.delete(f"{ENTITY}/{path}"))
    refused(vault.post(f"{ENTITY}/batch-delete", json={}), 400, "missing entity ids to delete")
    empty(vault.post(f"{ENTITY}/batch-delete", json={"entity_ids": [ids[2], "absent"]}))
    assert vault.data("LIST", f"{ENTITY}/id")["keys"] == [ids[3]]
