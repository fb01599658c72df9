"""Tests group aliases, and look-ups of groups and entities."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.vault import ALIAS, ENTITY, GROUP, Vault, empty, refused

LOOKUP = "identity/lookup/group"


@pytest.fixture
def corp(vault: Vault) -> str:
    return vault.accessor("corp")


@pytest.fixture
def other(vault: Vault) -> str:
    return vault.accessor("other")


@pytest.fixture
def external(vault: Vault) -> str:
    return vault.group("external", type="external")


def alias_of(vault: Vault, group_id: str) -> dict[str, Any]:
    return dict(vault.show(group_id)["alias"])


def test_an_alias_shows_in_its_group_and_in_lists(vault: Vault, corp: str, external: str) -> None:
    reply = vault.post(ALIAS, json={"name": "Staff", "mount_accessor": corp, "canonical_id": external, "foo": 1})
    assert reply.status_code == 200
    assert reply.json()["warnings"] == ["Endpoint ignored these unrecognized parameters: [foo]"]
    alias_id = reply.json()["data"]["id"]
    assert reply.json()["data"] == {"id": alias_id, "canonical_id": external}
    mount = {"mount_accessor": corp, "mount_path": "auth/corp/", "mount_type": "userpass"}

    read = vault.data("GET", f"{ALIAS}/id/{alias_id}")
    times = {field: read[field] for field in ("creation_time", "last_update_time")}
    shown = {"id": alias_id, "canonical_id": external, "name": "Staff", **mount, **times}
    shown |= {"metadata": None, "merged_from_canonical_ids": None}
    assert read == {**shown, "custom_metadata": None, "local": False, "namespace_id": "root"}
    assert alias_of(vault, external) == shown
    assert vault.show(external)["modify_index"] == 2

    summary = {"name": "Staff", "canonical_id": external, **mount, "custom_metadata": None, "local": False}
    assert vault.data("LIST", f"{ALIAS}/id") == {"keys": [alias_id], "key_info": {alias_id: summary}}
    info = vault.data("GET", f"{GROUP}/id?list=true")["key_info"][external]
    assert info["alias"] == {"id": alias_id, "name": "Staff", **mount}


def test_an_alias_without_a_group_creates_one(vault: Vault, corp: str) -> None:
    made = vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": corp})
    group = vault.show(made["canonical_id"])
    assert (group["type"], group["alias"]["id"], group["modify_index"]) == ("external", made["id"], 1)
    assert group["name"].startswith("group_")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "missing alias name"),
        ({"name": "", "mount_accessor": "CORP"}, "missing alias name"),
        ({"name": "n"}, "missing mount_accessor"),
        ({"name": "n", "mount_accessor": "x"}, 'invalid mount accessor "x"'),
        ({"name": "n", "mount_accessor": "CORP", "canonical_id": "x"}, "invalid group ID given in 'canonical_id'"),
        (
            {"name": "n", "mount_accessor": "CORP", "canonical_id": "INTERNAL"},
            "alias can't be set on an internal group",
        ),
        ({"id": "x", "name": "n", "mount_accessor": "CORP"}, "invalid group alias ID"),
        ({"id": "", "name": "n", "mount_accessor": "CORP"}, "empty group alias ID"),
    ],
)
def test_invalid_aliases_are_refused(vault: Vault, corp: str, body: dict[str, str], text: str) -> None:
    real = {"CORP": corp, "INTERNAL": vault.group("internal")}
    refused(vault.post(ALIAS, json={key: real.get(value, value) for key, value in body.items()}), 400, text)
    refused(vault.request("LIST", f"{ALIAS}/id"), 404)


def test_alias_names_are_unique_on_a_mount_in_any_case(vault: Vault, corp: str, other: str, external: str) -> None:
    vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": corp, "canonical_id": external})
    second = vault.group("second", type="external")
    for group_id in (external, second):
        reply = vault.post(ALIAS, json={"name": "STAFF", "mount_accessor": corp, "canonical_id": group_id})
        refused(reply, 400, "combination of mount and group alias name is already in use")
    vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": other, "canonical_id": second})
    assert len(vault.data("LIST", f"{ALIAS}/id")["keys"]) == 2


def test_a_second_alias_replaces_the_first(vault: Vault, corp: str, other: str, external: str) -> None:
    first = vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": corp, "canonical_id": external})["id"]
    second = vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": other, "canonical_id": external})["id"]
    refused(vault.get(f"{ALIAS}/id/{first}"), 404)
    assert alias_of(vault, external)["id"] == second
    assert vault.data("LIST", f"{ALIAS}/id")["keys"] == [second]


def test_an_alias_is_renamed_and_moved(vault: Vault, corp: str, external: str) -> None:
    made = vault.data("POST", ALIAS, {"name": "old", "mount_accessor": corp, "canonical_id": external})
    path = f"{ALIAS}/id/{made['id']}"
    refused(vault.post(path, json={}), 400, "missing alias name")
    refused(vault.post(path, json={"name": "new"}), 400, "missing mount_accessor")
    empty(vault.post(path, json={"name": "old", "mount_accessor": corp}))
    empty(vault.post(path, json={"name": "old", "mount_accessor": corp, "canonical_id": external}))
    assert vault.show(external)["modify_index"] == 2

    assert vault.data("PUT", path, {"name": "new", "mount_accessor": corp}) == made
    assert alias_of(vault, external)["name"] == "new"
    target = vault.group("target", type="external")
    moved = vault.data("POST", path, {"name": "new", "mount_accessor": corp, "canonical_id": target})
    assert moved == {"id": made["id"], "canonical_id": target}
    assert (alias_of(vault, external), alias_of(vault, target)["id"]) == ({}, made["id"])
    assert (vault.show(external)["modify_index"], vault.show(target)["modify_index"]) == (4, 2)


def test_an_update_of_the_group_keeps_its_alias(vault: Vault, corp: str, external: str) -> None:
    vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": corp, "canonical_id": external})
    before = alias_of(vault, external)
    vault.change(external, policies=["p"])
    after = alias_of(vault, external)
    assert after["last_update_time"] > before["last_update_time"]
    assert {**after, "last_update_time": before["last_update_time"]} == before


def test_an_alias_is_deleted_alone_or_with_its_group(vault: Vault, corp: str, external: str) -> None:
    body = {"name": "staff", "mount_accessor": corp, "canonical_id": external}
    alias_id = vault.data("POST", ALIAS, body)["id"]
    empty(vault.delete(f"{ALIAS}/id/{alias_id}"))
    empty(vault.delete(f"{ALIAS}/id/{alias_id}"))
    assert (alias_of(vault, external), vault.show(external)["modify_index"]) == ({}, 3)
    alias_id = vault.data("POST", ALIAS, body)["id"]
    empty(vault.delete(f"{GROUP}/id/{external}"))
    refused(vault.get(f"{ALIAS}/id/{alias_id}"), 404)


def test_an_alias_stays_when_its_mount_is_disabled(vault: Vault, external: str) -> None:
    accessor = vault.accessor("brief")
    vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": accessor, "canonical_id": external})
    empty(vault.delete("sys/auth/brief"))
    alias = alias_of(vault, external)
    assert alias["mount_accessor"] == accessor
    assert {"mount_path", "mount_type"}.isdisjoint(alias)


def test_a_group_is_found_by_four_keys(vault: Vault, corp: str, external: str) -> None:
    made = vault.data("POST", ALIAS, {"name": "staff", "mount_accessor": corp, "canonical_id": external})
    group = vault.show(external)
    by_alias = {"alias_name": "STAFF", "alias_mount_accessor": corp}
    for asked in ({"id": external}, {"name": "EXTERNAL"}, {"alias_id": made["id"]}, by_alias):
        assert vault.data("POST", LOOKUP, asked) == group
        assert vault.data("PUT", LOOKUP, {**asked, "foo": 1}) == group


@pytest.mark.parametrize("kind", ["group", "entity"])
@pytest.mark.parametrize(
    "asked",
    [
        *({"id": "absent"}, {"name": "absent"}, {"alias_id": "absent"}, {"name": 5}),
        *({"id": ""}, {"name": None}, {"alias_id": ""}, {"alias_name": ""}),
        {"alias_name": "absent", "alias_mount_accessor": "absent"},
    ],
)
def test_a_lookup_without_a_match_is_an_empty_reply(vault: Vault, kind: str, asked: dict[str, Any]) -> None:
    empty(vault.post(f"identity/lookup/{kind}", json=asked))


@pytest.mark.parametrize("kind", ["group", "entity"])
@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({}, "query parameter not supplied"),
        ({"foo": 1}, "query parameter not supplied"),
        ({"id": "x", "name": "x"}, "query parameter conflict; please supply distinct set of query parameters"),
        ({"name": "x", "alias_name": "x"}, "query parameter conflict; please supply distinct set of query parameters"),
        ({"alias_name": "x"}, "both 'alias_name' and 'alias_mount_accessor' needs to be set"),
        ({"alias_mount_accessor": "x"}, "both 'alias_name' and 'alias_mount_accessor' needs to be set"),
    ],
)
def test_a_lookup_takes_one_key_only(vault: Vault, kind: str, asked: dict[str, Any], text: str) -> None:
    refused(vault.post(f"identity/lookup/{kind}", json=asked), 400, text)


def test_an_entity_is_looked_up(vault: Vault) -> None:
    alice = vault.entity("alice")
    entity = vault.data("GET", f"{ENTITY}/id/{alice}")
    for asked in ({"id": alice}, {"name": "ALICE"}):
        assert vault.data("POST", "identity/lookup/entity", asked) == entity
