"""What goes over the wire, and how much of it; at the emulator, which keeps the requests."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, Forbidden, SettingsError, UnexpectedReply
from roster_emulator import Running
from support.resources import Resource
from support.vault_api import VaultServer, change, entities, group, named, shown

GROUP, MEMBERS = "vault.IdentityGroup", "vault.GroupMembers"
READ, FIND = "GET /v1/identity/group/id/{id}", "GET /v1/identity/group/name/{name:path}"
MAKE, WRITE = "POST /v1/identity/group", "POST /v1/identity/group/id/{id}"


@pytest.fixture
def world(emulator: Running) -> VaultServer:
    return VaultServer(emulator.url)


@pytest.fixture
def declared(world: VaultServer) -> Resource:
    return world.resource(GROUP)


def bodies(emulator: Running, route: str) -> list[Any]:
    return [call["body"] for call in emulator.last_requests() if f"{call['method']} {call['route']}" == route]


def headers(emulator: Running) -> list[dict[str, str]]:
    return [
        {name.lower(): value for name, value in call["headers"].items()}
        for call in emulator.last_requests()
        if call["path"].startswith("/v1/")
    ]


# -- bodies: what is not managed is no key, and nothing is ever null


def test_a_creation_sends_name_and_type_and_then_what_is_declared(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["b", "a"], metadata={}, member_entity_ids=["entity-alice"])
    assert bodies(emulator, MAKE) == [{"name": "platform", "type": "internal"}]
    assert bodies(emulator, WRITE) == [{"policies": ["a", "b"], "member_entity_ids": ["entity-alice"]}]
    assert emulator.requests() == {FIND: 1, MAKE: 1, WRITE: 1, READ: 1}


def test_a_bare_group_is_made_with_one_write(declared: Resource, emulator: Running) -> None:
    declared.up(name="sso", type="external")
    assert bodies(emulator, MAKE) == [{"name": "sso", "type": "external"}]
    assert emulator.requests() == {FIND: 1, MAKE: 1, READ: 1}


def test_an_update_sends_what_differs_and_nothing_else(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"], member_entity_ids=["entity-alice"])
    emulator.clear_requests()
    declared.up(name="platform", policies=["a"], member_entity_ids=["entity-alice", "entity-bob"])
    declared.up(name="renamed", policies=["a"], member_entity_ids=["entity-alice", "entity-bob"])
    declared.up(name="renamed", policies=["a"], member_entity_ids=[])
    declared.up(name="renamed", policies=["a"])
    assert bodies(emulator, WRITE) == [
        {"member_entity_ids": ["entity-alice", "entity-bob"]},
        {"name": "renamed"},
        {"member_entity_ids": []},
    ]


def test_members_apart_send_their_lists_only(world: VaultServer, emulator: Running) -> None:
    team, inner = group(world), group(world)
    emulator.clear_requests()
    members = world.resource(MEMBERS)
    members.up(group_id=team, member_entity_ids=["entity-bob", "entity-alice"])
    members.up(group_id=team, member_entity_ids=["entity-alice"], member_group_ids=[inner])
    members.destroy()
    assert bodies(emulator, WRITE) == [
        {"member_entity_ids": ["entity-alice", "entity-bob"]},
        {"member_entity_ids": ["entity-alice"], "member_group_ids": [inner]},
        {"member_entity_ids": [], "member_group_ids": []},
    ]


def test_what_is_so_already_is_not_written(world: VaultServer, emulator: Running) -> None:
    team = group(world, member_entity_ids=["entity-alice"])
    emulator.clear_requests()
    world.resource(MEMBERS).up(group_id=team, member_entity_ids=["entity-alice"])
    assert emulator.requests() == {READ: 1}


def test_a_refresh_is_one_call_a_group(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"])
    emulator.clear_requests()
    assert declared.refresh()
    assert emulator.requests() == {READ: 1}


# -- headers


def test_every_call_says_that_it_means_it(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"])
    declared.destroy()
    seen = headers(emulator)
    assert len(seen) >= 5
    assert all(header["x-vault-request"] == "true" for header in seen)
    assert not any("x-vault-namespace" in header or "authorization" in header for header in seen)


@pytest.mark.parametrize(
    ("given", "sent"), [("team-a", "team-a"), ("/team-a/inner/", "team-a/inner"), (" team-a ", "team-a")]
)
def test_the_namespace_goes_with_every_call(world: VaultServer, emulator: Running, given: str, sent: str) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.seed(vault={"namespaces": [sent]})
    inside, outside = world.resource(GROUP, vaultNamespace=given), world.resource(GROUP)
    emulator.clear_requests()
    inside.up(name="platform", policies=["a"])
    assert {header.get("x-vault-namespace") for header in headers(emulator)} == {sent}
    outside.up(name="platform", policies=["b"])
    assert inside.outputs["namespace_id"] != outside.outputs["namespace_id"] == "root"
    assert inside.refresh()
    inside.destroy()
    assert named(world) == {"platform": outside.id}


@pytest.mark.parametrize("given", ["", "/", "root", "root/"])
def test_the_root_namespace_is_none(world: VaultServer, emulator: Running, given: str) -> None:
    world.resource(GROUP, vaultNamespace=given).up(name="platform", policies=["a"])
    assert not any("x-vault-namespace" in header for header in headers(emulator))


@pytest.mark.parametrize("given", ["a b", "a\nX-Vault-Token: other", "ä"])
def test_a_namespace_that_is_no_path(world: VaultServer, given: str) -> None:
    faults = world.resource(GROUP, vaultNamespace=given).faults(name="platform")
    assert "must be the path of a namespace" in faults["connection"]


def test_a_namespace_that_does_not_exist_is_an_error_and_no_absence(world: VaultServer, emulator: Running) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.seed(vault={"namespaces": ["team-a"]})
    right, wrong = (world.resource(GROUP, vaultNamespace=name) for name in ("team-a", "team-b"))
    right.up(name="platform", policies=["a"])
    with pytest.raises(BadRequest, match=r"(?s)namespace not found.*roster:vaultNamespace"):
        wrong.up(name="platform", policies=["a"])
    wrong.id, wrong.outputs = right.id, right.outputs
    with pytest.raises(BadRequest, match="namespace not found"):
        wrong.refresh()


def test_a_vault_without_namespaces_is_found_out_before_more_is_written(world: VaultServer, emulator: Running) -> None:
    theirs = group(world, "theirs", policies=["p"])
    before = shown(world, theirs)
    stack = world.resource(GROUP, vaultNamespace="team-a")
    with pytest.raises(SettingsError, match="does not support namespaces"):
        stack.up(name="platform", policies=["a"])
    with pytest.raises(SettingsError, match="does not support namespaces"):
        stack.up(name="theirs", policies=["a"], adopt=True)
    with pytest.raises(SettingsError, match="does not support namespaces"):
        world.resource(MEMBERS, vaultNamespace="team-a").up(group_id=theirs, member_entity_ids=["entity-bob"])
    assert named(world) == {"theirs": theirs}
    assert shown(world, theirs) == before


# -- OpenBao


def test_policies_that_openbao_makes_lower_case_are_no_difference(declared: Resource, emulator: Running) -> None:
    emulator.switch(vault_flavour="openbao")
    declared.up(name="platform", policies=["Deploy", "READ"])
    assert declared.outputs["policies"] == ["deploy", "read"]
    assert declared.preview(name="platform", policies=["Deploy", "READ"]) == "same"
    assert declared.refresh()
    assert declared.up(name="platform", policies=["Deploy", "READ", "x"]) == "update"
    assert declared.outputs["policies"] == ["deploy", "read", "x"]


# -- rights


@pytest.mark.parametrize("kind", [GROUP, MEMBERS])
@pytest.mark.parametrize("token", ["viewer-1", "wrong"])
def test_a_token_without_rights_writes_nothing(world: VaultServer, kind: str, token: str) -> None:
    team = group(world, "team", policies=["p"])
    before = shown(world, team)
    allowed, refused = world.resource(kind), world.resource(kind, vaultToken=token)
    given: dict[str, Any] = {
        GROUP: {"name": "platform", "policies": ["a"]},
        MEMBERS: {"group_id": team, "member_entity_ids": ["entity-alice"]},
    }[kind]
    with pytest.raises(Forbidden, match=r"(?s)permission denied.*roster:vaultToken"):
        refused.up(**given)
    assert shown(world, team) == before
    allowed.up(**given)
    refused.id, refused.outputs = allowed.id, allowed.outputs
    changed = {**given, "policies": ["b"]} if kind == GROUP else {**given, "member_entity_ids": ["entity-bob"]}
    with pytest.raises(Forbidden):
        refused.up(**changed)
    with pytest.raises(Forbidden):
        refused.destroy()
    assert world.resource(kind).get(allowed.id)


def test_a_wrong_address_is_no_absence(declared: Resource, world: VaultServer, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"])
    emulator.fault("status", method="GET", status=404, body={"errors": ['no handler for route "identity/group"']})
    with pytest.raises(BadRequest, match=r"(?s)no handler for route.*roster:vaultAddress"):
        declared.refresh()
    emulator.fault("html", method="GET", status=404, times=None)
    with pytest.raises(UnexpectedReply, match="The proxy could not reach"):
        declared.refresh()


# -- a write of a shared list is prompt, or begins anew


def test_a_write_that_was_held_up_begins_anew(world: VaultServer, emulator: Running) -> None:
    team = group(world)
    members = world.resource(MEMBERS)
    emulator.fault("status", method="POST", route="/v1/identity/group/id/{id}", status=429, retry_after=1)
    emulator.clear_requests()
    members.up(group_id=team, member_entity_ids=["entity-alice"])
    calls = [f"{call['method']} {call['route']}" for call in emulator.last_requests()]
    assert calls == [READ, WRITE, READ, WRITE, READ, READ], "what was read before the wait is not written after it"


def test_a_stranger_who_came_while_the_reply_was_lost_stays(world: VaultServer, emulator: Running) -> None:
    [alice, bob], team = entities(world), group(world)
    change(world, team, member_entity_ids=[bob])
    emulator.fault("drop_after", method="POST", route="/v1/identity/group/id/{id}", times=2)
    world.resource(MEMBERS).up(group_id=team, member_entity_ids=[alice])
    assert shown(world, team)["member_entity_ids"] == sorted([alice, bob])
