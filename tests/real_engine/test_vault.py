"""Runs Vault resources with the real engine, and the first test also with a real Vault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.program import Program
from support.vault_api import VaultServer, change, entities, group, named, remove, shown
from testkit.real_vault import real_vault

DECLARED = """
vault = roster.vault
inner = vault.IdentityGroup("inner", name="inner", policies=[], member_entity_ids=["{anna}"])
team = vault.IdentityGroup("team", name="{name}", type="{type}", policies={policies}, metadata={{"owner": "platform"}})
outer = vault.IdentityGroup("outer", name="outer", policies=["all"], member_group_ids=[team.id])
if "{type}" == "internal":
    vault.IdentityGroupMembers(
        "members", group_id=team.id, member_entity_ids=["{anna}"], member_group_ids=[inner.id], exclusive=False
    )
pulumi.export("team", team.id)
"""


@pytest.fixture(params=["emulator", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[VaultServer]:
    if request.param == "emulator":
        yield VaultServer(request.getfixturevalue("emulator").url)
    else:
        with real_vault() as real:
            yield VaultServer(real.url, real.token)


@pytest.fixture
def program(tmp_path: Path, server: VaultServer) -> Program:
    made = Program(tmp_path / "project", server.url)
    del made.environment["ROSTER_EMULATOR"]
    made.environment |= {"VAULT_ADDR": server.url, "VAULT_TOKEN": server.token, "ROSTER_QUIET_SECONDS": "0.3"}
    return made


def declared(anna: str, name: str = "team", type: str = "internal", policies: str = "['deploy', 'Read']") -> str:
    return DECLARED.format(anna=anna, name=name, type=type, policies=policies)


def test_groups_are_created_renamed_replaced_and_destroyed(program: Program, server: VaultServer) -> None:
    anna, _ = entities(server)
    program.write(declared(anna))
    program.up()
    first = named(server)
    assert set(first) == {"inner", "team", "outer"}
    assert shown(server, first["team"])["member_group_ids"] == [first["inner"]]
    assert shown(server, first["outer"])["member_group_ids"] == [first["team"]]
    program.up("--refresh", "--expect-no-changes")

    program.write(declared(anna, name="platform"))
    assert list(program.up().steps) == [("update", "team")]
    assert named(server)["platform"] == first["team"]

    # A new type with the same name: the old group is deleted first, and its dependents are updated.
    program.write(declared(anna, name="platform", type="external"))
    done = [step for step in program.up().steps if step[1] == "team"]
    assert done.index(("delete-replaced", "team")) < done.index(("create-replacement", "team"))
    team = named(server)["platform"]
    assert team != first["team"]
    assert shown(server, team)["type"] == "external"
    assert shown(server, first["outer"])["member_group_ids"] == [team]
    program.destroy()
    assert named(server) == {}


@pytest.mark.parametrize("server", ["emulator"], indirect=True)
def test_drift_is_repaired_and_deleted_groups_are_created_again(program: Program, server: VaultServer) -> None:
    anna, bert = entities(server)
    program.write(declared(anna))
    assert len(program.preview().steps) == 4
    assert named(server) == {}, "a preview must create nothing"
    program.up()
    first = named(server)
    change(server, first["team"], policies=["more"], member_entity_ids=[bert])
    change(server, first["inner"], member_entity_ids=[])
    steps = {step for step in program.up("--refresh").steps if step[0] != "refresh"}
    assert steps == {("update", "team"), ("update", "members"), ("update", "inner")}
    assert shown(server, first["team"])["policies"] == ["Read", "deploy"]
    assert shown(server, first["team"])["member_entity_ids"] == sorted([anna, bert]), "an unmanaged member must stay"
    assert shown(server, first["inner"])["member_entity_ids"] == [anna]

    remove(server, first["outer"])
    remove(server, first["inner"])
    program.up("--refresh")
    again = named(server)
    assert again.keys() == first.keys()
    assert again["team"] == first["team"]
    assert shown(server, again["team"])["member_group_ids"] == [again["inner"]]
    program.destroy()
    assert named(server) == {}


@pytest.mark.parametrize("server", ["emulator"], indirect=True)
def test_an_existing_group_and_an_invalid_id_are_errors_of_a_few_lines(program: Program, server: VaultServer) -> None:
    theirs = group(server, "Team", policies=["theirs"])
    program.write(declared("entity-nobody"))
    message = program.up(code=1).out
    assert f"already exists as {theirs}" in message
    assert "adopt=True" in message
    assert 'invalid entity ID "entity-nobody"' in message
    assert "Traceback" not in message
    assert named(server) == {"Team": theirs}, "a failed creation must leave nothing"
    program.write("roster.vault.IdentityGroup('a', name='a', type='external', policies=['ok', 'Root'])")
    message = program.preview(code=1).out
    assert "policies[1]" in message
    assert "must not be root, the policy that no group can have, got 'Root'" in message


@pytest.mark.parametrize("server", ["emulator"], indirect=True)
def test_a_program_can_look_up_a_group_and_add_members_to_it_without_managing_it(
    program: Program, server: VaultServer
) -> None:
    theirs = group(server, "Theirs", policies=["p"], member_entity_ids=["entity-alice"])
    program.write("""
        found = roster.vault.get_identity_group(name="theirs")
        read = roster.vault.IdentityGroup.get("read", found.id)
        roster.vault.IdentityGroupMembers("ours", group_id=read.id, member_entity_ids=["entity-bob"], exclusive=False)
        pulumi.export("all", {"found": found.policies, "read": read.policies, "id": read.id})
    """)
    program.up()
    outputs = json.loads(program.pulumi("stack", "output", "all", "--json").out)
    assert outputs == {"found": ["p"], "read": ["p"], "id": theirs}
    assert shown(server, theirs)["member_entity_ids"] == ["entity-alice", "entity-bob"]
    program.destroy()
    assert shown(server, theirs)["member_entity_ids"] == ["entity-alice"]
