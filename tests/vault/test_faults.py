"""Lost replies, refusals in the middle, answers that are late: the object is there exactly once, or not at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import AlreadyExists, Forbidden, ServerError, UnexpectedReply
from roster_emulator import Running
from support.resources import Resource
from support.subjects import QUICK
from support.vault_api import VaultServer, change, entities, group, named, shown

KIND = "vault.IdentityGroup"
MAKE, WRITE = "/v1/identity/group", "/v1/identity/group/id/{id}"
DECLARED: dict[str, Any] = {"name": "platform", "policies": ["B", "a"], "metadata": {"a": "b"}}
HELD = {"policies": ["B", "a"], "metadata": {"a": "b"}}

LOST: list[dict[str, Any]] = [
    {"kind": "drop_after"},
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 503},
    {"kind": "truncated"},
    {"kind": "html", "work": True},
    {"kind": "missing_field", "field": "id"},
    {"kind": "redirect", "work": True},
]
NOT_DONE: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 502},
]
# What may pass is sent again; a wrong reply to an update stays an error.
PASSING = [fault for fault in (*LOST, *NOT_DONE) if fault["kind"] in ("drop", "drop_after") or "status" in fault]
PASSING = [fault for fault in PASSING if fault.get("status") != 500]


def words(fault: dict[str, Any]) -> str:
    return " ".join(str(value) for value in fault.values())


@pytest.fixture
def world(emulator: Running) -> VaultServer:
    return VaultServer(emulator.url)


@pytest.fixture
def declared(world: VaultServer) -> Resource:
    return world.resource(KIND)


@pytest.mark.parametrize("field", ["member_entity_ids", "member_group_ids", "policies", "metadata"])
def test_a_reply_that_lacks_a_list_is_no_group_without_it(world: VaultServer, emulator: Running, field: str) -> None:
    anna, bert = entities(world, 2)
    team = group(world, "team", member_entity_ids=[anna], policies=["a"], metadata={"a": "b"})
    there = shown(world, team)
    members = world.resource("vault.GroupMembers")
    emulator.fault("missing_field", method="GET", field=field, times=None)
    with pytest.raises(UnexpectedReply, match=field):
        members.up(group_id=team, member_entity_ids=[bert])
    emulator.clear_faults()
    assert shown(world, team) == there


def holds(world: VaultServer, declared: Resource) -> None:
    assert named(world) == {"platform": declared.id}
    row = shown(world, declared.id)
    assert {key: row[key] for key in HELD} == HELD
    assert declared.refresh()
    assert declared.preview(**declared.inputs) == "same"


@pytest.mark.parametrize("fault", [*LOST, *NOT_DONE], ids=words)
@pytest.mark.parametrize("route", [MAKE, WRITE])
def test_a_group_is_made_exactly_once(
    declared: Resource, world: VaultServer, emulator: Running, fault: dict[str, Any], route: str
) -> None:
    emulator.fault(**fault, method="POST", route=route)
    declared.up(**DECLARED)
    holds(world, declared)


@pytest.mark.parametrize("route", [MAKE, WRITE])
def test_it_is_known_again_though_openbao_writes_it_otherwise(
    declared: Resource, world: VaultServer, emulator: Running, route: str
) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.fault("drop_after", method="POST", route=route, times=3)
    declared.up(**DECLARED)
    assert named(world) == {"platform": declared.id}
    assert shown(world, declared.id)["policies"] == ["a", "b"]
    assert declared.preview(**DECLARED) == "same"


@pytest.mark.parametrize("fault", PASSING, ids=words)
def test_an_update_and_a_deletion_are_done(
    declared: Resource, world: VaultServer, emulator: Running, fault: dict[str, Any]
) -> None:
    declared.up(name="before", policies=["x"])
    emulator.fault(**fault, method="POST", route=WRITE)
    declared.up(**DECLARED)
    holds(world, declared)
    emulator.fault(**fault, method="DELETE", route=WRITE)
    declared.destroy()
    assert named(world) == {}


def test_a_failure_of_vaults_own_is_told_and_not_repeated(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["x"])
    emulator.clear_requests()
    emulator.fault("status", method="POST", route=WRITE, status=500)
    with pytest.raises(ServerError, match="read Vault's log"):
        declared.up(**DECLARED)
    assert emulator.requests()[f"POST {WRITE}"] == 1


def test_a_server_that_has_not_caught_up_is_asked_again(declared: Resource, emulator: Running) -> None:
    emulator.fault(
        "status", method="GET", route=WRITE, status=412, body={"errors": ["required index state not present"]}
    )
    declared.up(**DECLARED)
    emulator.fault(
        "status", method="GET", route=WRITE, status=412, body={"errors": ["required index state not present"]}
    )
    assert declared.refresh()


def test_a_new_group_that_does_not_show_yet(declared: Resource, world: VaultServer, emulator: Running) -> None:
    emulator.fault("stale", method="GET", route=WRITE, as_of="plan", times=2)
    declared.up(**DECLARED)
    holds(world, declared)


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_after_the_first_step_takes_it_back(
    declared: Resource, world: VaultServer, emulator: Running, status: int
) -> None:
    body = {"errors": ["policies cannot contain that"]}
    emulator.fault("status", method="POST", route=WRITE, status=status, body=body)
    with pytest.raises(Exception, match="policies cannot contain that") as told:
        declared.up(**DECLARED)
    assert named(world) == {}
    assert "was created" not in str(told.value)
    declared.up(**DECLARED)
    holds(world, declared)


def test_what_cannot_be_taken_back_is_told_with_its_id(
    declared: Resource, world: VaultServer, emulator: Running
) -> None:
    emulator.fault("status", method="POST", route=WRITE, status=403, body={"errors": ["no"]})
    emulator.fault("status", method="DELETE", route=WRITE, status=403, body={"errors": ["no"]})
    with pytest.raises(Forbidden) as told:
        declared.up(**DECLARED)
    [left] = named(world).values()
    assert f"the group {left} was created" in str(told.value)
    with pytest.raises(AlreadyExists):
        declared.up(**DECLARED)
    declared.up(**DECLARED, adopt=True)
    holds(world, declared)


def test_what_somebody_has_put_something_into_is_not_taken_back(
    world: VaultServer, emulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = world.resource(KIND)
    api = declared.subject.lifecycle.session.settings.client(system("vault"))
    post = api.post

    def another_is_faster(path: str, *ids: str, **options: Any) -> Any:
        if ids:
            change(world, ids[0], member_entity_ids=["entity-bob"])
        return post(path, *ids, **options)

    monkeypatch.setattr(api, "post", another_is_faster)
    emulator.fault("status", method="POST", route=WRITE, status=403, body={"errors": ["no"]}, skip=1)
    with pytest.raises(Forbidden, match="was created"):
        declared.up(**DECLARED)
    [left] = named(world).values()
    assert shown(world, left)["member_entity_ids"] == ["entity-bob"]


def test_somebody_elses_group_is_never_taken_for_the_lost_one(world: VaultServer, emulator: Running) -> None:
    """Nothing was done before the reply was lost; the stranger's group shows only when the lost one is looked for."""
    theirs = world.resource(KIND)
    theirs.up(name="platform", policies=["theirs"])
    absent = {"status": 404, "body": {"errors": []}}
    emulator.fault("status", method="GET", route="/v1/identity/group/name/platform", **absent)
    emulator.fault("drop", method="POST", route=MAKE)
    with pytest.raises(AlreadyExists, match=theirs.id):
        world.resource(KIND, dataclasses.replace(QUICK, settle=0.1)).up(**DECLARED)
    assert shown(world, theirs.id)["policies"] == ["theirs"]


