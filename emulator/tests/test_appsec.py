from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from roster_emulator import Running
from testkit.no_tls import NO_TLS

GROUPS = "/identity-groups"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
FULL = {"name": "Security Team", "description": "Group for AppSec engineers.", "members": ["user-101", "user-102"]}

Login = Callable[[str], httpx.Client]


@pytest.fixture
def login(emulator: Running, stack: ExitStack) -> Login:
    """Open a client with a token."""

    def connect(token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return stack.enter_context(httpx.Client(base_url=emulator.url, headers=headers, trust_env=False, verify=NO_TLS))

    return connect


@pytest.fixture
def appsec(login: Login) -> httpx.Client:
    return login("roster-dev")


def made(appsec: httpx.Client, **fields: Any) -> dict[str, Any]:
    reply = appsec.post(GROUPS, json=fields)
    assert reply.status_code == 201, reply.text
    return dict(reply.json())


def put(appsec: httpx.Client, group_id: str, **fields: Any) -> dict[str, Any]:
    reply = appsec.put(f"{GROUPS}/{group_id}", json=fields)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def refused(reply: httpx.Response, status: int, code: str, message: str | None = None) -> None:
    assert reply.status_code == status, reply.text
    body = reply.json()
    assert set(body) == {"code", "message", "details"}
    assert isinstance(body["details"], dict)
    assert body["code"] == code
    assert message in (None, body["message"])


def token(emulator: Running, **form: str) -> httpx.Response:
    return httpx.post(f"{emulator.url}/oauth/token", data=form, trust_env=False, verify=NO_TLS)


def test_create_answers_with_the_whole_group(appsec: httpx.Client) -> None:
    group = made(appsec, **FULL)
    assert list(group) == ["id", "name", "description", "members", "createdAt", "updatedAt"]
    assert {key: group[key] for key in ("id", *FULL)} == {"id": "group-001", **FULL}
    assert re.fullmatch(TIME, group["createdAt"])
    assert group["updatedAt"] == group["createdAt"]
    assert appsec.get(f"{GROUPS}/group-001").json() == group


def test_only_the_name_is_required(appsec: httpx.Client) -> None:
    group = made(appsec, name="n", id="group-900", createdAt="x", unknown=1)
    assert (group["id"], group["description"], group["members"]) == ("group-001", "", [])


def test_a_list_has_all_groups_in_the_order_of_their_creation(appsec: httpx.Client) -> None:
    assert appsec.get(GROUPS).json() == []
    groups = [made(appsec, name=f"group {number}") for number in range(150)]
    assert [group["id"] for group in groups[::149]] == ["group-001", "group-150"]
    assert appsec.get(GROUPS, params={"limit": 10, "cursor": "x"}).json() == groups


def test_ids_are_never_reused(emulator: Running, appsec: httpx.Client) -> None:
    for expected in ("group-001", "group-002"):
        assert made(appsec, name="n")["id"] == expected
        reply = appsec.delete(f"{GROUPS}/{expected}")
        assert (reply.status_code, reply.content) == (204, b"")
    emulator.reset()
    assert made(appsec, name="n")["id"] == "group-001"


def test_members_keep_their_order_without_duplicates(appsec: httpx.Client) -> None:
    members = ["b@example.com", "A", "a", "b@example.com", " x ", "A"]
    group = made(appsec, name="n", members=members)
    assert group["members"] == ["b@example.com", "A", "a", " x "]
    assert put(appsec, group["id"], name="n", members=["z", "y", "z"])["members"] == ["z", "y"]


def test_names_are_unique_and_case_sensitive(appsec: httpx.Client) -> None:
    made(appsec, name="Team")
    reply = appsec.post(GROUPS, json={"name": "Team", "members": ["x"]})
    refused(reply, 409, "conflict", "Group with the same name exists.")
    assert [made(appsec, name=name)["name"] for name in ("team", "Team ")] == ["team", "Team "]
    assert appsec.get(f"{GROUPS}/group-001").json()["members"] == []


def test_a_put_replaces_the_group(appsec: httpx.Client) -> None:
    group = made(appsec, **FULL)
    changed = put(appsec, group["id"], name="New", description="d", members=["m"])
    assert changed == {**group, "name": "New", "description": "d", "members": ["m"], "updatedAt": changed["updatedAt"]}
    bare = put(appsec, group["id"], name="New")
    assert (bare["description"], bare["members"], bare["createdAt"]) == ("", [], group["createdAt"])


def test_a_put_merges_if_the_switch_says_so(emulator: Running, appsec: httpx.Client) -> None:
    emulator.switch(appsec_put="merge")
    group = made(appsec, **FULL)
    changed = put(appsec, group["id"], name="New")
    assert {**changed, "name": group["name"], "updatedAt": group["updatedAt"]} == group
    assert put(appsec, group["id"], name="New", description="", members=[])["members"] == []
    refused(appsec.put(f"{GROUPS}/{group['id']}", json={"members": ["x"]}), 400, "invalid_request")


def test_each_write_is_later_than_the_last_even_if_the_clock_goes_back(emulator: Running, appsec: httpx.Client) -> None:
    emulator.clock(ahead=1000)
    group = made(appsec, name="n")
    emulator.clock(ahead=0)
    times = [group["updatedAt"]] + [put(appsec, group["id"], name="n")["updatedAt"] for _ in range(20)]
    assert times == sorted(set(times))


@pytest.mark.parametrize(("status", "code"), [(409, "conflict"), (400, "invalid_request")])
def test_another_groups_name_is_refused(emulator: Running, appsec: httpx.Client, status: int, code: str) -> None:
    emulator.switch(appsec_rename_conflict=status)
    made(appsec, name="Taken")
    group = made(appsec, **FULL)
    reply = appsec.put(f"{GROUPS}/{group['id']}", json={"name": "Taken", "members": []})
    refused(reply, status, code, "Group with the same name exists.")
    assert appsec.get(f"{GROUPS}/{group['id']}").json() == group
    assert put(appsec, group["id"], **FULL)["name"] == FULL["name"]


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"name": None}, {"name": 1}, {"name": ""}, {"name": "  "}, {"name": ["a"]}),
        *({"name": "n", "description": None}, {"name": "n", "description": 1}),
        *({"name": "n", "members": None}, {"name": "n", "members": "m"}, {"name": "n", "members": [1]}),
        *({"name": "n", "members": ["ok", ""]}, {"name": "n", "members": [["m"]]}, [], "text", None),
    ],
)
def test_bad_bodies_are_refused(appsec: httpx.Client, body: Any) -> None:
    group = made(appsec, **FULL)
    refused(appsec.post(GROUPS, json=body), 400, "invalid_request")
    refused(appsec.put(f"{GROUPS}/{group['id']}", json=body), 400, "invalid_request")
    assert appsec.get(GROUPS).json() == [group]


