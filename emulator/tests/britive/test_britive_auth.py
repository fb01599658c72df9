from __future__ import annotations

import httpx
import pytest

from roster_emulator import Running
from testkit.britive import APP, Tenant, refused
from testkit.ibm import exchange

SHAPES = {"TOKEN": "roster-dev", "Bearer": "{}", "WorkloadToken": "OIDC::{}"}


def ask(url: str, authorization: str) -> httpx.Response:
    return httpx.get(f"{url}/api/apps/{APP}", headers={"Authorization": authorization}, trust_env=False)


@pytest.fixture
def exchanged(emulator: Running) -> str:
    return str(exchange(emulator.url, "some-key").json()["access_token"])


@pytest.mark.parametrize("scheme", SHAPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_each_form_of_token_needs_its_own_scheme(emulator: Running, exchanged: str, scheme: str, shape: str) -> None:
    reply = ask(emulator.url, f"{scheme} {SHAPES[shape].format(exchanged)}")
    if scheme == shape:
        assert reply.status_code == 200
    else:
        refused(reply, 401, "AU-0018")


@pytest.mark.parametrize("authorization", ["TOKEN nobody", "Bearer " + 60 * "x", "WorkloadToken OIDC::" + 60 * "x"])
def test_an_unknown_token_is_refused_under_each_scheme(emulator: Running, authorization: str) -> None:
    assert refused(ask(emulator.url, authorization), 401, "AU-0018") == "Invalid API token."


def test_health_needs_no_token(emulator: Running) -> None:
    assert httpx.get(f"{emulator.url}/api/health", trust_env=False).json() == {"status": "UP"}
    head = httpx.head(f"{emulator.url}/api/health", trust_env=False)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'{"name": 5, "parentId": ""}', b'{"name": " ", "parentId": ""}'])
def test_an_invalid_body_is_refused(tenant: Tenant, body: bytes) -> None:
    refused(tenant.post(f"/apps/{APP}/root-environment-group/groups", content=body), 400, "E1003")
    assert tenant.tree() == ([], [])
