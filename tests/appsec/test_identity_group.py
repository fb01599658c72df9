"""Tests AppSec+'s identity groups: safe creation, races for a name, and updates that send the complete group."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.appsec.identity_group import IdentityGroupHandler
from pulumi_roster.catalog import system
from pulumi_roster.errors import AlreadyExists, BadRequest
from roster_emulator import Running
from support.appsec_api import change, group, names, shown
from support.resources import Resource

KIND = "appsec.IdentityGroup"
LIST, MAKE = "GET /identity-groups", "POST /identity-groups"
WRITE = "PUT /identity-groups/{id}"
CREATORS = 16


@pytest.fixture(params=["replace", "merge"])
def _either_put(request: pytest.FixtureRequest, emulator: Running) -> None:
    """Run each test with both possible behaviours for omitted fields, because the vendor does not document it."""
    emulator.switch(appsec_put=request.param)


@pytest.fixture
def declared(emulator: Running) -> Resource:
    return Resource(KIND, emulator)


def bodies(emulator: Running, route: str) -> list[Any]:
    return [call["body"] for call in emulator.last_requests() if f"{call['method']} {call['route']}" == route]


# -- safe creation


def test_a_group_is_created_with_one_write(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", description="why", members=["b", "a", "b"])
    assert bodies(emulator, MAKE) == [{"name": "team", "description": "why", "members": ["a", "b"]}]
    assert emulator.requests() == {LIST: 1, MAKE: 1}


def test_one_of_many_concurrent_creations_with_one_name_succeeds(
    emulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, listed, counts = threading.Barrier(CREATORS), IdentityGroupHandler.list, itertools.count()

    def all_look_up_before_any_creates(self: IdentityGroupHandler, scope: str) -> Any:
        found = listed(self, scope)
        if next(counts) < CREATORS:
            looked.wait(60)
        return found

    monkeypatch.setattr(IdentityGroupHandler, "list", all_look_up_before_any_creates)

    def create(number: int) -> Resource | AlreadyExists:
        stack = Resource(KIND, emulator)
        try:
            stack.up(name="team", members=[f"user-{number}"])
        except AlreadyExists as caught:
            return caught
        return stack

    with ThreadPoolExecutor(CREATORS) as stacks:
        ended = list(stacks.map(create, range(CREATORS)))
    [winner] = [stack for stack in ended if isinstance(stack, Resource)]
    assert names(emulator) == ["team"]
    assert shown(emulator, winner.id)["members"] == winner.inputs["members"]
    assert all(winner.id in str(error) for error in ended if isinstance(error, AlreadyExists))


def test_the_error_for_a_name_that_the_listing_does_not_show_has_a_hint(declared: Resource, emulator: Running) -> None:
    emulator.fault("status", method="POST", route="/identity-groups", status=409)
    with pytest.raises(AlreadyExists, match=r"(?s)perhaps with other upper- or lower-case letters.*different name"):
        declared.up(name="team")


# -- update


@pytest.mark.usefixtures("_either_put")
def test_an_update_always_sends_all_three_fields(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", description="why", members=["a"])
    change(emulator, declared.id, members=["a", "console"])
    emulator.clear_requests()
    declared.up(name="team", description="because", members=["a"])
    declared.up(name="renamed", description="because")
    assert declared.up(name="renamed") == "update"
    declared.up(name="renamed", description="")
    assert bodies(emulator, WRITE) == [
        {"name": "team", "description": "because", "members": ["a", "console"]},
        {"name": "renamed", "description": "because", "members": ["a", "console"]},
        {"name": "renamed", "description": "", "members": ["a", "console"]},
    ]


@pytest.mark.usefixtures("_either_put")
def test_omitted_members_are_not_changed(declared: Resource, emulator: Running) -> None:
    declared.up(name="team")
    assert bodies(emulator, MAKE) == [{"name": "team", "description": ""}]
    change(emulator, declared.id, members=["b", "a"])
    assert declared.refresh()
    assert declared.outputs["members"] == ["a", "b"], "outputs show what is, managed or not"
    assert declared.preview(name="team") == "same"
    declared.up(name="team", description="why")
    assert shown(emulator, declared.id)["members"] == ["a", "b"]
    assert declared.refresh()
    declared.up(name="team", description="why", members=[])
    assert shown(emulator, declared.id)["members"] == ["a", "b"], "no preview has shown the removal yet"
    assert declared.refresh()
    declared.up(name="team", description="why", members=[])
    assert shown(emulator, declared.id)["members"] == [], "an empty list removes all members"


@pytest.mark.usefixtures("_either_put")
def test_members_that_others_added_stay_until_a_refresh_shows_them(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", members=["a", "b"])
    change(emulator, declared.id, members=["a", "b", "console"])
    declared.up(name="team", members=["b"])
    assert shown(emulator, declared.id)["members"] == ["b", "console"]
    assert declared.up(name="team", members=["b"]) == "same"
    assert declared.refresh()
    assert declared.up(name="team", members=["b"]) == "update"
    assert shown(emulator, declared.id)["members"] == ["b"]


@pytest.mark.parametrize("status", [400, 409])
def test_a_rename_to_a_used_name_is_refused_and_changes_nothing(
    declared: Resource, emulator: Running, status: int
) -> None:
    emulator.switch(appsec_rename_conflict=status)
    there = group(emulator, "taken")
    declared.up(name="team", members=["a"])
    with pytest.raises(AlreadyExists, match=rf"(?s)'taken' \({there}\).*different name"):
        declared.up(name="taken", members=["b"])
    row = shown(emulator, declared.id)
    assert (row["name"], row["members"]) == ("team", ["a"])


def test_unknown_members_are_refused(declared: Resource, emulator: Running) -> None:
    emulator.switch(appsec_known_members=["a"])
    with pytest.raises(BadRequest, match=r"(?s)Invalid members.*nobody.*correct"):
        declared.up(name="team", members=["a", "nobody"])
    assert names(emulator) == []
    declared.up(name="team", members=["a"])
    with pytest.raises(BadRequest, match="nobody"):
        declared.up(name="team", members=["a", "nobody"])


def test_a_rename_that_another_writer_undid_is_repeated(
    declared: Resource, emulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let another writer, which read the group before our rename, write the old name after it."""
    declared.up(name="team", members=["a"])
    api = declared.subject.lifecycle.session.settings.client(system("appsec"))
    put, first = api.put, itertools.count()

    def put_and_then_another(*args: Any, **options: Any) -> Any:
        reply = put(*args, **options)
        if not next(first):
            change(emulator, declared.id, name="team", members=["a", "other"])
        return reply

    monkeypatch.setattr(api, "put", put_and_then_another)
    declared.up(name="renamed", members=["a"])
    row = shown(emulator, declared.id)
    assert (row["name"], row["members"]) == ("renamed", ["a", "other"])


# -- refresh


def test_a_refresh_of_many_groups_reads_one_listing(declared: Resource, emulator: Running) -> None:
    resources = [declared.also() for _ in range(6)]
    for number, resource in enumerate(resources):
        resource.up(name=f"team {number}", members=["a"])
    assert emulator.requests() == {LIST: 1, MAKE: 6}
    declared.subject.new_run()
    for resource in resources:
        resource.subject.lifecycle = declared.subject.lifecycle
    emulator.clear_requests()
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda one: one.subject.read(one.id, one.outputs), resources))
    assert [row.outputs if row else None for row in found] == [resource.outputs for resource in resources]
    assert emulator.requests() == {LIST: 1}
