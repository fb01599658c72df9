"""Tests Vault's identity groups: safe creation, races for a name, and partly managed lists."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, BadRequest
from pulumi_roster.vault.identity_group import IdentityGroupHandler
from support.resources import Resource
from support.vault_api import VaultServer, change, entities, group, named, shown

KIND = "vault.IdentityGroup"
CREATORS = 16


@pytest.fixture
def declared(server: VaultServer) -> Resource:
    return server.resource(KIND)


# -- safe creation


def test_adoption_changes_only_the_declared_fields(declared: Resource, server: VaultServer) -> None:
    mine, theirs = entities(server)
    there = group(server, "Platform", policies=["theirs"], metadata={"a": "b"}, member_entity_ids=[theirs])
    declared.up(name="platform", policies=["ours"], member_entity_ids=[mine], adopt=True)
    assert declared.id == there
    row = shown(server, there)
    assert (row["policies"], row["member_entity_ids"]) == (["ours"], [mine]), "a declared list replaces the old one"
    assert row["metadata"] == {"a": "b"}, "an unmanaged field is not changed"
    assert row["name"] == "Platform"


def test_a_group_of_the_other_type_is_not_adopted(declared: Resource, server: VaultServer) -> None:
    there = group(server, "platform", type="external", policies=["theirs"])
    with pytest.raises(AlreadyExists, match=rf"(?s){there}.*type cannot be changed"):
        declared.up(name="platform", policies=["ours"], adopt=True)
    assert shown(server, there)["policies"] == ["theirs"]


def all_look_up_before_any_creates(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Make all creators look for the group before any of them creates it."""
    looked, find, first = threading.Barrier(count), IdentityGroupHandler.find, threading.local()

    def find_and_wait(self: IdentityGroupHandler, args: Any) -> Any:
        found = find(self, args)
        if not getattr(first, "done", False):
            first.done = True
            looked.wait(60)
        return found

    monkeypatch.setattr(IdentityGroupHandler, "find", find_and_wait)


