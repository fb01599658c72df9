"""Tests the members of a Vault group that several resources and stacks share."""

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
from support.vault_api import VaultServer, change, entities, group, shown

KIND = "vault.IdentityGroupMembers"
WRITERS = 8
CAREFUL = dataclasses.replace(QUICK, quiet=0.3, budget=30.0)


@pytest.fixture
def team(server: VaultServer) -> str:
    return group(server, "team", policies=["p"])


@pytest.fixture
def members(server: VaultServer) -> Resource:
    return server.resource(KIND)


def test_unmanaged_members_are_neither_shown_nor_removed(members: Resource, server: VaultServer, team: str) -> None:
    anna, bert, cara = entities(server, 3)
    inner, unmanaged = group(server), group(server)
    change(server, team, member_entity_ids=[cara], member_group_ids=[unmanaged])
    members.up(group_id=team, member_entity_ids=[anna, bert], member_group_ids=[inner])
    row = shown(server, team)
    assert row["member_entity_ids"] == sorted([anna, bert, cara])
    assert row["member_group_ids"] == sorted([inner, unmanaged])
    assert row["policies"] == ["p"]
    assert members.refresh()
    assert members.outputs["member_entity_ids"] == sorted([anna, bert])
    assert members.outputs["member_group_ids"] == [inner]
    members.up(group_id=team, member_entity_ids=[bert], member_group_ids=[])
    assert shown(server, team)["member_entity_ids"] == sorted([bert, cara])
    assert shown(server, team)["member_group_ids"] == [unmanaged]
    members.destroy()
    assert shown(server, team)["member_entity_ids"] == [cara]


def test_an_omitted_list_is_not_changed(members: Resource, server: VaultServer, team: str) -> None:
    [anna], inner = entities(server, 1), group(server)
    change(server, team, member_group_ids=[inner])
    members.up(group_id=team, member_entity_ids=[anna], exclusive=True)
    assert members.refresh()
    assert members.outputs["member_group_ids"] == [inner], "outputs show what is, managed or not"
    members.destroy()
    assert shown(server, team)["member_group_ids"] == [inner]


def test_creating_an_exclusive_set_refuses_unmanaged_members(members: Resource, server: VaultServer, team: str) -> None:
    anna, unmanaged = entities(server)
    change(server, team, member_entity_ids=[unmanaged])
    declared: dict[str, Any] = {"group_id": team, "member_entity_ids": [anna], "exclusive": True}
    with pytest.raises(UnmanagedContent, match=f"(?s){unmanaged}.*adopt=True"):
        members.up(**declared)
    assert shown(server, team)["member_entity_ids"] == [unmanaged]
    members.up(**declared, adopt=True)
    assert shown(server, team)["member_entity_ids"] == [anna]
    change(server, team, member_entity_ids=[anna, unmanaged])
    assert members.refresh()
    assert members.up(**declared) == "update", "a refresh must find the later member, so that an update removes it"
    assert shown(server, team)["member_entity_ids"] == [anna]


def test_an_external_group_is_refused_before_anything_is_written(members: Resource, server: VaultServer) -> None:
    [anna], external = entities(server, 1), group(server, "sso", type="external")
    before = shown(server, external)
    lists: list[dict[str, Any]] = [{"member_entity_ids": [anna]}, {"member_entity_ids": []}, {"member_group_ids": []}]
    for given in lists:
        for exclusive in (False, True):
            with pytest.raises(InvalidArguments, match=r"(?s)'sso' is external.*internal group"):
                members.up(group_id=external, exclusive=exclusive, **given)
    assert shown(server, external) == before


@pytest.mark.parametrize("field", ["member_entity_ids", "member_group_ids"])
def test_a_missing_member_is_an_error_and_changes_nothing(
    members: Resource, server: VaultServer, team: str, field: str
) -> None:
    before = shown(server, team)
    with pytest.raises(BadRequest, match=r'(?s)ID "absent".*hint: '):
        members.up(group_id=team, **{field: ["absent"]})
    assert shown(server, team) == before


