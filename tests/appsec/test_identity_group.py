from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.appsec.identity_group import IdentityGroupHandler
from pulumi_roster.catalog import system
from pulumi_roster.errors import AlreadyExists, BadRequest, NotFound
from roster_emulator import Running
from support.appsec_api import change, group, names, remove, shown
from support.resources import Resource

KIND = "appsec.IdentityGroup"
LIST, MAKE = "GET /identity-groups", "POST /identity-groups"
READ, WRITE = "GET /identity-groups/{id}", "PUT /identity-groups/{id}"
CREATORS = 16


@pytest.fixture(params=["replace", "merge"])
def _either_put(request: pytest.FixtureRequest, emulator: Running) -> None:
    """What an update does to fields that are left out is not documented: all holds either way."""
    emulator.switch(appsec_put=request.param)


@pytest.fixture
def declared(emulator: Running) -> Resource:
    return Resource(KIND, emulator)


def bodies(emulator: Running, route: str) -> list[Any]:
    return [call["body"] for call in emulator.last_requests() if f"{call['method']} {call['route']}" == route]


# -- safe creation


def test_one_call_makes_it(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", description="why", members=["b", "a", "b"])
    assert bodies(emulator, MAKE) == [{"name": "team", "description": "why", "members": ["a", "b"]}]
    assert emulator.requests() == {LIST: 1, MAKE: 1}


def test_somebody_elses_group_is_refused_and_not_touched(declared: Resource, emulator: Running) -> None:
    there = group(emulator, "team", "theirs")
    before = shown(emulator, there)
    with pytest.raises(AlreadyExists, match=rf"(?s){there}.*adopt=True"):
        declared.up(name="team", members=["ours"])
    assert shown(emulator, there) == before


def test_it_is_adopted_when_that_is_said(declared: Resource, emulator: Running) -> None:
    there = group(emulator, "team", "theirs", description="theirs")
    declared.up(name="team", members=["ours"], adopt=True)
    assert declared.id == there
    row = shown(emulator, there)
    assert (row["description"], row["members"]) == ("", ["ours"])


def test_of_many_creators_of_one_name_exactly_one_wins(emulator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looked, listed, counts = threading.Barrier(CREATORS), IdentityGroupHandler.list, itertools.count()

    def all_look_before_one_makes(self: IdentityGroupHandler, scope: str) -> Any:
        found = listed(self, scope)
        if next(counts) < CREATORS:
            looked.wait(60)
        return found

    monkeypatch.setattr(IdentityGroupHandler, "list", all_look_before_one_makes)

    def create(number: int) -> Resource | AlreadyExists:
        stack = Resource(KIND, emulator)
        try:
            stack.up(name="team", members=[f"user-{number}"])
        except AlreadyExists as refused:
            return refused
        return stack

    with ThreadPoolExecutor(CREATORS) as stacks:
        ended = list(stacks.map(create, range(CREATORS)))
    [winner] = [stack for stack in ended if isinstance(stack, Resource)]
    assert names(emulator) == ["team"]
    assert shown(emulator, winner.id)["members"] == winner.inputs["members"]
    assert all(winner.id in str(error) for error in ended if isinstance(error, AlreadyExists))


def test_a_name_that_only_the_service_finds_taken(declared: Resource, emulator: Running) -> None:
    emulator.fault("status", method="POST", route="/identity-groups", status=409)
    with pytest.raises(AlreadyExists, match=r"(?s)perhaps in different case.*different name"):
        declared.up(name="team")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "status_after", "status": 500},
        {"kind": "status_after", "status": 504},
        {"kind": "truncated"},
        {"kind": "html", "work": True},
        {"kind": "empty"},
        {"kind": "missing_field", "field": "id"},
        {"kind": "drop"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429},
    ],
    ids=lambda fault: " ".join(map(str, fault.values())),
)
def test_it_is_made_exactly_once(declared: Resource, emulator: Running, fault: dict[str, Any]) -> None:
    emulator.fault(**fault, method="POST", route="/identity-groups")
    declared.up(name="team", description="why", members=["a"])
    assert names(emulator) == ["team"]
    assert shown(emulator, declared.id)["members"] == ["a"]
    assert declared.refresh()
    assert declared.preview(name="team", description="why", members=["a"]) == "same"


