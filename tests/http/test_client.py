"""Tests what the client sends, transaction ids, the service's clock, and locks."""

from __future__ import annotations

import json as json_module
import threading
from importlib.metadata import version
from typing import Any

import httpx
import pytest

from pulumi_roster.errors import InvalidIdentifier, NotFound, RosterError
from pulumi_roster.http.client import Client, Dialect
from pulumi_roster.http.limits import Limits
from pulumi_roster.ibm.access_group import AccessGroupState
from roster_emulator import Running
from support.client_calls import ACCOUNT, ONCE, Connect, errors
from support.scripted_server import reply, scripted_server

# -- queries, bodies, headers


def test_a_query_is_encoded(connect: Connect) -> None:
    with scripted_server(reply(body={})) as server:
        params = {"a": "x&y=z#?", "b": True, "c": False, "d": None, "e": 5, "f": "ü\n"}
        connect(server.url).get("/x", params=params)
    assert server.got[0].query == "a=x%26y%3Dz%23%3F&b=true&c=false&e=5&f=%C3%BC%0A"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_is_json(method: str, connect: Connect) -> None:
    with scripted_server(reply(body={})) as server:
        connect(server.url).request(method, "/x", json={"name": 'ü"\n', "list": [1, True, None]})
    assert json_module.loads(server.got[0].body) == {"name": 'ü"\n', "list": [1, True, None]}
    assert server.got[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("bad", ["\ud800", float("nan"), float("inf")], ids=["surrogate", "nan", "inf"])
def test_values_that_cannot_be_sent_are_refused(bad: Any, connect: Connect) -> None:
    with scripted_server(reply(body={})) as server:
        with pytest.raises(InvalidIdentifier, match="cannot be sent"):
            connect(server.url).post("/x", json={"name": bad})
        if isinstance(bad, str):
            with pytest.raises(InvalidIdentifier, match="cannot be sent"):
                connect(server.url).get("/x", params={"name": bad})
    assert server.got == []


def test_every_request_has_the_common_headers(connect: Connect) -> None:
    with scripted_server(reply(body={})) as server:
        connect(server.url).get("/x")
    headers = server.got[0].headers
    assert headers["user-agent"] == f"pulumi-roster/{version('pulumi-roster')} httpx/{httpx.__version__}"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"
    assert headers["authorization"] == "Bearer roster-dev"


def test_a_dialect_may_add_headers(connect: Connect) -> None:
    with scripted_server(reply(body={})) as server:
        connect(server.url, dialect=Dialect("Test", errors, headers={"X-Vault-Request": "true"})).get("/x")
    assert server.got[0].headers["x-vault-request"] == "true"
    assert "transaction-id" not in server.got[0].headers


# -- transaction ids


def test_a_reply_and_an_error_have_the_transaction_id_of_their_request(api: Client, emulator: Running) -> None:
    answer = api.get("/v2/groups", params=ACCOUNT)
    with pytest.raises(NotFound) as caught:
        api.get("/v2/groups/{}", "absent")
    first, second = (row["headers"]["transaction-id"] for row in emulator.last_requests())
    assert first != second
    assert first.startswith("roster-")
    assert answer.transaction_id == first
    assert caught.value.transaction_id == second
    assert f"transaction id: {second}" in str(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "truncated"},
        {"kind": "truncated", "how": "json"},
        {"kind": "html"},
        {"kind": "html", "status": 404},
        {"kind": "redirect"},
        {"kind": "missing_field", "field": "id"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503, "body": "<h1>busy</h1>"},
        {"kind": "status", "status": 429},
    ],
    ids=str,
)
def test_every_error_contains_the_transaction_id(fault: dict[str, Any], emulator: Running, connect: Connect) -> None:
    api = connect(emulator.url, ONCE)
    emulator.fault(**fault, route="/v2/groups", times=None)
    with pytest.raises(RosterError) as caught:
        api.post("/v2/groups", params=ACCOUNT, json={"name": "admins"}).parse(AccessGroupState)
    assert caught.value.transaction_id == emulator.last_requests()[0]["headers"]["transaction-id"]
    assert caught.value.transaction_id in str(caught.value)


def test_the_transaction_id_of_the_service_is_preferred(connect: Connect) -> None:
    for body, headers, expected in (
        ({"trace": "theirs"}, {}, "theirs"),
        ({}, {"X-Global-Transaction-Id": "global"}, "global"),
        ({"trace": "two\nlines\x1b[2J"}, {}, "two lines [2J"),
        ([], {}, None),
    ):
        with scripted_server(reply(404, body, headers)) as server:
            with pytest.raises(NotFound) as caught:
                connect(server.url).get("/x")
            assert caught.value.transaction_id == (expected or server.got[0].headers["transaction-id"])


# -- time


def test_the_clock_of_the_service_comes_from_its_replies(connect: Connect) -> None:
    with scripted_server(reply(body={}, headers={"Date": "Fri, 01 Jan 2100 00:00:00 GMT"})) as server:
        api = connect(server.url, Limits(wall_clock=lambda: 1_000.0))
        assert api.now() == 1_000.0
        api.get("/x")
        assert api.now() == 4102444800.0
        server.answer = reply(body={}, headers={"Date": "soon"})
        api.get("/x")
        assert api.now() == 4102444800.0


# -- locks


def test_the_reply_to_an_urgent_write_may_come_later(connect: Connect, emulator: Running) -> None:
    emulator.fault("latency", seconds=0.5)
    reply = connect(emulator.url).post("/v2/groups", json={"name": "a"}, params=ACCOUNT, within=0.1)
    assert reply.status == 201
    assert emulator.total() == 1


def test_threads_take_turns_by_the_name_of_a_lock(connect: Connect) -> None:
    api, inside, most = connect("http://127.0.0.1:1"), [], [0]

    def hold() -> None:
        with api.for_verb().lock("group", "a"):
            inside.append(1)
            most[0] = max(most[0], len(inside))
            inside.pop()

    threads = [threading.Thread(target=hold) for _ in range(8)]
    with api.lock("group", "a"):
        for thread in threads:
            thread.start()
        with api.lock("group", "b"):
            assert inside == []
    for thread in threads:
        thread.join()
    assert most == [1]