def test_one_of_many_concurrent_creations_with_one_name_succeeds(
    server: VaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_look_up_before_any_creates(monkeypatch, CREATORS)

    def create(number: int) -> Resource | AlreadyExists:
        stack = server.resource(KIND)
        try:
            stack.up(name="platform", policies=[f"policy-{number}"], metadata={"stack": str(number)})
        except AlreadyExists as caught:
            return caught
        return stack

    with ThreadPoolExecutor(CREATORS) as stacks:
        ended = list(stacks.map(create, range(CREATORS)))
    [winner] = [stack for stack in ended if isinstance(stack, Resource)]
    row = shown(server, winner.id)
    assert named(server) == {"platform": winner.id}
    assert (row["policies"], row["metadata"]) == (winner.inputs["policies"], winner.inputs["metadata"])
    assert all(winner.id in str(error) for error in ended if isinstance(error, AlreadyExists))
    assert winner.refresh()
    assert winner.preview(**winner.inputs) == "same"


def test_the_slower_of_two_creations_with_different_types_is_refused(
    server: VaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_look_up_before_any_creates(monkeypatch, 2)
    types = ["internal", "external"]

    def create(type: str) -> str:
        try:
            server.resource(KIND).up(name="platform", type=type, policies=[type])
        except AlreadyExists:
            return ""
        return type

    with ThreadPoolExecutor(2) as stacks:
        [winner] = filter(None, stacks.map(create, types))
    row = shown(server, named(server)["platform"])
    assert (row["type"], row["policies"]) == (winner, [winner])


def test_the_slower_of_two_creations_can_adopt_the_group(server: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    all_look_up_before_any_creates(monkeypatch, 2)
    stacks = [server.resource(KIND) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda stack: stack.up(name="platform", policies=["same"], adopt=True), stacks))
    assert {stack.id for stack in stacks} == set(named(server).values())
    assert shown(server, stacks[0].id)["policies"] == ["same"]


@pytest.mark.parametrize("field", ["member_entity_ids", "member_group_ids"])
def test_a_missing_member_is_an_error_and_creates_no_group(declared: Resource, server: VaultServer, field: str) -> None:
    with pytest.raises(BadRequest, match=r'(?s)ID "absent".*correct the declaration'):
        declared.up(name="platform", policies=["p"], **{field: ["absent"]})
    assert named(server) == {}


# -- updates and replacements


def test_a_rename_to_a_used_name_is_refused_and_changes_nothing(declared: Resource, server: VaultServer) -> None:
    group(server, "Taken")
    declared.up(name="platform", policies=["p"])
    with pytest.raises(AlreadyExists, match="already has the name 'taken'"):
        declared.up(name="taken", policies=["q"])
    row = shown(server, declared.id)
    assert (row["name"], row["policies"]) == ("platform", ["p"]), "a refused write changes nothing"


def test_upper_and_lower_case_are_not_a_difference(declared: Resource, server: VaultServer) -> None:
    declared.up(name="Platform", policies=["Deploy", "read"])
    assert declared.up(name="PLATFORM", policies=["READ", " deploy", "Read"]) == "same"
    change(server, declared.id, name="pLATFORM", policies=["DEPLOY", "READ"])
    assert declared.refresh()
    assert declared.preview(name="Platform", policies=["Deploy", "read"]) == "same"


def test_a_new_type_replaces_the_group_and_deletes_the_old_one_first_if_the_name_is_the_same(
    declared: Resource, server: VaultServer
) -> None:
    declared.up(name="platform", policies=["p"])
    first = declared.id
    assert declared.up(name="Platform", policies=["p"], type="external") == "delete-replace"
    assert named(server) == {"Platform": declared.id}
    assert declared.id != first
    assert shown(server, declared.id)["type"] == "external"
    assert declared.up(name="other", policies=["p"]) == "replace"
    assert named(server) == {"other": declared.id}


# -- partly managed groups


def test_omitted_fields_are_not_changed(declared: Resource, server: VaultServer) -> None:
    anna, bert = entities(server)
    declared.up(name="platform")
    change(server, declared.id, policies=["p"], metadata={"a": "b"}, member_entity_ids=[anna, bert])
    before = shown(server, declared.id)
    assert declared.refresh()
    assert declared.preview(name="platform") == "same"
    assert declared.outputs["member_entity_ids"] == sorted([anna, bert]), "outputs show what is, managed or not"
    assert declared.outputs["policies"] == ["p"]
    declared.up(name="renamed")
    after = shown(server, declared.id)
    kept = ("policies", "metadata", "member_entity_ids")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_empty_lists_clear_the_fields(
    declared: Resource, server: VaultServer, caplog: pytest.LogCaptureFixture
) -> None:
    child, [anna, bert] = group(server), entities(server)
    declared.up(name="platform")
    change(server, declared.id, policies=["p"], metadata={"a": "b"}, member_entity_ids=[anna, bert])
    change(server, declared.id, member_group_ids=[child])
    assert declared.refresh()
    empty: dict[str, Any] = {"policies": [], "metadata": {}, "member_entity_ids": [], "member_group_ids": []}
    assert declared.up(name="platform", **empty) == "update"
    assert shown(server, declared.id)["member_group_ids"] == [child], "no preview has shown the removal yet"
    assert f"member_group_ids keeps {child}" in caplog.text
    assert declared.refresh()
    assert declared.up(name="platform", **empty) == "update"
    row = shown(server, declared.id)
    assert {key: row[key] for key in empty} == empty
    assert declared.refresh()
    assert declared.preview(name="platform", **empty) == "same"


def test_an_adopted_list_that_is_declared_as_it_is_can_lose_items(declared: Resource, server: VaultServer) -> None:
    """The first declaration of a list changes only the state. The items of that list must be recorded nevertheless."""
    anna, bert = entities(server)
    group(server, "platform", policies=["a", "b"], metadata={"k": "v"}, member_entity_ids=[anna, bert])
    declared.up(name="platform", adopt=True)
    everything: dict[str, Any] = {"policies": ["a", "b"], "metadata": {"k": "v"}, "member_entity_ids": [anna, bert]}
    assert declared.up(name="platform", **everything) == "update"
    assert declared.up(name="platform", **everything) == "same"
    fewer: dict[str, Any] = {"policies": ["a"], "metadata": {}, "member_entity_ids": [anna]}
    assert declared.up(name="platform", **fewer) == "update"
    row = shown(server, declared.id)
    assert {key: row[key] for key in fewer} == fewer
    assert declared.up(name="platform") == "update"
    assert {key: declared.outputs[key] for key in fewer} == fewer, "outputs show what is, managed or not"


def test_items_that_others_added_stay_until_a_refresh_shows_them(declared: Resource, server: VaultServer) -> None:
    anna, bert, cara = entities(server, 3)
    declared.up(name="platform", policies=["a", "b"], metadata={"a": "1", "b": "2"}, member_entity_ids=[anna, bert])
    change(
        server,
        declared.id,
        policies=["a", "b", "console"],
        metadata={"a": "1", "b": "2", "c": "3"},
        member_entity_ids=[anna, bert, cara],
    )
    wanted: dict[str, Any] = {"policies": ["a"], "metadata": {"a": "9"}, "member_entity_ids": [bert]}
    declared.up(name="platform", **wanted)
    row = shown(server, declared.id)
    assert row["policies"] == ["a", "console"]
    assert row["metadata"] == {"a": "9", "c": "3"}
    assert row["member_entity_ids"] == sorted([bert, cara])
    assert declared.up(name="platform", **wanted) == "same"
    assert declared.refresh()
    assert declared.up(name="platform", **wanted) == "update", "the next preview shows the removals"
    row = shown(server, declared.id)
    assert {key: row[key] for key in wanted} == wanted


def test_a_nested_group_shows_its_parents_and_refuses_cycles(server: VaultServer) -> None:
    inner = server.resource(KIND)
    inner.up(name="inner", policies=[])
    outer = inner.also()
    outer.up(name="outer", policies=["much"], member_group_ids=[inner.id])
    assert inner.refresh()
    assert inner.outputs["parent_group_ids"] == [outer.id]
    with pytest.raises(BadRequest, match=r"(?s)cyclic relationship.*hint: "):
        inner.up(name="inner", policies=[], member_group_ids=[outer.id])
    with pytest.raises(BadRequest, match="same as the ID of the group"):
        inner.up(name="inner", policies=[], member_group_ids=[inner.id])
    assert shown(server, inner.id)["member_group_ids"] == []
    outer.destroy()
    assert inner.refresh(), "deleting the parent must not delete its member group"


def test_members_of_an_external_group_are_not_managed(server: VaultServer) -> None:
    external = server.resource(KIND)
    external.up(name="sso", type="external", policies=["p"], metadata={"idp": "okta"})
    assert external.up(name="sso", type="external", policies=[], metadata={}) == "update"
    found = external.subject.read(external.id, {"connection": "default"})
    assert found is not None
    assert not {"member_entity_ids", "member_group_ids"} & set(found.inputs), "a program cannot declare these fields"
    assert (found.outputs["member_entity_ids"], found.outputs["member_group_ids"]) == ([], [])
