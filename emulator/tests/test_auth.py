from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from roster_emulator import Running, running
from testkit.ibm import ACCOUNT, ASSUME, COMPUTE_RESOURCE, GRANT, Ibm, exchange, refused

Connect = Callable[[str], Ibm]


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def posted(emulator: Running, **form: str) -> httpx.Response:
    return httpx.post(f"{emulator.url}/identity/token", data=form, trust_env=False)


def test_a_key_is_exchanged_for_a_token_that_works(emulator: Running, connect: Connect) -> None:
    reply = exchange(emulator.url, "canary-key")
    assert reply.status_code == 200
    answer = reply.json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    found = claims(answer["access_token"])
    assert found["exp"] - found["iat"] == 3600 == answer["expiration"] - found["iat"]
    assert found["iam_id"].startswith("IBMid-")
    assert "canary" not in str(found)
    assert found["account"]["bss"] == ACCOUNT
    group = connect(answer["access_token"]).group()
    assert group["created_by_id"] == found["iam_id"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        *(({"data": {"grant_type": GRANT, "apikey": key}}, "BXNIM0415E") for key in ("bad-key", "", "  ")),
        ({"data": {"grant_type": "password", "apikey": "k"}}, "BXNIM0111E"),
        ({"json": {"grant_type": GRANT, "apikey": "k"}}, "BXNIM0111E"),
    ],
)
def test_invalid_exchanges_are_refused(emulator: Running, sent: dict[str, Any], code: str) -> None:
    reply = httpx.post(f"{emulator.url}/identity/token", **sent)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)


PROFILES = [
    ({"profile_id": "Profile-1"}, "iam-Profile-1"),
    ({"profile_crn": "crn:v1:bluemix:public:iam-identity::a/acc-demo::profile:Profile-1"}, "iam-Profile-1"),
    ({"profile_name": "pipeline", "account": "acc-other"}, "iam-Profile-pipeline"),
]


@pytest.mark.parametrize(("profile", "iam_id"), PROFILES)
def test_the_owner_of_a_token_assumes_a_profile(
    emulator: Running, connect: Connect, profile: dict[str, str], iam_id: str
) -> None:
    owner = exchange(emulator.url, "viewer-key").json()["access_token"]
    token = posted(emulator, grant_type=ASSUME, access_token=owner, **profile).json()["access_token"]
    found = claims(token)
    assert (found["iam_id"], found["authn"]["iam_id"]) == (iam_id, claims(owner)["iam_id"])
    assert found["account"]["bss"] == profile.get("account", ACCOUNT)
    assert connect(token).group()["created_by_id"] == iam_id


@pytest.mark.parametrize(("profile", "iam_id"), [*PROFILES, ({"profile_name": "pipeline"}, "iam-Profile-pipeline")])
def test_a_compute_resource_acts_as_a_profile(
    emulator: Running, connect: Connect, profile: dict[str, str], iam_id: str
) -> None:
    token = posted(emulator, grant_type=COMPUTE_RESOURCE, cr_token="of-a-pod", **profile).json()["access_token"]
    assert connect(token).group()["created_by_id"] == iam_id


def test_a_profile_may_have_fewer_rights_than_the_owner_of_the_token(emulator: Running, connect: Connect) -> None:
    answer = posted(emulator, grant_type=ASSUME, access_token="roster-dev", profile_id="Profile-viewer-1").json()
    refused(connect(answer["access_token"]).post("/v2/groups?account_id=a", json={"name": "n"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"access_token": "nobody", "profile_id": "Profile-1"}, "BXNIM0407E"),
        ({"profile_id": "Profile-1"}, "BXNIM0407E"),
        ({"access_token": "roster-dev"}, "BXNIM0109E"),
        ({"access_token": "roster-dev", "profile_id": "Profile-1", "profile_name": "n", "account": "a"}, "BXNIM0109E"),
        ({"access_token": "roster-dev", "profile_name": "pipeline"}, "BXNIM0109E"),
        ({"access_token": "roster-dev", "profile_id": "Profile-bad-1"}, "BXNIM0398E"),
        ({"access_token": "roster-dev", "profile_name": "bad-one", "account": "a"}, "BXNIM0398E"),
        ({"access_token": "{profile}", "profile_id": "Profile-1"}, "BXNIM0398E"),
        ({"grant_type": COMPUTE_RESOURCE, "cr_token": "bad-pod", "profile_id": "Profile-1"}, "BXNIM0407E"),
        ({"grant_type": COMPUTE_RESOURCE, "cr_token": "of-a-pod"}, "BXNIM0109E"),
        ({"grant_type": COMPUTE_RESOURCE, "cr_token": "of-a-pod", "profile_id": "Profile-bad-1"}, "BXNIM0398E"),
    ],
)
def test_a_profile_that_cannot_be_assumed_is_refused(emulator: Running, form: dict[str, str], code: str) -> None:
    if form.get("access_token") == "{profile}":
        of_profile = posted(emulator, grant_type=ASSUME, access_token="roster-dev", profile_id="Profile-2")
        form = {**form, "access_token": of_profile.json()["access_token"]}
    reply = posted(emulator, **{"grant_type": ASSUME, **form})
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)


@pytest.mark.parametrize("lifetime", [3600, 60])
def test_a_token_expires(emulator: Running, connect: Connect, lifetime: int) -> None:
    emulator.switch(token_lifetime=lifetime)
    answer = exchange(emulator.url, "k").json()
    api = connect(answer["access_token"])
    assert (answer["expires_in"], api.names()) == (lifetime, [])
    emulator.clock(ahead=lifetime)
    refused(api.get("/v2/groups?account_id=a"), 401, "invalid_token")


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
