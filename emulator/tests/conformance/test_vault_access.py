"""Tests tokens, rights, and the first calls of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from testkit.real_vault import MISSING, RealVault, binary
from testkit.vault import FORBIDDEN, GROUP, UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, Vault, empty, refused

Connect = Callable[[str | None], Vault]

CALLS = [("GET", f"{GROUP}/id/absent"), ("POST", GROUP), ("LIST", f"{GROUP}/id"), ("DELETE", f"{GROUP}/name/x")]
ELSEWHERE = [("GET", "nope/x"), ("GET", "identity/nope"), ("GET", "sys/auth"), ("GET", "auth/token/lookup-self")]


@pytest.mark.skipif(binary() is None, reason=MISSING)
def test_there_is_a_real_vault_to_compare_with(shared_vault: RealVault) -> None:
    with Vault(shared_vault.url, shared_vault.token) as client:
        assert client.data("GET", "auth/token/lookup-self")["path"] == "auth/token/create"


@pytest.mark.parametrize("token", [None, "wrong"])
@pytest.mark.parametrize(("method", "path"), CALLS + ELSEWHERE)
def test_a_missing_or_wrong_token_is_refused(connect: Connect, token: str | None, method: str, path: str) -> None:
    refused(connect(token).request(method, path), 403, "permission denied")


@pytest.mark.parametrize(("scheme", "good"), [("Bearer", True), ("bearer", False), ("Basic", False)])
def test_the_token_may_be_a_bearer(address: tuple[str, str], connect: Connect, scheme: str, good: bool) -> None:
    reply = connect(None).get(f"{GROUP}/id/absent", headers={"Authorization": f"{scheme} {address[1]}"})
    assert reply.status_code == (404 if good else 403)


def test_vaults_own_header_wins(address: tuple[str, str], connect: Connect) -> None:
    bearer = {"Authorization": f"Bearer {address[1]}"}
    refused(connect("wrong").get(f"{GROUP}/id/absent", headers=bearer), 403, "permission denied")


def test_a_viewer_may_not_write(vault: Vault, viewer: Vault) -> None:
    group_id = vault.group("team-a")
    assert viewer.show(group_id) == vault.show(group_id)
    assert viewer.data("LIST", f"{GROUP}/id") == vault.data("GET", f"{GROUP}/id?list=true")
    refused(viewer.get(f"{GROUP}/id/absent"), 404)
    refused(viewer.get("identity/nope"), 404, UNSUPPORTED_PATH)
    refused(viewer.get(GROUP), 405, UNSUPPORTED_OPERATION)
    changes: list[tuple[str, str, Any]] = [
        ("POST", GROUP, {"name": "new"}),
        ("POST", f"{GROUP}/id/{group_id}", {}),
        ("PUT", f"{GROUP}/id/absent", {}),
        ("PUT", f"{GROUP}/name/team-a", {"policies": ["p"]}),
        ("POST", "identity/lookup/group", {"id": group_id}),
        ("DELETE", f"{GROUP}/id/{group_id}", None),
        ("DELETE", f"{GROUP}/name/absent", None),
    ]
    for method, path, body in changes:
        refused(viewer.request(method, path, json=body), 403, FORBIDDEN)
    assert vault.show(group_id)["modify_index"] == 1


def test_the_callers_own_token(vault: Vault, viewer: Vault) -> None:
    for client, policies in ((vault, ["root"]), (viewer, ["default", "viewer"])):
        found = client.data("GET", "auth/token/lookup-self")
        assert (found["id"], found["policies"]) == (client.headers["X-Vault-Token"], policies)
    assert vault.data("POST", "auth/token/lookup-self")["policies"] == ["root"]
    refused(viewer.post("auth/token/lookup-self"), 403, FORBIDDEN)


def test_health_and_seal_status_need_no_token(connect: Connect) -> None:
    client = connect(None)
    health = client.get("sys/health").json()
    assert (health["initialized"], health["sealed"], health["standby"]) == (True, False, False)
    head = client.head("sys/health")
    assert (head.status_code, head.content) == (200, b"")
    status = client.get("sys/seal-status").json()
    assert (status["sealed"], status["version"]) == (False, health["version"])
    assert set(health) >= {"cluster_id", "cluster_name", "server_time_utc", "version", "performance_standby"}
    assert client.get("sys/init").json() == {"initialized": True}


def test_auth_methods_are_enabled_and_disabled(vault: Vault) -> None:
    assert vault.data("GET", "sys/auth")["token/"]["type"] == "token"
    empty(vault.post("sys/auth/here/there", json={"type": "approle", "description": "d"}))
    reply = vault.get("sys/auth").json()
    mount = reply["data"]["here/there/"]
    assert (mount["type"], mount["description"], mount["local"]) == ("approle", "d", False)
    assert mount["accessor"].startswith("auth_approle_")
    assert reply["here/there/"] == mount == vault.data("GET", "sys/auth/here/there")
    refused(vault.post("sys/auth/here/there", json={"type": "approle"}), 400, "path is already in use at here/there/")
    empty(vault.delete("sys/auth/here/there"))
    empty(vault.delete("sys/auth/here/there"))
    refused(vault.get("sys/auth/here/there"), 400, "No auth engine at here/there/")
    refused(vault.post("sys/auth/new", json={"type": "bogus"}), 400, "plugin not found in the catalog: bogus")
    refused(vault.post("sys/auth/new", json={}), 400, "backend type must be specified as a string")
    refused(vault.delete("sys/auth/token"), 400, "token credential backend cannot be disabled")


def test_every_vault_has_the_same_secrets_engines(vault: Vault) -> None:
    mounts = vault.data("GET", "sys/mounts")
    assert {name: mounts[name]["type"] for name in ("identity/", "sys/", "cubbyhole/")} == {
        "identity/": "identity",
        "sys/": "system",
        "cubbyhole/": "cubbyhole",
    }


def test_namespaces_are_not_in_the_community_edition(vault: Vault) -> None:
    refused(vault.post("sys/namespaces/ns1"), 404, UNSUPPORTED_PATH)
    refused(vault.request("LIST", "sys/namespaces"), 404, UNSUPPORTED_PATH)


def test_a_connection_stays_usable_after_an_error(address: tuple[str, str], vault: Vault) -> None:
    limits = httpx.Limits(max_connections=1)
    headers = {"X-Vault-Token": address[1]}
    with httpx.Client(base_url=f"{address[0]}/v1/", headers=headers, limits=limits, trust_env=False) as client:
        refused(client.post(GROUP, content=b"{bad"), 400, "error parsing JSON")
        assert client.head(GROUP).status_code == 405
        assert client.post(GROUP, json={"name": "team-a"}).status_code == 200
        empty(client.post(GROUP, json={"name": "team-a"}))
        assert client.get(f"{GROUP}/name/team-a").status_code == 200
