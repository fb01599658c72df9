"""Tests the members of an AppSec+ group that several stacks share. Each write replaces the complete group."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import BadRequest, NotFound, UnexpectedReply, UnmanagedContent
from roster_emulator import Running
from support.appsec_api import change, group, shown
from support.resources import Resource
from support.subjects import QUICK

KIND = "appsec.IdentityGroupMembers"
WRITERS = 8
CAREFUL = dataclasses.replace(QUICK, quiet=0.4, budget=30.0)


@pytest.fixture
def team(emulator: Running) -> str:
    return group(emulator, "team", "unmanaged", description="why")


@pytest.fixture
def members(emulator: Running) -> Resource:
    return Resource(KIND, emulator)


@pytest.mark.parametrize("put", ["replace", "merge"])
def test_unmanaged_members_are_neither_shown_nor_removed(
    members: Resource, emulator: Running, team: str, put: str
) -> None:
    emulator.switch(appsec_put=put)
    members.up(group_id=team, members=["b", "a"])
    row = shown(emulator, team)
    assert (row["name"], row["description"], sorted(row["members"])) == ("team", "why", ["a", "b", "unmanaged"])
    assert members.refresh()
    assert members.outputs["members"] == ["a", "b"]
    members.up(group_id=team, members=["b"])
    assert shown(emulator, team)["members"] == ["b", "unmanaged"]
    members.destroy()
    row = shown(emulator, team)
    assert (row["name"], row["description"], row["members"]) == ("team", "why", ["unmanaged"])


def test_a_reply_without_members_does_not_count_as_an_empty_group(
    members: Resource, emulator: Running, team: str
) -> None:
    members.up(group_id=team, members=["a"])
    emulator.fault("missing_field", method="GET", field="members", times=None)
    for verb in (lambda: members.up(group_id=team, members=["b"]), members.refresh, members.destroy):
        with pytest.raises(UnexpectedReply, match="members"):
            verb()
    emulator.clear_faults()
    assert shown(emulator, team)["members"] == ["a", "unmanaged"]


def test_creating_an_exclusive_set_refuses_unmanaged_members(members: Resource, emulator: Running, team: str) -> None:
    declared: dict[str, Any] = {"group_id": team, "members": ["a"], "exclusive": True}
    with pytest.raises(UnmanagedContent, match=r"(?s)unmanaged.*adopt=True"):
        members.up(**declared)
    assert shown(emulator, team)["members"] == ["unmanaged"]
    members.up(**declared, adopt=True)
    assert shown(emulator, team)["members"] == ["a"]
    change(emulator, team, members=["a", "later"])
    assert members.refresh()
    assert members.up(**declared) == "update"
    assert shown(emulator, team)["members"] == ["a"]


def test_unknown_members_and_groups_are_errors(members: Resource, emulator: Running, team: str) -> None:
    emulator.switch(appsec_known_members=["unmanaged", "a"])
    with pytest.raises(BadRequest, match="nobody"):
        members.up(group_id=team, members=["a", "nobody"])
    with pytest.raises(NotFound):
        members.up(group_id="group-999", members=["a"])


def test_a_group_and_its_members_can_be_separate_resources(emulator: Running) -> None:
    team = Resource("appsec.IdentityGroup", emulator)
    team.up(name="team", description="why")
    ours, theirs = team.also(KIND), Resource(KIND, emulator)
    for members, person in ((ours, "anna"), (theirs, "bert")):
        members.up(group_id=team.id, members=[person])
    team.up(name="renamed", description="because")
    row = shown(emulator, team.id)
    assert (row["name"], sorted(row["members"])) == ("renamed", ["anna", "bert"])
    for resource in (team, ours, theirs):
        assert resource.refresh()
        assert resource.preview(**resource.inputs) == "same"


def test_concurrent_stacks_and_a_rename_lose_no_change(emulator: Running, team: str) -> None:
    """Rename the group during these writes too, because every write sends the complete group."""
    first, second = ([f"{turn}-{number}" for number in range(WRITERS)] for turn in ("first", "second"))
    stacks = [Resource(KIND, emulator, CAREFUL) for _ in range(WRITERS)]
    owner = Resource("appsec.IdentityGroup", emulator, CAREFUL)
    owner.up(name="team", description="why", adopt=True)
    ready = threading.Barrier(WRITERS + 1)

    def declare(stack: Resource, *who: str) -> None:
        ready.wait(60)
        stack.up(group_id=team, members=list(who))

    def rename(to: str) -> None:
        ready.wait(60)
        owner.up(name=to, description="why")

    with ThreadPoolExecutor(WRITERS + 1) as threads:
        for name, people in (("renamed", first), ("again", second)):
            renaming = threads.submit(rename, name)
            list(threads.map(declare, stacks, people))
            renaming.result()
            row = shown(emulator, team)
            assert (row["name"], row["description"]) == (name, "why")
            assert sorted(row["members"]) == sorted(["unmanaged", *people])
    for stack in stacks:
        assert stack.refresh()
        assert stack.preview(**stack.inputs) == "same"


def test_a_simultaneous_change_of_another_writer_causes_a_warning(
    members: Resource, emulator: Running, team: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    api = members.subject.lifecycle.session.settings.client(system("appsec"))
    put, first = api.put, itertools.count()

    def put_and_then_another(*args: Any, **options: Any) -> Any:
        reply = put(*args, **options)
        if not next(first):
            change(emulator, team, members=["other"])
        return reply

    monkeypatch.setattr(api, "put", put_and_then_another)
    members.up(group_id=team, members=["a"])
    assert "at the same time, and its change may be lost" in caplog.text
    assert sorted(shown(emulator, team)["members"]) == ["a", "other"]
    caplog.clear()
    members.up(group_id=team, members=["b"])
    assert not caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_reply_without_a_time_causes_no_warning(
    members: Resource, emulator: Running, team: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.fault("missing_field", field="updatedAt", method=method, times=None)
    members.up(group_id=team, members=["a"])
    assert not caplog.text


def test_a_stale_read_causes_no_warning(
    members: Resource, emulator: Running, team: str, caplog: pytest.LogCaptureFixture
) -> None:
    # This affects the first read after the write. Before the write, there is no older state to show.
    emulator.fault("stale", method="GET")
    members.up(group_id=team, members=["a"])
    assert not caplog.text
    assert sorted(shown(emulator, team)["members"]) == ["a", "unmanaged"]
