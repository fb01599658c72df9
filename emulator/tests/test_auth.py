from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from roster_emulator import Running, running
from testkit.ibm import ACCOUNT, GRANT, Ibm, exchange, refused

Connect = Callable[[str], Ibm]


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


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


def test_a_token_expires(emulator: Running, connect: Connect) -> None:
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


def test_the_token_exchange_needs_a_form(emulator: Running) -> None:
    body = json.dumps({"grant_type": GRANT, "apikey": "k"})
    assert httpx.post(f"{emulator.url}/identity/token", content=body).status_code == 400