def test_the_switch_refuses_unknown_members(emulator: Running, appsec: httpx.Client) -> None:
    emulator.switch(appsec_known_members=["user-101", "user-102"])
    group = made(appsec, **FULL)
    reply = appsec.put(f"{GROUPS}/{group['id']}", json={"name": "n", "members": ["user-101", "user-999"]})
    refused(reply, 400, "invalid_request", "Invalid members")
    assert reply.json()["details"] == {"members": ["user-999"]}
    refused(appsec.post(GROUPS, json={"name": "n", "members": ["user-999"]}), 400, "invalid_request")
    assert appsec.get(GROUPS).json() == [group]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {"name": "n"}), ("DELETE", None)])
def test_an_absent_group_is_404(appsec: httpx.Client, method: str, body: Any) -> None:
    for group_id in ("group-001", "a%2Fb", "GROUP-001"):
        refused(appsec.request(method, f"{GROUPS}/{group_id}", json=body), 404, "not_found", "Group not found.")


def test_credentials_are_exchanged_for_a_token_of_an_hour(emulator: Running, login: Login) -> None:
    reply = token(emulator, grant_type="client_credentials", client_id="ci", client_secret="s3cret")
    assert reply.status_code == 200
    body = reply.json()
    assert (body["token_type"], body["expires_in"], set(body)) == (
        "Bearer",
        3600,
        {"access_token", "token_type", "expires_in"},
    )
    claims = body["access_token"].split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert found["exp"] - found["iat"] == 3600
    assert "s3cret" not in str(found)
    client = login(body["access_token"])
    assert made(client, name="n")["id"] == "group-001"
    emulator.clock(ahead=3700)
    refused(client.get(GROUPS), 401, "unauthorized")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"grant_type": "password", "client_id": "c", "client_secret": "s"}, 400, "invalid_request"),
        ({"client_id": "c", "client_secret": "s"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "c"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_secret": "s"}, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "bad-1", "client_secret": "s"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "c", "client_secret": "bad-1"}, 401, "invalid_client"),
    ],
)
def test_invalid_credentials_are_refused(emulator: Running, form: dict[str, str], status: int, code: str) -> None:
    refused(token(emulator, **form), status, code)


def test_the_rate_limit_counts_all_calls_of_a_token_and_sends_no_headers(
    emulator: Running, appsec: httpx.Client, login: Login
) -> None:
    emulator.switch(rate_limit=3)
    made(appsec, name="n")
    assert [appsec.get(path).status_code for path in (GROUPS, f"{GROUPS}/absent")] == [200, 404]
    reply = appsec.post(GROUPS, json={"name": "other"})
    refused(reply, 429, "rate_limited")
    assert {"retry-after", "x-ratelimit-reset", "x-ratelimit-remaining"}.isdisjoint(reply.headers)
    assert len(login("viewer-1").get(GROUPS).json()) == 1
    emulator.clock(ahead=61)
    assert appsec.get(GROUPS).status_code == 200


def test_of_concurrent_creates_one_succeeds(appsec: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: appsec.post(GROUPS, json={"name": "n"}), range(8)))
    assert sorted(reply.status_code for reply in replies) == [201, *[409] * 7]