# -- in place


@pytest.mark.usefixtures("_either_put")
def test_all_three_fields_are_always_sent(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", description="why", members=["a"])
    change(emulator, declared.id, members=["a", "console"])
    emulator.clear_requests()
    declared.up(name="team", description="because", members=["a"])
    declared.up(name="renamed", description="because")
    declared.up(name="renamed")
    assert bodies(emulator, WRITE) == [
        {"name": "team", "description": "because", "members": ["a", "console"]},
        {"name": "renamed", "description": "because", "members": ["a", "console"]},
        {"name": "renamed", "description": "", "members": ["a", "console"]},
    ]


@pytest.mark.usefixtures("_either_put")
def test_members_that_are_left_out_are_left_alone(declared: Resource, emulator: Running) -> None:
    declared.up(name="team")
    assert bodies(emulator, MAKE) == [{"name": "team", "description": ""}]
    change(emulator, declared.id, members=["b", "a"])
    assert declared.refresh()
    assert "members" not in declared.outputs
    assert declared.preview(name="team") == "same"
    declared.up(name="team", description="why")
    assert shown(emulator, declared.id)["members"] == ["a", "b"]
    declared.up(name="team", description="why", members=[])
    assert shown(emulator, declared.id)["members"] == [], "an empty list empties"


@pytest.mark.usefixtures("_either_put")
def test_what_came_since_the_last_refresh_stays_until_the_next(declared: Resource, emulator: Running) -> None:
    declared.up(name="team", members=["a", "b"])
    change(emulator, declared.id, members=["a", "b", "console"])
    declared.up(name="team", members=["b"])
    assert shown(emulator, declared.id)["members"] == ["b", "console"]
    assert declared.up(name="team", members=["b"]) == "same"
    assert declared.refresh()
    assert declared.up(name="team", members=["b"]) == "update"
    assert shown(emulator, declared.id)["members"] == ["b"]


@pytest.mark.parametrize("status", [400, 409])
def test_a_rename_to_a_name_that_is_taken(declared: Resource, emulator: Running, status: int) -> None:
    emulator.switch(appsec_rename_conflict=status)
    there = group(emulator, "taken")
    declared.up(name="team", members=["a"])
    with pytest.raises(AlreadyExists, match=rf"(?s)'taken' \({there}\).*different name"):
        declared.up(name="taken", members=["b"])
    row = shown(emulator, declared.id)
    assert (row["name"], row["members"]) == ("team", ["a"])


def test_members_that_the_service_does_not_know(declared: Resource, emulator: Running) -> None:
    emulator.switch(appsec_known_members=["a"])
    with pytest.raises(BadRequest, match=r"(?s)Invalid members.*stranger.*correct"):
        declared.up(name="team", members=["a", "stranger"])
    assert names(emulator) == []
    declared.up(name="team", members=["a"])
    with pytest.raises(BadRequest, match="stranger"):
        declared.up(name="team", members=["a", "stranger"])


def test_another_writer_does_not_undo_a_rename(
    declared: Resource, emulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update is the whole object: who read it before our rename, and writes it after, writes the old name."""
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


# -- gone


def test_gone_is_gone(declared: Resource, emulator: Running) -> None:
    declared.up(name="team")
    remove(emulator, declared.id)
    with pytest.raises(NotFound, match="refresh"):
        declared.up(name="team", description="why")
    assert not declared.refresh()
    declared.up(name="team")
    gone = declared.id
    remove(emulator, gone)
    declared.destroy()


def test_a_refresh_of_many_is_one_listing(declared: Resource, emulator: Running) -> None:
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
