"""Tests the error messages of each API for the requests that the emulator itself refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from roster_emulator import Running
from roster_emulator.application import APIS
from testkit.ibm import exchange
from testkit.no_tls import NO_TLS


class Words(NamedTuple):
    """A collection of an API, how to read its error bodies, and the messages of its refusals."""

    collection: str
    code: Callable[[Any], str]
    no_token: tuple[int, str]
    unknown_token: tuple[int, str]
    viewer: str
    path: str
    method: str
    malformed: str
    throttled: str
    broken: str
    unavailable: str


WORDS = {
    "appsec": Words(
        "/identity-groups",
        lambda body: f"{body['code']}: {body['message']}",
        (401, "unauthorized: Authentication failed."),
        (401, "unauthorized: Authentication failed."),
        "forbidden: Permission denied.",
        "not_found: Group not found.",
        "method_not_allowed: Method not allowed.",
        "invalid_request: Invalid group name or members.",
        "rate_limited: Too many requests.",
        "server_error: Internal server error.",
        "unavailable: Service unavailable.",
    ),
    "britive": Words(
        "/api/apps/app-demo/root-environment-group/groups",
        lambda body: body["errorCode"],
        (401, "AU-0015"),
        (401, "AU-0018"),
        *("E0000", "E0000", "E0000", "E1003", "E0000", "E0000", "MAINT0001"),
    ),
    "ibm": Words(
        "/v2/groups?account_id=acc-demo",
        lambda body: body["errors"][0]["code"],
        (401, "invalid_token"),
        (401, "invalid_token"),
        *("forbidden", "not_found", "method_not_allowed", "invalid_payload"),
        *("too_many_requests", "internal_server_error", "service_unavailable"),
    ),
    "vault": Words(
        "/v1/identity/group",
        lambda body: body["errors"][0],
        (403, "permission denied"),
        (403, "permission denied"),
        "1 error occurred:\n\t* permission denied\n\n",
        "1 error occurred:\n\t* unsupported path\n\n",
        "1 error occurred:\n\t* unsupported operation\n\n",
        "error parsing JSON",
        'request path "identity/group": rate limit quota exceeded',
        "1 error occurred:\n\t* internal error\n\n",
        "Vault is sealed",
    ),
}
UNKNOWN = {
    "appsec": "/identity-groups/x/members",
    "britive": "/api/nothing",
    "ibm": "/v2/groups/",
    "vault": "/v1/identity/nope",
}


@pytest.fixture(params=WORDS)
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(emulator: Running, method: str, path: str, token: str = "roster-dev", **request: Any) -> httpx.Response:
    """Send a request with a token in the headers of all four APIs."""
    scheme = ("TOKEN" if len(token) < 50 else "Bearer") if path.startswith("/api/") else "Bearer"
    headers = {"Authorization": f"{scheme} {token}", "X-Vault-Token": token} if token else {}
    return httpx.request(method, emulator.url + path, headers=headers, trust_env=False, verify=NO_TLS, **request)


def said(api: str, reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, WORDS[api].code(reply.json())


def create(emulator: Running, api: str, token: str = "roster-dev") -> httpx.Response:
    return ask(emulator, "POST", WORDS[api].collection, token, json={"name": "root", "parentId": ""})


def test_a_missing_or_unknown_token_is_refused(emulator: Running, api: str) -> None:
    for path in (WORDS[api].collection, UNKNOWN[api]):
        assert said(api, ask(emulator, "POST", path, "", json={})) == WORDS[api].no_token
        assert said(api, ask(emulator, "POST", path, "nobody", json={})) == WORDS[api].unknown_token


@pytest.mark.parametrize("exchanged", [False, True])
def test_a_viewer_may_not_write(emulator: Running, api: str, exchanged: bool) -> None:
    token = exchange(emulator.url, "viewer-key").json()["access_token"] if exchanged else "viewer-token"
    before = emulator.dump()
    assert said(api, create(emulator, api, token)) == (403, WORDS[api].viewer)
    assert emulator.dump() == before


def test_unknown_paths_and_methods_are_refused(emulator: Running, api: str) -> None:
    assert said(api, ask(emulator, "GET", UNKNOWN[api])) == (404, WORDS[api].path)
    assert said(api, ask(emulator, "DELETE", WORDS[api].collection)) == (405, WORDS[api].method)


@pytest.mark.parametrize("body", [b'{"name": ', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(emulator: Running, api: str, body: bytes) -> None:
    assert said(api, ask(emulator, "POST", WORDS[api].collection, content=body)) == (400, WORDS[api].malformed)


def test_an_injected_status_has_the_words_of_the_api(emulator: Running, api: str) -> None:
    words = WORDS[api]
    for status, text in ((429, words.throttled), (500, words.broken), (503, words.unavailable)):
        emulator.fault("status", status=status, retry_after=7)
        reply = create(emulator, api)
        assert (*said(api, reply), reply.headers["Retry-After"]) == (status, text, "7")
    assert create(emulator, api).is_success


OPEN = {
    *("POST /identity/token", "POST /oauth/token"),
    *("GET /v1/sys/health", "HEAD /v1/sys/health", "GET /v1/sys/seal-status", "GET /v1/sys/init"),
    *("GET /api/health", "HEAD /api/health"),
}
"""The routes that need no token: token exchange and health."""


def test_every_route_needs_a_token_and_every_write_the_right_to_write(emulator: Running) -> None:
    accepted = set[str]()
    for api in APIS:
        for route in api.routes:
            path = re.sub(r"{[^}]*}", "x", route.template)
            replies = [ask(emulator, route.method, path, token, json={}) for token in ("", "nobody")]
            if {reply.status_code for reply in replies}.isdisjoint({401, 403}):
                accepted.add(f"{route.method} {route.template}")
            elif route.changes:
                assert ask(emulator, route.method, path, "viewer-1", json={}).status_code == 403, route
    assert accepted == OPEN
