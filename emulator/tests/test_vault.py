"""Tests what only the emulated Vault has: initial data, switches and seeds. See also ``conformance``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from roster_emulator import Running
from testkit.ibm import exchange
from testkit.vault import ALIAS, ENTITY, FORBIDDEN, GROUP, UNSUPPORTED_OPERATION, Vault, empty, failed, refused

ALICE, BOB = "entity-alice", "entity-bob"


@pytest.fixture
def login(emulator: Running, stack: ExitStack) -> Callable[[str | None], Vault]:
    """Open a client with a token."""
    return lambda token: stack.enter_context(Vault(emulator.url, token))


@pytest.fixture
def vault(login: Callable[[str | None], Vault]) -> Vault:
    return login("roster-dev")


def test_a_new_emulator_has_two_entities(emulator: Running, vault: Vault) -> None:
    assert vault.data("LIST", f"{ENTITY}/id")["keys"] == [ALICE, BOB]
    for name in (ALICE, BOB):
        assert vault.data("GET", f"{ENTITY}/id/{name}") == vault.data("GET", f"{ENTITY}/name/{name}")
    group_id = vault.group("team-a", member_entity_ids=[BOB, ALICE])
    assert vault.show(group_id)["member_entity_ids"] == [ALICE, BOB]
    emulator.reset()
    assert vault.data("LIST", f"{ENTITY}/id")["keys"] == [ALICE, BOB]
    refused(vault.request("LIST", f"{GROUP}/id"), 404)


def test_a_token_from_the_exchange_of_another_api_is_accepted(
    emulator: Running, login: Callable[[str | None], Vault]
) -> None:
    token = exchange(emulator.url, "some-key").json()["access_token"]
    client = login(token)
    group_id = client.group("team-a")
    lifetime = client.data("GET", "auth/token/lookup-self")["ttl"]
    assert 3590 <= lifetime <= 3600
    emulator.clock(ahead=4000)
    refused(client.get(f"{GROUP}/id/{group_id}"), 403, "permission denied")
    emulator.clock(ahead=0)
    reader = login(exchange(emulator.url, "viewer-key").json()["access_token"])
    assert reader.show(group_id)["name"] == "team-a"
    refused(reader.post(GROUP, json={}), 403, FORBIDDEN)


def test_a_sealed_vault_answers_503_to_everything(
    emulator: Running, vault: Vault, login: Callable[[str | None], Vault]
) -> None:
    group_id = vault.group("team-a")
    calls = [("GET", f"{GROUP}/id/{group_id}"), ("POST", GROUP), ("LIST", f"{GROUP}/id"), ("GET", "nope/x")]
    emulator.switch(vault_sealed=True)
    for client in (vault, login(None), login("wrong")):
        for method, path in calls:
            refused(client.request(method, path), 503, "Vault is sealed")
        assert (client.get("sys/health").status_code, client.get("sys/seal-status").status_code) == (503, 200)
        assert client.get("sys/seal-status").json()["sealed"] is True
    emulator.switch(vault_sealed=False)
    assert vault.show(group_id)["modify_index"] == 1


@pytest.mark.parametrize("enabled", [True, False])
def test_the_rate_limit(emulator: Running, vault: Vault, login: Callable[[str | None], Vault], enabled: bool) -> None:
    emulator.switch(rate_limit=2, rate_window=30, vault_rate_headers=enabled)
    replies = [vault.get(f"{GROUP}/id/absent") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [404, 404, 429]
    refused(replies[2], 429, 'request path "identity/group/id/absent": rate limit quota exceeded')
    limits = [{key: value for key, value in reply.headers.items() if "ratelimit" in key} for reply in replies]
    if enabled:
        assert [headers["x-ratelimit-remaining"] for headers in limits] == ["1", "0", "0"]
        assert {headers["x-ratelimit-limit"] for headers in limits} == {"2"}
        assert 25 <= int(replies[2].headers["retry-after"]) <= 30
        assert replies[2].headers["retry-after"] == limits[2]["x-ratelimit-reset"]
        assert "retry-after" not in replies[0].headers
    else:
        assert limits == [{}, {}, {}]
        assert "retry-after" not in replies[2].headers
    assert login("viewer-other").get(f"{GROUP}/id/absent").status_code == 404
    emulator.clock(ahead=40)
    assert vault.get(f"{GROUP}/id/absent").status_code == 404


def test_a_stale_read(emulator: Running, vault: Vault) -> None:
    vault.group("new")
    emulator.fault("stale", method="GET", route="/v1/identity/group/name/*")
    empty(vault.delete(f"{GROUP}/name/new"))
    assert vault.data("GET", f"{GROUP}/name/new")["name"] == "new"
    refused(vault.get(f"{GROUP}/name/new"), 404)


def test_seed_and_dump(emulator: Running, vault: Vault) -> None:
    made = emulator.seed(
        vault={
            "auth": [{"path": "corp/sso", "type": "oidc", "description": "d"}],
            "entities": [{"name": "carol"}, {"name": "dora", "id": "e-1", "metadata": {"k": "v"}, "policies": ["p"]}],
            "groups": [
                {"name": "low", "policies": ["B", "a"], "member_entity_ids": ["dora", ALICE]},
                {
                    "name": "sso",
                    "type": "external",
                    "member_entity_ids": ["carol"],
                    "alias": {"name": "staff", "auth": "corp/sso"},
                },
                {"name": "top", "metadata": {"k": "v"}, "member_group_ids": ["low", "sso"]},
            ],
        }
    )["vault"]
    low, sso, top = made["groups"]
    assert made["entities"] == ["carol", "e-1"]
    assert vault.show(low)["member_entity_ids"] == ["e-1", ALICE]
    assert vault.show(low)["policies"] == ["B", "a"]
    assert vault.show(sso)["member_entity_ids"] == ["carol"]
    assert vault.show(sso)["alias"]["mount_accessor"] == made["auth"]["corp/sso/"]
    assert vault.show(top)["member_group_ids"] == sorted([low, sso])
    assert vault.data("GET", f"{ENTITY}/name/dora")["metadata"] == {"k": "v"}
    dump = emulator.dump()["vault"]
    assert {row["name"] for row in dump["groups"]} == {"low", "sso", "top"}
    assert [row["name"] for row in dump["group_aliases"]] == ["staff"]


@pytest.fixture
def openbao(emulator: Running, vault: Vault) -> Vault:
    emulator.switch(vault_flavour="openbao")
    return vault


def test_openbao_makes_policies_lower_case(openbao: Vault) -> None:
    group_id = openbao.group("team-a", policies=["B", "a", "A", " c ", "d,e"])
    assert openbao.show(group_id)["policies"] == ["a", "b", "c", "d,e"]
    for policies in (["ROOT"], ["root"], "x,Root"):
        refused(openbao.post(GROUP, json={"policies": policies}), 400, "policies cannot contain root")


def test_openbao_names_and_paths(openbao: Vault) -> None:
    assert openbao.data("POST", GROUP, {})["name"].endswith(".root")
    refused(openbao.get(f"{GROUP}/name/%2E%2E"), 400, "relative paths not supported")
    assert openbao.get("sys/health").json()["version"].startswith("2.")


def test_openbao_has_namespaces(openbao: Vault, login: Callable[[str | None], Vault]) -> None:
    elsewhere = login("roster-dev")
    elsewhere.headers["X-Vault-Namespace"] = "ns1/"
    refused(elsewhere.get(f"{GROUP}/id/x"), 404, "namespace not found")
    made = openbao.data("POST", "sys/namespaces/ns1")
    assert made == {"id": made["id"], "path": "ns1/", "custom_metadata": {}}
    assert openbao.data("GET", "sys/namespaces/ns1") == made
    assert openbao.data("LIST", "sys/namespaces")["keys"] == ["ns1/"]
    assert openbao.data("POST", "sys/namespaces/ns1") == made

    here, there = openbao.group("team-a", policies=["here"]), elsewhere.group("team-a", policies=["there"])
    assert there.endswith(f".{made['id']}")
    assert (elsewhere.show(there)["namespace_id"], openbao.show(here)["namespace_id"]) == (made["id"], "root")
    assert elsewhere.data("LIST", f"{GROUP}/id")["keys"] == [there]
    refused(elsewhere.get(f"{GROUP}/id/{here}"), 404)
    refused(elsewhere.post(f"{GROUP}/id/{here}", json={}), 400, "invalid group ID")
    empty(elsewhere.delete(f"{GROUP}/id/{here}"))
    member = failed(f'invalid member group ID "{here}"')
    refused(elsewhere.post(f"{GROUP}/id/{there}", json={"member_group_ids": [here]}), 500, member)
    entity = failed(f'invalid entity ID "{ALICE}"')
    refused(elsewhere.post(f"{GROUP}/id/{there}", json={"member_entity_ids": [ALICE]}), 500, entity)
    assert openbao.show(here)["policies"] == ["here"]

    for _ in range(2):
        empty(openbao.delete("sys/namespaces/ns1"))
    refused(elsewhere.get(f"{GROUP}/id/{there}"), 404, "namespace not found")
    assert openbao.data("LIST", f"{GROUP}/id")["keys"] == [here]


def test_openbao_keeps_mounts_and_aliases_of_namespaces_apart(
    openbao: Vault, login: Callable[[str | None], Vault]
) -> None:
    openbao.data("POST", "sys/namespaces/ns1")
    elsewhere = login("roster-dev")
    elsewhere.headers["X-Vault-Namespace"] = "ns1"
    accessor = openbao.accessor("corp")
    assert set(elsewhere.data("GET", "sys/auth")) == {"token/"}
    reply = elsewhere.post(ALIAS, json={"name": "staff", "mount_accessor": accessor})
    refused(reply, 400, f'invalid mount accessor "{accessor}"')
    refused(elsewhere.get(ALIAS), 405, UNSUPPORTED_OPERATION)
