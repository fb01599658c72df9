"""Tests the look-ups of Vault's identity groups."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulumi_roster import vault as roster_vault
from pulumi_roster.errors import Forbidden, InvalidArguments, InvalidIdentifier, NotFound, SettingsError
from roster_emulator import Running
from support.vault_api import VaultServer, change, entities, group, vault

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def _program(request: pytest.FixtureRequest, program_config: Configure) -> None:
    if "server" in request.fixturenames:
        server: VaultServer = request.getfixturevalue("server")
        program_config(vaultAddress=server.url, vaultToken=server.token)


def test_a_group_is_found_by_id_and_by_name(server: VaultServer) -> None:
    [anna] = entities(server, 1)
    there = group(server, "Platform / one", policies=["p"], metadata={"a": "b"}, member_entity_ids=[anna])
    outer = group(server, member_group_ids=[there])
    for found in (
        roster_vault.get_identity_group(id=there),
        roster_vault.get_identity_group(name="platform / ONE"),
    ):
        assert (found.id, found.name, found.type) == (there, "Platform / one", "internal")
        assert (found.policies, found.metadata, found.member_entity_ids) == (["p"], {"a": "b"}, [anna])
        assert (found.member_group_ids, found.parent_group_ids) == ([], [outer])
        assert found.creation_time
        assert found.namespace_id == "root"


def test_a_missing_group_or_an_ambiguous_lookup_is_an_error(server: VaultServer) -> None:
    with pytest.raises(NotFound):
        roster_vault.get_identity_group(id="absent")
    with pytest.raises(NotFound):
        roster_vault.get_identity_group(name="absent")
    with pytest.raises(InvalidArguments):
        roster_vault.get_identity_group()
    with pytest.raises(InvalidArguments):
        roster_vault.get_identity_group(id="a", name="a")
    with pytest.raises(InvalidIdentifier):
        roster_vault.get_identity_group(name="..")


def test_a_listing_is_complete_and_sorted_by_name(server: VaultServer) -> None:
    assert roster_vault.list_identity_groups() == []
    names = [f"team-{number:02}" for number in range(30)]
    for name in reversed(names):
        group(server, name, policies=[name])
    group(server, "Zebra", type="external")
    found = roster_vault.list_identity_groups()
    assert [row.name for row in found] == ["Zebra", *names]
    assert found[-1].policies == ["team-29"]
    assert [row.name for row in roster_vault.list_identity_groups(name_prefix="TEAM-1")] == names[10:20]


def test_a_lookup_of_an_external_group_returns_its_members(emulator: Running, program_config: Configure) -> None:
    program_config(emulator=emulator.url)
    data = {"name": "sso", "type": "external", "member_entity_ids": ["entity-alice"]}
    emulator.seed(vault={"groups": [data]})
    assert roster_vault.get_identity_group(name="sso").member_entity_ids == ["entity-alice"]


def test_an_external_group_has_its_alias(server: VaultServer) -> None:
    there = group(server, "sso", type="external")
    assert roster_vault.get_identity_group(id=there).alias is None
    accessor = vault(server, lambda client: client.accessor("people"))
    alias = {"name": "engineers", "mount_accessor": accessor, "canonical_id": there}
    made = vault(server, lambda client: client.data("POST", "identity/group-alias", alias))
    found = roster_vault.get_identity_group(id=there)
    assert found.alias is not None
    assert (found.alias.id, found.alias.name, found.alias.mount_accessor) == (made["id"], "engineers", accessor)
    assert found.alias.canonical_id == found.id
    assert found.modify_index > 0


def test_a_group_deleted_during_the_listing_is_omitted(emulator: Running, program_config: Configure) -> None:
    program_config(emulator=emulator.url)
    server = VaultServer(emulator.url)
    group(server, "one")
    emulator.fault("status", method="GET", route="/v1/identity/group/id/{id}", status=404, body={"errors": []})
    assert roster_vault.list_identity_groups() == []


def test_a_lookup_uses_the_named_connection(emulator: Running, program_config: Configure) -> None:
    program_config(
        emulator=emulator.url,
        connections={
            "viewer": {"vaultAddress": emulator.url, "vaultToken": "viewer-1"},
            "outsider": {"vaultAddress": emulator.url, "vaultToken": "wrong"},
        },
    )
    there = group(VaultServer(emulator.url), "one")
    change(VaultServer(emulator.url), there, policies=["p"])
    assert roster_vault.get_identity_group(name="one", connection="viewer").id == there
    with pytest.raises(Forbidden):
        roster_vault.list_identity_groups(connection="outsider")
    with pytest.raises(SettingsError):
        roster_vault.list_identity_groups(connection="absent")