def test_an_index_that_is_not_told_is_nobody_elses_change(emulator: Running, caplog: pytest.LogCaptureFixture) -> None:
    emulated = VaultServer(emulator.url)
    team, anna = group(emulated, "team"), entities(emulated, 1)
    emulator.fault("missing_field", field="modify_index", method="GET")
    emulated.resource("vault.GroupMembers").up(group_id=team, member_entity_ids=anna)
    assert not caplog.text


@pytest.mark.parametrize("news", [{"policies": ["new"]}, {"name": "renamed"}], ids=str)
def test_an_older_reading_after_an_update_is_no_answer(news: dict[str, Any], emulator: Running) -> None:
    team = VaultServer(emulator.url).resource(KIND)
    team.up(**DECLARED)
    emulator.fault("stale", method="GET")
    team.up(**{**DECLARED, **news})
    assert [fault["fired"] for fault in emulator.faults()] == [1]
    assert team.preview(**{**DECLARED, **news}) == "same"


def test_an_older_reading_after_a_creation_is_no_answer(emulator: Running) -> None:
    team = VaultServer(emulator.url).resource(KIND)
    emulator.fault("stale", method="GET", route=WRITE)
    team.up(**DECLARED)
    assert [fault["fired"] for fault in emulator.faults()] == [1]
    assert team.preview(**DECLARED) == "same"
