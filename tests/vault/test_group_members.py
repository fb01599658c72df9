from __future__ import annotations

import dataclasses
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import BadRequest, InvalidArguments, NotFound, RosterError, UnmanagedContent
from support.resources import Resource
from support.subjects import QUICK
from support.vault_api import VaultServer, change, entities, group, remove, shown

KIND = "vault.GroupMembers"
WRITERS = 8
CAREFUL = dataclasses.replace(QUICK, quiet=0.3, budget=30.0)


@pytest.fixture
def team(world: VaultServer) -> str:
    return group(world, "team", policies=["p"])


@pytest.fixture
def members(world: VaultServer) -> Resource:
    return world.resource(KIND)


def test_strangers_are_neither_shown_nor_removed(members: Resource, world: VaultServer, team: str) -> None:
    anna, bert, cara = entities(world, 3)
    inner, stranger = group(world), group(world)
    change(world, team, member_entity_ids=[cara], member_group_ids=[stranger])
    members.up(group_id=team, member_entity_ids=[anna, bert], member_group_ids=[inner])
    row = shown(world, team)
    assert row["member_entity_ids"] == sorted([anna, bert, cara])
    assert row["member_group_ids"] == sorted([inner, stranger])
    assert row["policies"] == ["p"]
    assert members.refresh()
    assert members.outputs["member_entity_ids"] == sorted([anna, bert])
    assert members.outputs["member_group_ids"] == [inner]
    members.up(group_id=team, member_entity_ids=[bert], member_group_ids=[])
    assert shown(world, team)["member_entity_ids"] == sorted([bert, cara])
    assert shown(world, team)["member_group_ids"] == [stranger]
    members.destroy()
    assert shown(world, team)["member_entity_ids"] == [cara]


def test_a_list_that_is_left_out_is_left_alone(members: Resource, world: VaultServer, team: str) -> None:
    [anna], inner = entities(world, 1), group(world)
    change(world, team, member_group_ids=[inner])
    members.up(group_id=team, member_entity_ids=[anna], exclusive=True)
    assert members.refresh()
    assert "member_group_ids" not in members.outputs
    members.destroy()
    assert shown(world, team)["member_group_ids"] == [inner]


def test_exclusive_does_not_remove_at_its_making(members: Resource, world: VaultServer, team: str) -> None:
    anna, stranger = entities(world)
    change(world, team, member_entity_ids=[stranger])
    declared: dict[str, Any] = {"group_id": team, "member_entity_ids": [anna], "exclusive": True}
    with pytest.raises(UnmanagedContent, match=f"(?s){stranger}.*adopt=True"):
        members.up(**declared)
    assert shown(world, team)["member_entity_ids"] == [stranger]
    members.up(**declared, adopt=True)
    assert shown(world, team)["member_entity_ids"] == [anna]
    change(world, team, member_entity_ids=[anna, stranger])
    assert members.refresh()
    assert members.up(**declared) == "update", "who came later shows, and then goes"
    assert shown(world, team)["member_entity_ids"] == [anna]


def test_removal_by_hand_is_drift(members: Resource, world: VaultServer, team: str) -> None:
    anna, bert = entities(world)
    declared: dict[str, Any] = {"group_id": team, "member_entity_ids": [anna, bert]}
    members.up(**declared)
    change(world, team, member_entity_ids=[])
    assert members.refresh()
    assert members.outputs["member_entity_ids"] == []
    assert members.up(**declared) == "update"
    assert shown(world, team)["member_entity_ids"] == sorted([anna, bert])


def test_an_external_group_is_refused_before_anything_is_written(members: Resource, world: VaultServer) -> None:
    [anna], external = entities(world, 1), group(world, "sso", type="external")
    before = shown(world, external)
    lists: list[dict[str, Any]] = [{"member_entity_ids": [anna]}, {"member_entity_ids": []}, {"member_group_ids": []}]
    for given in lists:
        for exclusive in (False, True):
            with pytest.raises(InvalidArguments, match=r"(?s)'sso' is external.*internal group"):
                members.up(group_id=external, exclusive=exclusive, **given)
    assert shown(world, external) == before


@pytest.mark.parametrize("field", ["member_entity_ids", "member_group_ids"])
def test_a_member_that_does_not_exist(members: Resource, world: VaultServer, team: str, field: str) -> None:
    before = shown(world, team)
    with pytest.raises(BadRequest, match=r'(?s)ID "absent".*hint: '):
        members.up(group_id=team, **{field: ["absent"]})
    assert shown(world, team) == before