def test_the_error_for_a_cycle_contains_the_services_message(members: Resource, server: VaultServer, team: str) -> None:
    outer = group(server, "outer", member_group_ids=[team])
    with pytest.raises(BadRequest, match="cyclic relationship"):
        members.up(group_id=team, member_group_ids=[outer])


def test_members_of_a_missing_group_are_an_error(members: Resource, server: VaultServer) -> None:
    with pytest.raises(NotFound):
        members.up(group_id="absent", member_entity_ids=entities(server, 1))


def test_a_group_and_its_members_can_be_separate_resources(server: VaultServer) -> None:
    anna, bert = entities(server)
    team = server.resource("vault.IdentityGroup")
    team.up(name="team", policies=["p"])
    ours, theirs = team.also(KIND), server.resource(KIND)
    for members, person in ((ours, anna), (theirs, bert)):
        members.up(group_id=team.id, member_entity_ids=[person])
    team.up(name="renamed", policies=["q"])
    assert shown(server, team.id)["member_entity_ids"] == sorted([anna, bert])
    for resource in (team, ours, theirs):
        assert resource.refresh()
        assert resource.preview(**resource.inputs) == "same"
    ours.destroy()
    assert shown(server, team.id)["member_entity_ids"] == [bert]


def test_concurrent_stacks_lose_no_member(server: VaultServer, team: str) -> None:
    people = entities(server, 2 * WRITERS + 1)
    unmanaged, first, second = people[0], people[1 : WRITERS + 1], people[WRITERS + 1 :]
    change(server, team, member_entity_ids=[unmanaged])
    stacks = [server.resource(KIND, CAREFUL) for _ in range(WRITERS)]
    ready = threading.Barrier(WRITERS)

    def declare(stack: Resource, *who: str) -> None:
        ready.wait(60)
        stack.up(group_id=team, member_entity_ids=list(who))

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(declare, stacks, first))
        assert shown(server, team)["member_entity_ids"] == sorted([unmanaged, *first])
        list(threads.map(declare, stacks, second))
    assert shown(server, team)["member_entity_ids"] == sorted([unmanaged, *second])
    for stack in stacks:
        assert stack.refresh()
        assert stack.preview(**stack.inputs) == "same"


def test_resources_of_one_program_lose_no_member(server: VaultServer, team: str) -> None:
    people = entities(server, 4)
    stack = server.resource(KIND)
    resources = [stack.also() for _ in people]
    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(lambda one, person: one.up(group_id=team, member_entity_ids=[person]), resources, people))
    assert shown(server, team)["member_entity_ids"] == sorted(people)


def test_a_writer_that_always_undoes_the_change_causes_an_error(server: VaultServer, team: str) -> None:
    anna, other = entities(server)

    def undo(seconds: float) -> None:
        change(server, team, member_entity_ids=[other])
        time.sleep(seconds / 10)

    limits = dataclasses.replace(QUICK, sleep=undo, budget=0.5)
    with pytest.raises(RosterError, match=r"(?s)another writer undoes the change.*only one stack"):
        server.resource(KIND, limits).up(group_id=team, member_entity_ids=[anna])
    assert other in shown(server, team)["member_entity_ids"]


def test_a_simultaneous_change_of_another_writer_causes_a_warning(
    server: VaultServer, team: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anna, other = entities(server)
    members = server.resource(KIND)
    api = members.subject.lifecycle.session.settings.client(system("vault"))
    post, once = api.post, itertools.count()

    def post_after_another(*args: Any, **options: Any) -> Any:
        if not next(once):
            change(server, team, member_entity_ids=[other])
        return post(*args, **options)

    monkeypatch.setattr(api, "post", post_after_another)
    members.up(group_id=team, member_entity_ids=[anna])
    assert "at the same time, and its change may be lost" in caplog.text
    caplog.clear()
    outer = members.also("vault.IdentityGroup")
    outer.up(name="outer", member_group_ids=[team])
    members.up(group_id=team, member_entity_ids=[])
    assert not caplog.text, "a new parent is not a simultaneous change"
