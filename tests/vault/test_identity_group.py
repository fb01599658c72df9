from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, BadRequest, NotFound
from pulumi_roster.vault.identity_group import IdentityGroupHandler
from support.resources import Resource
from support.vault_api import VaultServer, change, entities, group, named, remove, shown

KIND = "vault.IdentityGroup"
CREATORS = 16


@pytest.fixture
def declared(world: VaultServer) -> Resource:
    return world.resource(KIND)


# -- safe creation


def test_somebody_elses_group_is_refused_and_not_touched(declared: Resource, world: VaultServer) -> None:
    there = group(world, "Platform", policies=["theirs"], metadata={"owner": "them"})
    before = shown(world, there)
    with pytest.raises(AlreadyExists, match=rf"(?s){there}.*adopt=True"):
        declared.up(name="platform", policies=["ours"])
    assert shown(world, there) == before


def test_it_is_adopted_when_that_is_said(declared: Resource, world: VaultServer) -> None:
    mine, theirs = entities(world)
    there = group(world, "Platform", policies=["theirs"], metadata={"a": "b"}, member_entity_ids=[theirs])
    declared.up(name="platform", policies=["ours"], member_entity_ids=[mine], adopt=True)
    assert declared.id == there
    row = shown(world, there)
    assert (row["policies"], row["member_entity_ids"]) == (["ours"], [mine]), "what is listed is the whole"
    assert row["metadata"] == {"a": "b"}, "what is not managed is left alone"
    assert row["name"] == "Platform"


def test_a_group_of_the_other_type_cannot_be_adopted(declared: Resource, world: VaultServer) -> None:
    there = group(world, "platform", type="external", policies=["theirs"])
    with pytest.raises(AlreadyExists, match=rf"(?s){there}.*type cannot be changed"):
        declared.up(name="platform", policies=["ours"], adopt=True)
    assert shown(world, there)["policies"] == ["theirs"]


