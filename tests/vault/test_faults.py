"""Tests lost replies, refused second writes and stale reads: afterwards a group exists exactly once, or not at all."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import AlreadyExists, Forbidden, ServerError
from roster_emulator import Running
from support.resources import Resource
from support.subjects import QUICK
from support.vault_api import VaultServer, change, entities, group, named, shown

KIND = "vault.IdentityGroup"
MAKE, WRITE = "/v1/identity/group", "/v1/identity/group/id/{id}"
DECLARED: dict[str, Any] = {"name": "platform", "policies": ["B", "a"], "metadata": {"a": "b"}}
HELD = {"policies": ["B", "a"], "metadata": {"a": "b"}}


@pytest.fixture
def server(emulator: Running) -> VaultServer:
    return VaultServer(emulator.url)


@pytest.fixture
def declared(server: VaultServer) -> Resource:
    return server.resource(KIND)


def assert_created_once(server: VaultServer, declared: Resource) -> None:
    assert named(server) == {"platform": declared.id}
    row = shown(server, declared.id)
    assert {key: row[key] for key in HELD} == HELD
    assert declared.refresh()
    assert declared.preview(**declared.inputs) == "same"


@pytest.mark.parametrize("route", [MAKE, WRITE])
def test_a_lost_creation_is_found_although_openbao_converts_the_policies_to_lower_case(
    declared: Resource, server: VaultServer, emulator: Running, route: str
) -> None:
    emulator.switch(vault_flavour="openbao")
    emulator.fault("drop_after", method="POST", route=route, times=3)
    declared.up(**DECLARED)
    assert named(server) == {"platform": declared.id}
    assert shown(server, declared.id)["policies"] == ["a", "b"]
    assert declared.preview(**DECLARED) == "same"


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "status_after", "status": 500}], ids=str)
def test_a_lost_reply_to_the_second_write_keeps_the_group(
    declared: Resource, server: VaultServer, emulator: Running, fault: dict[str, Any]
) -> None:
    emulator.fault(**fault, method="POST", route=WRITE)
    declared.up(**DECLARED)
    assert_created_once(server, declared)


def test_a_500_of_vault_is_an_error_and_the_write_is_not_repeated(declared: Resource, emulator: Running) -> None:
    declared.up(name="platform", policies=["x"])
    emulator.clear_requests()
    emulator.fault("status", method="POST", route=WRITE, status=500)
    with pytest.raises(ServerError, match="read Vault's log"):
        declared.up(**DECLARED)
    assert emulator.requests()[f"POST {WRITE}"] == 1


def test_a_read_from_a_server_that_lags_behind_is_repeated(declared: Resource, emulator: Running) -> None:
    emulator.fault(
        "status", method="GET", route=WRITE, status=412, body={"errors": ["required index state not present"]}
    )
    declared.up(**DECLARED)
    emulator.fault(
        "status", method="GET", route=WRITE, status=412, body={"errors": ["required index state not present"]}
    )
    assert declared.refresh()


@pytest.mark.parametrize("status", [400, 403])
def test_a_refused_second_write_deletes_the_new_group(
    declared: Resource, server: VaultServer, emulator: Running, status: int
) -> None:
    body = {"errors": ["policies cannot contain that"]}
    emulator.fault("status", method="POST", route=WRITE, status=status, body=body)
    with pytest.raises(Exception, match="policies cannot contain that") as caught:
        declared.up(**DECLARED)
    assert named(server) == {}
    assert "was created" not in str(caught.value)
    declared.up(**DECLARED)
    assert_created_once(server, declared)


def test_the_error_names_a_new_group_that_cannot_be_deleted(
    declared: Resource, server: VaultServer, emulator: Running
) -> None:
    emulator.fault("status", method="POST", route=WRITE, status=403, body={"errors": ["no"]})
    emulator.fault("status", method="DELETE", route=WRITE, status=403, body={"errors": ["no"]})
    with pytest.raises(Forbidden) as caught:
        declared.up(**DECLARED)
    [left] = named(server).values()
    assert f"the group {left} was created" in str(caught.value)
    with pytest.raises(AlreadyExists):
        declared.up(**DECLARED)
    declared.up(**DECLARED, adopt=True)
    assert_created_once(server, declared)


def test_a_new_group_to_which_others_added_members_is_not_deleted(
    server: VaultServer, emulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = server.resource(KIND)
    api = declared.subject.lifecycle.session.settings.client(system("vault"))
    post = api.post

    def add_a_member_before_the_second_write(path: str, *ids: str, **options: Any) -> Any:
        if ids:
            change(server, ids[0], member_entity_ids=["entity-bob"])
        return post(path, *ids, **options)

    monkeypatch.setattr(api, "post", add_a_member_before_the_second_write)
    emulator.fault("status", method="POST", route=WRITE, status=403, body={"errors": ["no"]}, skip=1)
    with pytest.raises(Forbidden, match="was created"):
        declared.up(**DECLARED)
    [left] = named(server).values()
    assert shown(server, left)["member_entity_ids"] == ["entity-bob"]


def test_a_group_of_another_writer_is_not_adopted_after_a_lost_request(server: VaultServer, emulator: Running) -> None:
    """The first look-up does not show the other group. The look-up after the lost request does."""
    theirs = server.resource(KIND)
    theirs.up(name="platform", policies=["theirs"])
    absent = {"status": 404, "body": {"errors": []}}
    emulator.fault("status", method="GET", route="/v1/identity/group/name/platform", **absent)
    emulator.fault("drop", method="POST", route=MAKE)
    with pytest.raises(AlreadyExists, match=theirs.id):
        server.resource(KIND, dataclasses.replace(QUICK, settle=0.1)).up(**DECLARED)
    assert shown(server, theirs.id)["policies"] == ["theirs"]


def test_a_reply_without_a_modify_index_causes_no_warning(emulator: Running, caplog: pytest.LogCaptureFixture) -> None:
    emulated = VaultServer(emulator.url)
    team, anna = group(emulated, "team"), entities(emulated, 1)
    emulator.fault("missing_field", field="modify_index", method="GET")
    emulated.resource("vault.IdentityGroupMembers").up(group_id=team, member_entity_ids=anna)
    assert not caplog.text
