"""Tests groups: create and upsert, read, update, rename, delete, list."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from testkit.vault import ALIAS, ENTITY, GROUP, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, Vault, empty, refused

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"
FRESH: dict[str, Any] = {
    "alias": {},
    "member_entity_ids": None,
    "member_group_ids": None,
    "metadata": None,
    "modify_index": 1,
    "namespace_id": "root",
    "parent_group_ids": None,
    "policies": None,
    "type": "internal",
}


def test_a_new_group_answers_with_id_and_name_only(vault: Vault) -> None:
    reply = vault.post(GROUP, json={"name": "team-a", "policies": ["p"]})
    assert reply.status_code == 200
    body = reply.json()
    assert re.fullmatch(UUID, body.pop("request_id"))
    data = body.pop("data")
    assert body == {
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "wrap_info": None,
        "warnings": None,
        "auth": None,
    }
    assert data == {"id": data["id"], "name": "team-a"}
    assert re.fullmatch(UUID, data["id"])
    assert (reply.headers["content-type"], reply.headers["cache-control"]) == ("application/json", "no-store")


@pytest.mark.parametrize("send", [{}, {"json": {}}, {"content": b"null"}, {"content": b"  "}])
def test_a_group_without_a_name_gets_one(vault: Vault, send: dict[str, Any]) -> None:
    reply = vault.post(GROUP, **send)
    assert reply.status_code == 200
    assert re.fullmatch(r"group_[0-9a-f]{8}", reply.json()["data"]["name"])


def test_a_read_has_all_fields(vault: Vault) -> None:
    group = vault.show(vault.group("team-a"))
    assert re.fullmatch(UUID, group.pop("id"))
    created, updated = group.pop("creation_time"), group.pop("last_update_time")
    assert created == updated
    assert re.fullmatch(TIME, created)
    assert group == {**FRESH, "name": "team-a"}


def test_creating_an_existing_group_updates_it_silently(vault: Vault) -> None:
    group_id = vault.group("team-a", policies=["old"])
    empty(vault.post(GROUP, json={"name": "team-a", "policies": ["new"]}))
    assert vault.data("GET", f"{GROUP}/name/team-a")["id"] == group_id
    assert vault.show(group_id)["policies"] == ["new"]


def test_names_are_found_in_any_case_and_keep_the_last_spelling(vault: Vault) -> None:
    group_id = vault.group("Équipe A")
    empty(vault.post(GROUP, json={"name": "éQUIPE a"}))
    assert vault.data("GET", f"{GROUP}/name/ÉQUIPE A") == {**vault.show(group_id), "name": "éQUIPE a"}
    empty(vault.post(f"{GROUP}/name/équipe%20a"))
    assert vault.show(group_id)["name"] == "équipe a"


def test_by_name_the_path_wins_over_the_body(vault: Vault) -> None:
    other = vault.group("other")
    reply = vault.put(f"{GROUP}/name/team-a", json={"name": "zzz", "id": other, "foo": 1})
    assert reply.status_code == 200
    assert reply.json()["data"]["name"] == "team-a"
    assert reply.json()["warnings"] == [
        "Endpoint ignored these unrecognized parameters: [foo]",
        "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [name]",
    ]
    empty(vault.put(f"{GROUP}/name/team-a", json={"name": "zzz", "id": other}))
    assert vault.data("LIST", f"{GROUP}/id")["keys"] == sorted([other, reply.json()["data"]["id"]])
    assert vault.show(other)["name"] == "other"


def test_an_id_updates_and_the_path_wins_over_the_body(vault: Vault) -> None:
    one, other = vault.group("one"), vault.group("other")
    vault.change(one, id=other, name="renamed", foo=1)
    empty(vault.post(GROUP, json={"id": other, "name": "another"}))
    assert (vault.show(one)["name"], vault.show(other)["name"]) == ("renamed", "another")


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        (GROUP, {"id": "00000000-0000-0000-0000-000000000000"}, "invalid group ID"),
        (f"{GROUP}/id/absent", {"name": "x"}, "invalid group ID"),
        (f"{GROUP}/id/absent", None, "invalid group ID"),
        (GROUP, {"id": ""}, "empty group ID"),
        (GROUP, {"id": None}, "empty group ID"),
        (GROUP, {"name": ""}, "empty group name"),
        (GROUP, {"name": None}, "empty group name"),
    ],
)
def test_a_write_with_an_unknown_id_or_an_empty_name_creates_nothing(
    vault: Vault, path: str, body: Any, text: str
) -> None:
    refused(vault.post(path, json=body), 400, text)
    refused(vault.request("LIST", f"{GROUP}/id"), 404)


def test_an_update_replaces_the_given_fields_and_keeps_the_rest(vault: Vault) -> None:
    member, alice = vault.group("member"), vault.entity("alice")
    full: dict[str, Any] = {
        "metadata": {"a": "1", "b": "2"},
        "policies": ["p", "q"],
        "member_group_ids": [member],
        "member_entity_ids": [alice],
    }
    group_id = vault.group("team-a", **full)
    for field, value in [("metadata", {"c": "3"}), ("policies", ["r"]), ("name", "team-b")]:
        before = vault.show(group_id)
        vault.change(group_id, **{field: value})
        after = vault.show(group_id)
        assert after["last_update_time"] > before["last_update_time"]
        changed = {"modify_index": before["modify_index"] + 1, "last_update_time": after["last_update_time"]}
        assert after == {**before, **changed, field: value}


def test_an_empty_update_increases_the_modify_index(vault: Vault) -> None:
    group_id = vault.group("team-a", metadata={"k": "v"})
    before = vault.show(group_id)
    empty(vault.post(f"{GROUP}/id/{group_id}"))
    vault.change(group_id)
    after = vault.show(group_id)
    assert after["modify_index"] == before["modify_index"] + 2
    assert {**after, "modify_index": 1, "last_update_time": before["last_update_time"]} == before


@pytest.mark.parametrize("clear", [[], None, "", [""], " , "])
def test_lists_are_cleared_and_read_empty_until_the_next_write(vault: Vault, clear: Any) -> None:
    member, alice = vault.group("member"), vault.entity("alice")
    group_id = vault.group("team-a", policies=["p"], member_entity_ids=[alice], member_group_ids=[member])
    vault.change(group_id, policies=clear, member_entity_ids=clear, member_group_ids=clear)
    group = vault.show(group_id)
    assert (group["policies"], group["member_entity_ids"], group["member_group_ids"]) == ([], [], None)
    assert vault.show(member)["parent_group_ids"] == []
    vault.change(group_id)
    vault.change(member)
    group = vault.show(group_id)
    assert (group["policies"], group["member_entity_ids"], group["member_group_ids"]) == (None, None, None)
    assert vault.show(member)["parent_group_ids"] is None


@pytest.mark.parametrize(("clear", "reads"), [({}, {}), ([], {}), (None, None)])
def test_metadata_is_cleared(vault: Vault, clear: Any, reads: Any) -> None:
    group_id = vault.group("team-a", metadata={"k": "v"})
    vault.change(group_id, metadata=clear)
    assert vault.show(group_id)["metadata"] == reads
    vault.change(group_id)
    assert vault.show(group_id)["metadata"] is None


def test_a_rename_keeps_the_id(vault: Vault) -> None:
    group_id = vault.group("old")
    vault.change(group_id, name="new")
    refused(vault.get(f"{GROUP}/name/old"), 404)
    assert vault.data("GET", f"{GROUP}/name/new")["id"] == group_id
    vault.change(group_id, name="NEW")
    vault.change(group_id, name="")
    vault.change(group_id, name=None)
    assert vault.show(group_id)["name"] == "NEW"


def test_a_name_in_use_is_refused(vault: Vault) -> None:
    vault.group("Taken")
    group_id = vault.group("team-a", policies=["p"])
    refused(
        vault.post(f"{GROUP}/id/{group_id}", json={"name": "TAKEN", "policies": ["q"]}),
        400,
        "group name is already in use",
    )
    assert (vault.show(group_id)["name"], vault.show(group_id)["policies"]) == ("team-a", ["p"])


@pytest.mark.parametrize("by", ["id", "name"])
def test_delete_succeeds_also_for_absent_groups(vault: Vault, by: str) -> None:
    group_id = vault.group("team-a")
    path = f"{GROUP}/id/{group_id}" if by == "id" else f"{GROUP}/name/TEAM-a"
    empty(vault.delete(path))
    empty(vault.delete(path))
    refused(vault.get(f"{GROUP}/id/{group_id}"), 404)
    refused(vault.get(f"{GROUP}/name/team-a"), 404)
    assert vault.group("team-a") != group_id


def test_absent_groups_read_404(vault: Vault) -> None:
    group_id = vault.group("team-a")
    for path in ("id/absent", f"id/{group_id.upper()}", "name/absent", "name/team-a/more"):
        refused(vault.get(f"{GROUP}/{path}"), 404)


@pytest.mark.parametrize("path", ["", "/"])
@pytest.mark.parametrize(("method", "query"), [("LIST", ""), ("GET", "?list=true"), ("GET", "?list=1")])
def test_lists(vault: Vault, path: str, method: str, query: str) -> None:
    for by in ("id", "name"):
        refused(vault.request(method, f"{GROUP}/{by}{path}{query}"), 404)
    alice = vault.entity("alice")
    b = vault.group("b", member_entity_ids=[alice])
    a = vault.group("a", member_group_ids=[b])
    by_id = vault.data(method, f"{GROUP}/id{path}{query}")
    assert by_id == {
        "keys": sorted([a, b]),
        "key_info": {
            a: {"name": "a", "num_member_entities": 0, "num_parent_groups": 0},
            b: {"name": "b", "num_member_entities": 1, "num_parent_groups": 1},
        },
    }
    assert vault.data(method, f"{GROUP}/id{path}{query or '?'}&limit=1&after=x") == by_id
    names = {a: "a", b: "b"}
    assert vault.data(method, f"{GROUP}/name{path}{query}") == {"keys": [names[key] for key in by_id["keys"]]}


def test_an_empty_list_with_a_warning(vault: Vault) -> None:
    reply = vault.request("LIST", f"{GROUP}/id?limit=1")
    assert (reply.status_code, reply.json()["data"]) == (200, {})
    assert reply.json()["warnings"] == ["Endpoint ignored these unrecognized parameters: [limit]"]


@pytest.mark.parametrize(
    ("method", "path", "status", "errors"),
    [
        ("GET", GROUP, 405, [UNSUPPORTED_OPERATION]),
        ("DELETE", GROUP, 405, [UNSUPPORTED_OPERATION]),
        ("LIST", GROUP, 404, [UNSUPPORTED_PATH]),
        ("PATCH", GROUP, 400, ["mime: no media type"]),
        ("GET", f"{GROUP}/id", 405, [UNSUPPORTED_OPERATION]),
        ("GET", f"{GROUP}/name?list=false", 405, [UNSUPPORTED_OPERATION]),
        ("GET", f"{GROUP}/id?list=yes", 400, []),
        ("POST", f"{GROUP}/id", 405, [UNSUPPORTED_OPERATION]),
        ("DELETE", f"{GROUP}/name", 405, [UNSUPPORTED_OPERATION]),
        ("GET", f"{GROUP}/id/-x", 404, [UNSUPPORTED_PATH]),
        ("GET", f"{GROUP}/id/a%2Fb", 404, [UNSUPPORTED_PATH]),
        ("GET", f"{GROUP}/id/x/", 404, [UNSUPPORTED_PATH]),
        ("GET", f"{GROUP}/id/x?list=true", 404, [UNSUPPORTED_PATH]),
        ("LIST", f"{GROUP}/name/x", 405, [UNSUPPORTED_OPERATION]),
        ("POST", f"{GROUP}/name/x/", 400, ["cannot write to a path ending in '/'"]),
        ("POST", f"{GROUP}/", 400, ["cannot write to a path ending in '/'"]),
        ("POST", f"{GROUP}/batch-delete", 404, [UNSUPPORTED_PATH]),
        ("GET", "nope/x", 404, ['no handler for route "nope/x". route entry not found.']),
        ("GET", "ns1/identity/x", 404, ['no handler for route "ns1/identity/x". route entry not found.']),
        ("BREW", GROUP, 405, []),
        *(("GET", f"{kind}/id/absent", 404, []) for kind in (ENTITY, ALIAS)),
        *(("GET", path, 405, [UNSUPPORTED_OPERATION]) for kind in (ENTITY, ALIAS) for path in (kind, f"{kind}/id")),
        ("GET", f"{ENTITY}/name/absent", 404, []),
        ("GET", f"{ENTITY}/name", 405, [UNSUPPORTED_OPERATION]),
        ("DELETE", ENTITY, 405, [UNSUPPORTED_OPERATION]),
        ("GET", "identity/lookup/group", 405, [UNSUPPORTED_OPERATION]),
    ],
)
def test_absent_objects_and_unsupported_operations(
    vault: Vault, method: str, path: str, status: int, errors: list[str]
) -> None:
    refused(vault.request(method, path), status, *errors)


def test_patch_is_for_merge_patches_and_not_supported_even_then(vault: Vault) -> None:
    wanted = "application/merge-patch+json"
    reply = vault.request("PATCH", GROUP, json={})
    refused(reply, 415, f"PATCH requires Content-Type of {wanted}, provided application/json")
    refused(vault.request("PATCH", GROUP, content="{}", headers={"Content-Type": wanted}), 405, UNSUPPORTED_OPERATION)


@pytest.mark.parametrize("name", ["a b", "a/b é", "q?x#y", "a+b", "100%", "x" * 2000, " sp ", "(unknown)"])
def test_any_name_is_accepted(vault: Vault, name: str) -> None:
    group_id = vault.group(name)
    from_path = name.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace(" ", "%20")
    for path in (from_path, from_path.replace("/", "%2F")):
        assert vault.data("GET", f"{GROUP}/name/{path}")["name"] == name
        empty(vault.put(f"{GROUP}/name/{path}"))
    empty(vault.delete(f"{GROUP}/name/{from_path}"))
    refused(vault.get(f"{GROUP}/id/{group_id}"), 404)


def test_a_namespace_header_is_ignored(vault: Vault) -> None:
    reply = vault.post(GROUP, json={"name": "team-a"}, headers={"X-Vault-Namespace": "ns1"})
    assert vault.show(reply.json()["data"]["id"])["namespace_id"] == "root"


def test_of_concurrent_creates_one_succeeds(vault: Vault) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: vault.post(GROUP, json={"name": "team-a"}), range(16)))
    assert Counter(reply.status_code for reply in replies) == {200: 1, 204: 15}
    assert len(vault.data("LIST", f"{GROUP}/id")["keys"]) == 1


def test_concurrent_writes_are_serialised(vault: Vault) -> None:
    """Eight writers read, change and write. Each write increases the index, and the result is that of one write."""
    group_id = vault.group("team-a")
    entities = {vault.entity(f"entity-{number}") for number in range(8)}

    def write(entity: str) -> list[set[str]]:
        written = []
        for _ in range(5):
            found = set(vault.show(group_id)["member_entity_ids"] or ())
            written.append(found | {entity})
            vault.change(group_id, member_entity_ids=sorted(written[-1]))
        return written

    with ThreadPoolExecutor(8) as pool:
        written = [members for of_one in pool.map(write, entities) for members in of_one]
    group = vault.show(group_id)
    assert group["modify_index"] == 1 + 8 * 5
    assert set(group["member_entity_ids"]) in written