def all_look_before_one_makes(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """The race that is lost: each looks, finds nothing, and only then they all create."""
    looked, find, first = threading.Barrier(count), IdentityGroupHandler.find, threading.local()

    def find_and_wait(self: IdentityGroupHandler, args: Any) -> Any:
        found = find(self, args)
        if not getattr(first, "done", False):
            first.done = True
            looked.wait(60)
        return found

    monkeypatch.setattr(IdentityGroupHandler, "find", find_and_wait)


def test_of_many_creators_of_one_name_exactly_one_wins(world: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    all_look_before_one_makes(monkeypatch, CREATORS)

    def create(number: int) -> Resource | AlreadyExists:
        stack = world.resource(KIND)
        try:
            stack.up(name="platform", policies=[f"policy-{number}"], metadata={"stack": str(number)})
        except AlreadyExists as refused:
            return refused
        return stack

    with ThreadPoolExecutor(CREATORS) as stacks:
        ended = list(stacks.map(create, range(CREATORS)))
    [winner] = [stack for stack in ended if isinstance(stack, Resource)]
    row = shown(world, winner.id)
    assert named(world) == {"platform": winner.id}
    assert (row["policies"], row["metadata"]) == (winner.inputs["policies"], winner.inputs["metadata"])
    assert all(winner.id in str(error) for error in ended if isinstance(error, AlreadyExists))
    assert winner.refresh()
    assert winner.preview(**winner.inputs) == "same"


def test_a_lost_race_for_the_other_type_is_told_alike(world: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    all_look_before_one_makes(monkeypatch, 2)
    types = ["internal", "external"]

    def create(type: str) -> str:
        try:
            world.resource(KIND).up(name="platform", type=type, policies=[type])
        except AlreadyExists:
            return ""
        return type

    with ThreadPoolExecutor(2) as stacks:
        [winner] = filter(None, stacks.map(create, types))
    row = shown(world, named(world)["platform"])
    assert (row["type"], row["policies"]) == (winner, [winner])


def test_who_loses_the_race_may_adopt(world: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    all_look_before_one_makes(monkeypatch, 2)
    stacks = [world.resource(KIND) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda stack: stack.up(name="platform", policies=["same"], adopt=True), stacks))
    assert {stack.id for stack in stacks} == set(named(world).values())
    assert shown(world, stacks[0].id)["policies"] == ["same"]


@pytest.mark.parametrize("field", ["member_entity_ids", "member_group_ids"])
def test_a_member_that_does_not_exist_leaves_no_group_behind(
    declared: Resource, world: VaultServer, field: str
) -> None:
    with pytest.raises(BadRequest, match=r'(?s)ID "absent".*correct the declaration'):
        declared.up(name="platform", policies=["p"], **{field: ["absent"]})
    assert named(world) == {}


# -- in place, and anew


def test_rename_in_place(declared: Resource, world: VaultServer) -> None:
    declared.up(name="platform", policies=["p"])
    id = declared.id
    assert declared.up(name="platform / on call é?#%", policies=["p"]) == "update"
    assert named(world) == {"platform / on call é?#%": id}
    assert declared.refresh()


def test_a_rename_to_a_name_that_is_taken(declared: Resource, world: VaultServer) -> None:
    group(world, "Taken")
    declared.up(name="platform", policies=["p"])
    with pytest.raises(AlreadyExists, match="already has the name 'taken'"):
        declared.up(name="taken", policies=["q"])
    row = shown(world, declared.id)
    assert (row["name"], row["policies"]) == ("platform", ["p"]), "a refused write changes nothing"


def test_case_alone_is_no_difference(declared: Resource, world: VaultServer) -> None:
    declared.up(name="Platform", policies=["Deploy", "read"])
    assert declared.up(name="PLATFORM", policies=["READ", " deploy", "Read"]) == "same"
    change(world, declared.id, name="pLATFORM", policies=["DEPLOY", "READ"])
    assert declared.refresh()
    assert declared.preview(name="Platform", policies=["Deploy", "read"]) == "same"


def test_another_type_replaces_and_deletes_first_where_the_name_stays(declared: Resource, world: VaultServer) -> None:
    declared.up(name="platform", policies=["p"])
    first = declared.id
    assert declared.up(name="Platform", policies=["p"], type="external") == "delete-replace"
    assert named(world) == {"Platform": declared.id}
    assert declared.id != first
    assert shown(world, declared.id)["type"] == "external"
    assert declared.up(name="other", policies=["p"]) == "replace"
    assert named(world) == {"other": declared.id}


# -- what is managed, and what is not


def test_what_is_left_out_is_left_alone(declared: Resource, world: VaultServer) -> None:
    anna, bert = entities(world)
    declared.up(name="platform")
    change(world, declared.id, policies=["p"], metadata={"a": "b"}, member_entity_ids=[anna, bert])
    before = shown(world, declared.id)
    assert declared.refresh()
    assert declared.preview(name="platform") == "same"
    assert "member_entity_ids" not in declared.outputs
    assert "policies" not in declared.outputs
    declared.up(name="renamed")
    after = shown(world, declared.id)
    kept = ("policies", "metadata", "member_entity_ids")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_empty_lists_empty(declared: Resource, world: VaultServer) -> None:
    child, [anna, bert] = group(world), entities(world)
    declared.up(name="platform")
    change(world, declared.id, policies=["p"], metadata={"a": "b"}, member_entity_ids=[anna, bert])
    change(world, declared.id, member_group_ids=[child])
    empty: dict[str, Any] = {"policies": [], "metadata": {}, "member_entity_ids": [], "member_group_ids": []}
    assert declared.up(name="platform", **empty) == "update"
    row = shown(world, declared.id)
    assert {key: row[key] for key in empty} == empty
    assert declared.refresh()
    assert declared.preview(name="platform", **empty) == "same"


def test_what_came_since_the_last_refresh_stays_until_the_next(declared: Resource, world: VaultServer) -> None:
    anna, bert, cara = entities(world, 3)
    declared.up(name="platform", policies=["a", "b"], metadata={"a": "1", "b": "2"}, member_entity_ids=[anna, bert])
    change(
        world,
        declared.id,
        policies=["a", "b", "console"],
        metadata={"a": "1", "b": "2", "c": "3"},
        member_entity_ids=[anna, bert, cara],
    )
    wanted: dict[str, Any] = {"policies": ["a"], "metadata": {"a": "9"}, "member_entity_ids": [bert]}
    declared.up(name="platform", **wanted)
    row = shown(world, declared.id)
    assert row["policies"] == ["a", "console"]
    assert row["metadata"] == {"a": "9", "c": "3"}
    assert row["member_entity_ids"] == sorted([bert, cara])
    assert declared.up(name="platform", **wanted) == "same"
    assert declared.refresh()
    assert declared.up(name="platform", **wanted) == "update", "the next preview shows what is to be removed"
    row = shown(world, declared.id)
    assert {key: row[key] for key in wanted} == wanted


def test_nesting_shows_in_both(world: VaultServer) -> None:
    inner = world.resource(KIND)
    inner.up(name="inner", policies=[])
    outer = inner.also()
    outer.up(name="outer", policies=["much"], member_group_ids=[inner.id])
    assert inner.refresh()
    assert inner.outputs["parent_group_ids"] == [outer.id]
    with pytest.raises(BadRequest, match=r"(?s)cyclic relationship.*hint: "):
        inner.up(name="inner", policies=[], member_group_ids=[outer.id])
    with pytest.raises(BadRequest, match="same as the ID of the group"):
        inner.up(name="inner", policies=[], member_group_ids=[inner.id])
    assert shown(world, inner.id)["member_group_ids"] == []
    outer.destroy()
    assert inner.refresh(), "a parent that is gone leaves its member alone"


def test_an_external_groups_members_are_not_ours(world: VaultServer) -> None:
    external = world.resource(KIND)
    external.up(name="sso", type="external", policies=["p"], metadata={"idp": "okta"})
    assert external.up(name="sso", type="external", policies=[], metadata={}) == "update"
    found = external.get(external.id)
    assert not {"member_entity_ids", "member_group_ids"} & set(found), "else what is imported could not be declared"


# -- gone


def test_gone_is_gone(declared: Resource, world: VaultServer) -> None:
    declared.up(name="platform", policies=["p"])
    remove(world, declared.id)
    with pytest.raises(NotFound, match="refresh"):
        declared.up(name="platform", policies=["q"])
    assert not declared.refresh()
    declared.up(name="platform", policies=["p"])
    declared.destroy()
    assert named(world) == {}
