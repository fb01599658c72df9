from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from roster_emulator import Running, running
from testkit.ibm import ACCOUNT, GRANT, Ibm, client, exchange, refused

Connect = Callable[[str], Ibm]
FORBIDDEN = (
    "Forbidden: You don't have the required access to complete this action. Contact your account owner for access"
)


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic roster-dev"}])
def test_a_missing_or_unknown_token_is_refused(emulator: Running, header: dict[str, str]) -> None:
    reply = httpx.get(f"{emulator.url}/v2/groups?account_id=acc-demo", headers=header)
    refused(reply, 401, "invalid_token", "The token is either missing or invalid")


OPEN = {
    *("POST /identity/token", "POST /oauth/token"),
    *("GET /v1/sys/health", "HEAD /v1/sys/health", "GET /v1/sys/seal-status", "GET /v1/sys/init"),
}
"""What needs no token: to get one, and whether the service is well."""


def test_every_route_of_every_api_asks_for_a_token(emulator: Running) -> None:
    taken, turned_away = set[str](), set[str]()
    with client(emulator.url, "") as api:
        for route in (route for each in emulator.application.apis for route in each.routes):
            name = f"{route.method} {route.template}"
            path = re.sub(r"{[^}]*}", "x", route.template)
            for token in (
                {},
                {"Authorization": "Bearer nobody"},
                {"Authorization": "TOKEN nobody", "X-Vault-Token": "nobody"},
            ):
                reply = api.request(route.method, path, headers={"Authorization": "", **token}, json={})
                (turned_away if reply.status_code in (401, 403) else taken).add(name)
    assert taken == OPEN
    assert len(turned_away) > 70


def test_a_key_is_exchanged_for_a_token_that_works(emulator: Running, connect: Connect) -> None:
    reply = exchange(emulator.url, "some-key")
    assert reply.status_code == 200
    answer = reply.json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    found = claims(answer["access_token"])
    assert found["exp"] - found["iat"] == 3600 == answer["expiration"] - found["iat"]
    assert found["iam_id"].startswith("IBMid-")
    assert found["account"]["bss"] == ACCOUNT
    group = connect(answer["access_token"]).group()
    assert group["created_by_id"] == found["iam_id"]


def test_the_key_is_not_in_the_token(emulator: Running) -> None:
    assert "canary" not in json.dumps(claims(exchange(emulator.url, "canary-key").json()["access_token"]))


@pytest.mark.parametrize("key", ["bad-key", "", "  "])
def test_an_unknown_key_is_refused(emulator: Running, key: str) -> None:
    reply = exchange(emulator.url, key)
    assert reply.status_code == 400
    assert reply.json()["errorCode"] == "BXNIM0415E"
    assert reply.json()["errorMessage"] == "Provided API key could not be found."


def test_another_grant_type_is_refused(emulator: Running) -> None:
    reply = httpx.post(f"{emulator.url}/identity/token", data={"grant_type": "password", "apikey": "k"})
    assert reply.status_code == 400
    assert reply.json()["errorCode"] != "BXNIM0415E"


@pytest.mark.parametrize("exchanged", [False, True])
def test_a_viewer_reads_and_does_not_write(emulator: Running, connect: Connect, ibm: Ibm, exchanged: bool) -> None:
    group = ibm.group()
    token = exchange(emulator.url, "viewer-key").json()["access_token"] if exchanged else "viewer-token"
    viewer = connect(token)
    assert viewer.names() == ["admins"]
    refused(viewer.delete(f"/v2/groups/{group['id']}"), 403, "forbidden", FORBIDDEN)
    assert ibm.names() == ["admins"]


def test_a_token_ends(emulator: Running, connect: Connect) -> None:
    api = connect(exchange(emulator.url, "k").json()["access_token"])
    emulator.clock(ahead=3590)
    assert api.names() == []
    emulator.clock(ahead=3600)
    refused(api.get("/v2/groups?account_id=a"), 401, "invalid_token")


def test_the_lifetime_is_a_switch(emulator: Running) -> None:
    emulator.switch(token_lifetime=60)
    assert exchange(emulator.url, "k").json()["expires_in"] == 60


def test_tokens_can_be_revoked(emulator: Running, connect: Connect) -> None:
    first, second = (exchange(emulator.url, "k").json()["access_token"] for _ in range(2))
    emulator.revoke(first)
    assert connect(first).get("/v2/groups?account_id=a").status_code == 401
    assert connect(second).names() == []
    emulator.revoke()
    assert connect(second).get("/v2/groups?account_id=a").status_code == 401
    third = exchange(emulator.url, "k").json()["access_token"]
    assert connect(third).names() == []
    assert connect("roster-dev").names() == []


def test_a_token_of_another_emulator_is_refused(connect: Connect) -> None:
    with running() as other:
        token = exchange(other.url, "k").json()["access_token"]
    assert connect(token).get("/v2/groups?account_id=a").status_code == 401


def test_a_changed_token_is_refused(emulator: Running, connect: Connect) -> None:
    head, body, signature = exchange(emulator.url, "viewer-k").json()["access_token"].split(".")
    forged = {**claims(f"{head}.{body}."), "role": "editor"}
    body = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    assert connect(f"{head}.{body}.{signature}").get("/v2/groups?account_id=a").status_code == 401


def test_the_form_must_be_a_form(emulator: Running) -> None:
    body = json.dumps({"grant_type": GRANT, "apikey": "k"})
    assert httpx.post(f"{emulator.url}/identity/token", content=body).status_code == 400