def test_a_cycle(members: Resource, world: VaultServer, team: str) -> None:
    outer = group(world, "outer", member_group_ids=[team])
    with pytest.raises(BadRequest, match="cyclic relationship"):
        members.up(group_id=team, member_group_ids=[outer])


def test_a_group_that_is_gone(members: Resource, world: VaultServer, team: str) -> None:
    [anna] = entities(world, 1)
    with pytest.raises(NotFound):
        members.up(group_id="absent", member_entity_ids=[anna])
    members.up(group_id=team, member_entity_ids=[anna])
    remove(world, team)
    members.destroy()
    other = group(world)
    members.up(group_id=other, member_entity_ids=[anna])
    remove(world, other)
    assert not members.refresh()


def test_the_group_and_its_members_live_together(world: VaultServer) -> None:
    anna, bert = entities(world)
    team = world.resource("vault.IdentityGroup")
    team.up(name="team", policies=["p"])
    ours, theirs = team.also(KIND), world.resource(KIND)
    for members, who in ((ours, anna), (theirs, bert)):
        members.up(group_id=team.id, member_entity_ids=[who])
    team.up(name="renamed", policies=["q"])
    assert shown(world, team.id)["member_entity_ids"] == sorted([anna, bert])
    for resource in (team, ours, theirs):
        assert resource.refresh()
        assert resource.preview(**resource.inputs) == "same"
    ours.destroy()
    assert shown(world, team.id)["member_entity_ids"] == [bert]


def test_many_stacks_add_and_remove_at_once_and_nothing_is_lost(world: VaultServer, team: str) -> None:
    people = entities(world, 2 * WRITERS + 1)
    stranger, first, second = people[0], people[1 : WRITERS + 1], people[WRITERS + 1 :]
    change(world, team, member_entity_ids=[stranger])
    stacks = [world.resource(KIND, CAREFUL) for _ in range(WRITERS)]
    ready = threading.Barrier(WRITERS)

    def declare(stack: Resource, *who: str) -> None:
        ready.wait(60)
        stack.up(group_id=team, member_entity_ids=list(who))

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(declare, stacks, first))
        assert shown(world, team)["member_entity_ids"] == sorted([stranger, *first])
        list(threads.map(declare, stacks, second))
    assert shown(world, team)["member_entity_ids"] == sorted([stranger, *second])
    for stack in stacks:
        assert stack.refresh()
        assert stack.preview(**stack.inputs) == "same"


def test_members_of_one_program_take_turns(world: VaultServer, team: str) -> None:
    people = entities(world, 4)
    stack = world.resource(KIND)
    resources = [stack.also() for _ in people]
    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(lambda one, who: one.up(group_id=team, member_entity_ids=[who]), resources, people))
    assert shown(world, team)["member_entity_ids"] == sorted(people)


def test_who_never_gives_in_is_told(world: VaultServer, team: str) -> None:
    anna, other = entities(world)

    def undo(seconds: float) -> None:
        change(world, team, member_entity_ids=[other])
        time.sleep(seconds / 10)

    limits = dataclasses.replace(QUICK, sleep=undo, budget=0.5)
    with pytest.raises(RosterError, match=r"(?s)again and again.*only one writer"):
        world.resource(KIND, limits).up(group_id=team, member_entity_ids=[anna])
    assert other in shown(world, team)["member_entity_ids"]


def test_a_change_in_the_same_moment_is_told(
    world: VaultServer, team: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anna, other = entities(world)
    members = world.resource(KIND)
    api = members.subject.lifecycle.session.settings.client(system("vault"))
    post, once = api.post, itertools.count()

    def post_after_another(*args: Any, **options: Any) -> Any:
        if not next(once):
            change(world, team, member_entity_ids=[other])
        return post(*args, **options)

    monkeypatch.setattr(api, "post", post_after_another)
    members.up(group_id=team, member_entity_ids=[anna])
    assert "changed by somebody else at the same moment" in caplog.text
    caplog.clear()
    outer = members.also("vault.IdentityGroup")
    outer.up(name="outer", member_group_ids=[team])
    members.up(group_id=team, member_entity_ids=[])
    assert not caplog.text, "a parent's doing is no danger"
