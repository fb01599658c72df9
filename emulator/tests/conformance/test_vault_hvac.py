"""Runs every call of the official Python client that the emulator serves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import hvac
import pytest
import requests
from hvac import exceptions
from hvac.api.secrets_engines.identity import Identity

from testkit.vault import Vault

COVERED = {name for name in vars(Identity) if "group" in name or "entity" in name or "entities" in name} - {
    # Not emulated: calls that concern entities only.
    *("create_or_update_entity_alias", "read_entity_alias", "update_entity_alias", "delete_entity_alias"),
    *("list_entity_aliases", "merge_entities"),
    "validate_member_id_params_for_group_type",
}


class Driven:
    """The client's identity calls, with a record of the calls that a test made."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.made: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.made.add(name)
        return getattr(self._identity, name)


@pytest.fixture(params=[False, True], ids=["LIST", "strict-http"])
def client(request: pytest.FixtureRequest, address: tuple[str, str]) -> Iterator[hvac.Client]:
    made = hvac.Client(url=address[0], token=address[1], strict_http=request.param)
    yield made
    made.adapter.close()


def done(reply: Any) -> None:
    """Assert a reply without a body, for which the client returns the response itself."""
    assert isinstance(reply, requests.Response)
    assert (reply.status_code, reply.content) == (204, b"")


def data(reply: Any) -> dict[str, Any]:
    assert isinstance(reply, dict)
    return dict(reply["data"])


def accessor(client: hvac.Client) -> str:
    with suppress(exceptions.InvalidRequest):
        client.sys.enable_auth_method("userpass", path="corp")
    return str(client.sys.list_auth_methods()["data"]["corp/"]["accessor"])


def entities(identity: Any) -> tuple[str, str]:
    alice = data(identity.create_or_update_entity("alice", metadata={"k": "v"}, policies=["p"]))["id"]
    bob = data(identity.create_or_update_entity_by_name("bob", disabled=True))["id"]
    done(identity.create_or_update_entity("alice", entity_id=alice, policies=["q"]))
    done(identity.update_entity(bob, name="bob", metadata={"a": "b"}, disabled=False))
    assert data(identity.read_entity(alice))["policies"] == ["q"]
    assert data(identity.read_entity_by_name("BOB"))["metadata"] == {"a": "b"}
    assert sorted(data(identity.list_entities())["keys"]) == sorted([alice, bob])
    assert sorted(data(identity.list_entities_by_name())["keys"]) == ["alice", "bob"]
    assert data(identity.lookup_entity(name="alice"))["id"] == alice
    done(identity.lookup_entity(entity_id="absent"))
    return alice, bob


def groups(identity: Any, alice: str, bob: str) -> str:
    child = data(identity.create_or_update_group_by_name("child", member_entity_ids=[alice]))["id"]
    group = data(
        identity.create_or_update_group(
            "g 1/x", metadata={"k": "v"}, policies=["a"], member_entity_ids=[alice, bob], member_group_ids=[child]
        )
    )["id"]
    read = data(identity.read_group(group))
    assert (read["member_entity_ids"], read["member_group_ids"]) == (sorted([alice, bob]), [child])
    assert data(identity.read_group_by_name("g 1/x")) == read == data(identity.lookup_group(group_id=group))
    done(identity.create_or_update_group_by_name("g 1/x", policies=["b"]))
    assert data(identity.read_group(group))["member_group_ids"] == [child]
    # The client sends null for absent lists, and null clears a list.
    done(identity.update_group(group, name="g 1/x", policies=[]))
    read = data(identity.read_group(group))
    assert (read["member_entity_ids"], read["member_group_ids"], read["policies"]) == ([], None, [])
    done(identity.create_or_update_group("g2", group_id=group, member_entity_ids=[bob]))
    assert data(identity.lookup_group(name="G2"))["member_entity_ids"] == [bob]
    assert sorted(data(identity.list_groups())["keys"]) == sorted([group, child])
    assert sorted(data(identity.list_groups_by_name())["keys"]) == ["child", "g2"]
    done(identity.delete_group(child))
    done(identity.delete_group_by_name("g2"))
    return str(group)


def aliases(identity: Any, mount: str) -> None:
    group = data(identity.create_or_update_group("external", group_type="external"))["id"]
    alias = data(identity.create_or_update_group_alias("staff", mount_accessor=mount, canonical_id=group))["id"]
    assert data(identity.read_group_alias(alias))["canonical_id"] == group
    renamed = identity.update_group_alias(alias, "crew", mount_accessor=mount, canonical_id=group)
    assert data(renamed) == {"id": alias, "canonical_id": group}
    done(identity.create_or_update_group_alias("crew", alias_id=alias, mount_accessor=mount, canonical_id=group))
    assert data(identity.list_group_aliases())["keys"] == [alias]
    for asked in ({"alias_id": alias}, {"alias_name": "crew", "alias_mount_accessor": mount}):
        assert data(identity.lookup_group(**asked))["id"] == group
    done(identity.delete_group_alias(alias))


def test_every_identity_call(vault: Vault, client: hvac.Client) -> None:
    identity: Any = Driven(client.secrets.identity)
    alice, bob = entities(identity)
    group = groups(identity, alice, bob)
    aliases(identity, accessor(client))
    done(identity.delete_entity(alice))
    done(identity.delete_entity_by_name("bob"))
    with pytest.raises(exceptions.InvalidPath) as caught:
        identity.read_group(group)
    assert caught.value.errors == []
    assert identity.made == COVERED


def test_the_client_leaves_members_of_external_groups_out(
    vault: Vault, client: hvac.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        made = client.secrets.identity.create_or_update_group("e", group_type="external", member_entity_ids=["x"])
    assert "member entities can't be set manually for external groups" in caplog.text
    assert data(client.secrets.identity.read_group(data(made)["id"]))["type"] == "external"


def test_refusals_become_the_clients_own_errors(vault: Vault, client: hvac.Client) -> None:
    identity = client.secrets.identity
    with pytest.raises(exceptions.InvalidRequest, match="policies cannot contain root"):
        identity.create_or_update_group("g", policies=["root"])
    with pytest.raises(exceptions.InternalServerError, match="invalid entity ID"):
        identity.create_or_update_group("g", member_entity_ids=["bad"])
    with pytest.raises(exceptions.InvalidPath) as caught:
        identity.list_groups()
    assert caught.value.errors == []
    client.token = "wrong"
    with pytest.raises(exceptions.Forbidden, match="permission denied"):
        identity.list_groups()
    assert not client.is_authenticated()


def test_the_clients_system_calls(client: hvac.Client) -> None:
    assert client.is_authenticated()
    assert data(client.lookup_token())["policies"] == ["root"]
    assert client.sys.is_initialized()
    assert not client.sys.is_sealed()
    assert client.sys.read_health_status().status_code == 200
    health: Any = client.sys.read_health_status(method="GET")
    assert health["sealed"] is False
    assert "identity/" in data(client.sys.list_mounted_secrets_engines())
    accessor(client)
    done(client.sys.disable_auth_method("corp"))
