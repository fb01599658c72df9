"""Tests the requests to Vault: their bodies, headers, namespaces and number. The emulator records them."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, Forbidden, SettingsError, UnexpectedReply
from roster_emulator import Running
from support.resources import Resource
from support.vault_api import VaultServer, change, entities, group, named, shown

GROUP, MEMBERS = "vault.IdentityGroup", "vault.IdentityGroupMembers"
READ, FIND = "GET /v1/identity/group/id/{id}", "GET /v1/identity/group/name/{name:path}"
MAKE, WRITE = "POST /v1/identity/group", "POST /v1/identity/group/id/{id}"


@pytest.fixture
def server(emulator: Running) -> VaultServer:
    return VaultServer(emulator.url)


@pytest.fixture
def declared(server: VaultServer) -> Resource:
    return server.resource(GROUP)


def bodies(emulator: Running, route: str) -> list[Any]:
    return [call["body"] for call in emulator.last_requests() if f"{call['method']} {call['route']}" == route]


def headers(emulator: Running) -> list[dict[str, str]]:
    return [
        {name.lower(): value for name, value in call["headers"].items()}
        for call in emulator.last_requests()
        if call["path"].startswith("/v1/")
    ]


# -- bodies: contain no unmanaged field and no null


def test_a_creation_sends_name_and_type_first_and_then_the_declared_fields(
    declared: Resource, emulator: Running
) -> None:
    declared.up(name="platform", policies=["b", "a"], metadata={}, member_entity_ids=["entity-alice"])
    assert bodies(emulator, MAKE) == [{"name": "platform", "type": "internal"}]
    assert bodies(emulator, WRITE) == [{"policies": ["a", "b"], "member_entity_ids": ["entity-alice"]}]
    assert emulator.requests() == {FIND: 1, MAKE: 1, WRITE: 1, READ: 1}


def test_a_group_without_fields_is_created_with_one_write(declared: Resource, emulator: Running) -> None:
    declared.up(name="sso", type="external")
    assert bodies(emulator, MAKE) == [{"name": "sso", "type": "external"}]
    assert emulator.requests() == {FIND: 1, MAKE: 1, READ: 1}


def test_an_update_sends_only_the_changed_fields(declared: Resource, emulator: Running) -> None:
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


def test_a_change_that_another_writer_already_made_is_not_written(
    declared: Resource, server: VaultServer, emulator: Running
) -> None:
    declared.up(name="platform", policies=["a"])
    change(server, declared.id, policies=["b"])
    emulator.clear_requests()
    declared.up(name="platform", policies=["b"])
    assert emulator.requests() == {READ: 2}


def test_group_members_sends_only_its_own_lists(server: VaultServer, emulator: Running) -> None:
    team, inner = group(server), group(server)
    emulator.clear_requests()
    members = server.resource(MEMBERS)
    members.up(group_id=team, member_entity_ids=["entity-bob", "entity-alice"])
    members.up(group_id=team, member_entity_ids=["entity-alice"], member_group_ids=[inner])
    members.destroy()
    assert bodies(emulator, WRITE) == [
        {"member_entity_ids": ["entity-alice", "entity-bob"]},
        {"member_entity_ids": ["entity-alice"], "member_group_ids": [inner]},
        {"member_entity_ids": [], "member_group_ids": []},
    ]


def test_members_that_are_already_in_the_group_are_not_written(server: VaultServer, emulator: Running) -> None:
    team = group(server, member_entity_ids=["entity-alice"])
    emulator.clear_requests()
    server.resource(MEMBERS).up(group_id=team, member_entity_ids=["entity-alice"])
    assert emulator.requests() == {READ: 1}


def test_a_refresh_sends_one_request(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"])
    emulator.clear_requests()
    assert declared.refresh()
    assert emulator.requests() == {READ: 1}


# -- headers


def test_every_call_sends_the_header_x_vault_request(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["a"])
    declared.destroy()
    seen = headers(emulator)
    assert len(seen) >= 5
    assert all(header["x-vault-request"] == "true" for header in seen)
    assert not any("x-vault-namespace" in header or "authorization" in header for header in seen)


@pytest.mark.parametrize(
    ("given", "sent"), [("team-a", "team-a"), ("/team-a/inner/", "team-a/inner"), (" team-a ", "team-a")]
)
def test_every_call_sends_the_header_of_the_namespace(
    server: VaultServer, emulator: Running, given: str, sent: str
) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.seed(vault={"namespaces": [sent]})
    inside, outside = server.resource(GROUP, vaultNamespace=given), server.resource(GROUP)
    emulator.clear_requests()
    inside.up(name="platform", policies=["a"])
    assert {header.get("x-vault-namespace") for header in headers(emulator)} == {sent}
    outside.up(name="platform", policies=["b"])
    assert inside.outputs["namespace_id"] != outside.outputs["namespace_id"] == "root"
    assert inside.refresh()
    inside.destroy()
    assert named(server) == {"platform": outside.id}


@pytest.mark.parametrize("given", ["", "/", "root", "root/"])
def test_no_header_is_sent_for_the_root_namespace(server: VaultServer, emulator: Running, given: str) -> None:
    server.resource(GROUP, vaultNamespace=given).up(name="platform", policies=["a"])
    assert not any("x-vault-namespace" in header for header in headers(emulator))


@pytest.mark.parametrize("given", ["a b", "a\nX-Vault-Token: other", "ä"])
def test_a_malformed_namespace_is_refused(server: VaultServer, given: str) -> None:
    failures = server.resource(GROUP, vaultNamespace=given).failures(name="platform")
    assert "must be the path of a namespace" in failures["connection"]


def test_a_missing_namespace_does_not_count_as_a_missing_group(server: VaultServer, emulator: Running) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.seed(vault={"namespaces": ["team-a"]})
    right, wrong = (server.resource(GROUP, vaultNamespace=name) for name in ("team-a", "team-b"))
    right.up(name="platform", policies=["a"])
    with pytest.raises(BadRequest, match=r"(?s)namespace not found.*roster:vaultNamespace"):
        wrong.up(name="platform", policies=["a"])
    wrong.id, wrong.outputs = right.id, right.outputs
    with pytest.raises(BadRequest, match="namespace not found"):
        wrong.refresh()


def test_a_vault_that_ignores_namespaces_is_refused_and_keeps_its_groups(
    server: VaultServer, emulator: Running
) -> None:
    theirs = group(server, "theirs", policies=["p"])
    before = shown(server, theirs)
    stack = server.resource(GROUP, vaultNamespace="team-a")
    with pytest.raises(SettingsError, match="does not support namespaces"):
        stack.up(name="platform", policies=["a"])
    with pytest.raises(SettingsError, match="does not support namespaces"):
        stack.up(name="theirs", policies=["a"], adopt=True)
    with pytest.raises(SettingsError, match="does not support namespaces"):
        server.resource(MEMBERS, vaultNamespace="team-a").up(group_id=theirs, member_entity_ids=["entity-bob"])
    assert named(server) == {"theirs": theirs}
    assert shown(server, theirs) == before


# -- OpenBao


def test_policies_that_openbao_converts_to_lower_case_are_not_a_difference(
    declared: Resource, emulator: Running
) -> None:
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
def test_a_token_without_rights_changes_nothing(server: VaultServer, kind: str, token: str) -> None:
    team = group(server, "team", policies=["p"])
    before = shown(server, team)
    allowed, refused = server.resource(kind), server.resource(kind, vaultToken=token)
    given: dict[str, Any] = {
        GROUP: {"name": "platform", "policies": ["a"]},
        MEMBERS: {"group_id": team, "member_entity_ids": ["entity-alice"]},
    }[kind]
    with pytest.raises(Forbidden, match=r"(?s)permission denied.*roster:vaultToken"):
        refused.up(**given)
    assert shown(server, team) == before
    allowed.up(**given)
    refused.id, refused.outputs = allowed.id, allowed.outputs
    changed = {**given, "policies": ["b"]} if kind == GROUP else {**given, "member_entity_ids": ["entity-bob"]}
    with pytest.raises(Forbidden):
        refused.up(**changed)
    with pytest.raises(Forbidden):
        refused.destroy()
    assert server.resource(kind).get(allowed.id)


def test_a_404_of_a_wrong_address_does_not_count_as_a_missing_group(
    declared: Resource, server: VaultServer, emulator: Running
) -> None:
    declared.up(name="platform", policies=["a"])
    emulator.fault("status", method="GET", status=404, body={"errors": ['no handler for route "identity/group"']})
    with pytest.raises(BadRequest, match=r"(?s)no handler for route.*roster:vaultAddress"):
        declared.refresh()
    emulator.fault("html", method="GET", status=404, times=None)
    with pytest.raises(UnexpectedReply, match="The proxy could not reach"):
        declared.refresh()


# -- after a delay, the provider reads a shared list again before it writes it


def test_a_delayed_write_reads_the_group_again_first(server: VaultServer, emulator: Running) -> None:
    team = group(server)
    members = server.resource(MEMBERS)
    emulator.fault("status", method="POST", route="/v1/identity/group/id/{id}", status=429, retry_after=1)
    emulator.clear_requests()
    members.up(group_id=team, member_entity_ids=["entity-alice"])
    calls = [f"{call['method']} {call['route']}" for call in emulator.last_requests()]
    assert calls == [READ, WRITE, READ, WRITE, READ, READ], "the write after the wait uses a new read"


def test_an_unmanaged_member_is_kept_after_a_lost_reply(server: VaultServer, emulator: Running) -> None:
    [alice, bob], team = entities(server), group(server)
    change(server, team, member_entity_ids=[bob])
    emulator.fault("drop_after", method="POST", route="/v1/identity/group/id/{id}", times=2)
    server.resource(MEMBERS).up(group_id=team, member_entity_ids=[alice])
    assert shown(server, team)["member_entity_ids"] == sorted([alice, bob])
