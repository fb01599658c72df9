from __future__ import annotations

from typing import Any

import httpx
import pytest

from roster_emulator import Running
from testkit.britive import APP, Tenant, refused
from testkit.ibm import exchange

SHAPES = {"TOKEN": "roster-dev", "Bearer": "{}", "WorkloadToken": "OIDC::{}"}


def ask(url: str, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return httpx.get(f"{url}/api/apps/{APP}", headers=headers, trust_env=False)


@pytest.fixture
def exchanged(emulator: Running) -> str:
    return str(exchange(emulator.url, "some-key").json()["access_token"])


@pytest.mark.parametrize("scheme", SHAPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_token_is_good_under_the_scheme_of_its_shape_only(
    emulator: Running, exchanged: str, scheme: str, shape: str
) -> None:
    reply = ask(emulator.url, f"{scheme} {SHAPES[shape].format(exchanged)}")
    if scheme == shape:
        assert reply.status_code == 200
    else:
        refused(reply, 401, "AU-0018")


@pytest.mark.parametrize("authorization", ["TOKEN nobody", "Bearer " + 60 * "x", "WorkloadToken OIDC::" + 60 * "x"])
def test_the_token_of_nobody_is_invalid(emulator: Running, authorization: str) -> None:
    assert refused(ask(emulator.url, authorization), 401, "AU-0018") == "Invalid API token."


def test_no_token_at_all(emulator: Running) -> None:
    refused(ask(emulator.url, None), 401, "AU-0015")


@pytest.mark.parametrize(
    "token", ["TOKEN viewer-1", f"Bearer viewer-{50 * 'x'}", f"WorkloadToken X::viewer-{50 * 'x'}"]
)
def test_a_viewer_reads_only(emulator: Running, tenant: Tenant, root: str, token: str) -> None:
    scheme, _, value = token.partition(" ")
    environment = tenant.environment(root)["id"]
    writes: list[tuple[str, str, Any]] = [
        ("POST", "root-environment-group/groups", {"name": "g", "parentId": root}),
        ("PATCH", f"root-environment-group/groups/{root}", {"description": "d"}),
        ("DELETE", f"environment-groups/{root}", None),
        ("POST", "root-environment-group/environments", {"name": "e", "parentGroupId": root}),
        ("PATCH", f"environments/{environment}/properties", {"propertyTypes": []}),
        ("DELETE", f"environments/{environment}", None),
        ("POST", f"environments/{environment}/accounts/2800/users", ["user-bob"]),
        ("DELETE", f"environments/{environment}/accounts/2804/users/user-erin", None),
    ]
    with Tenant(emulator.url, value, scheme) as viewer:
        before = viewer.ok("GET", f"/apps/{APP}")
        for method, path, body in writes:
            refused(viewer.request(method, f"/apps/{APP}/{path}", json=body), 403, "E0000")
        assert viewer.ok("GET", f"/apps/{APP}") == before
        assert viewer.ok("GET", f"/apps/{APP}/environments/{environment}/accounts/2800/users") == []


def test_maintenance(emulator: Running, tenant: Tenant) -> None:
    emulator.fault(kind="status", status=503)
    refused(tenant.get(f"/apps/{APP}"), 503, "MAINT0001")


@pytest.mark.parametrize("status", [429, 500])
def test_other_refusals_have_the_usual_body(emulator: Running, tenant: Tenant, status: int) -> None:
    emulator.fault(kind="status", status=status, retry_after=7)
    reply = tenant.get(f"/apps/{APP}")
    refused(reply, status, "E0000")
    assert reply.headers["Retry-After"] == "7"


def test_unknown_paths_and_methods(tenant: Tenant) -> None:
    refused(tenant.get("/nothing"), 404, "E0000")
    refused(tenant.put(f"/apps/{APP}/root-environment-group/groups"), 405, "E0000")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'{"name": 5, "parentId": ""}', b'{"name": " ", "parentId": ""}'])
def test_a_body_that_does_not_fit(tenant: Tenant, body: bytes) -> None:
    refused(tenant.post(f"/apps/{APP}/root-environment-group/groups", content=body), 400, "E1003")
    assert tenant.tree() == ([], [])
