"""Tests how replies are read: as JSON, as models, and only up to the size limit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_roster.errors import UnexpectedReply
from pulumi_roster.http.limits import Limits
from pulumi_roster.ibm.access_group import AccessGroupState
from support.client_calls import Answering, Connect
from support.scripted_server import reply, scripted_server


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "expected a JSON object"),
        (b"[]", "expected a JSON object"),
        (b"null", "expected a JSON object"),
        (b"<html>Bad gateway</html>", "not JSON .*Bad gateway"),
        (b'{"id": "AccessGr', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"   ", "not JSON"),
        (b"[" * 100_000, "not JSON|too deeply"),
        (b'{"id":' + b"[" * 150 + b"]" * 150 + b"}", "too deeply"),
        (b'{"id": "g", "name": "n"}', "account_id: Field required"),
        (b'{"id": 5, "name": "n", "account_id": "a"}', "id: Input should be a valid string"),
        (b'{"id": "g", "name": [], "account_id": "a"}', "name: Input should be a valid string"),
    ],
)
def test_a_malformed_reply_is_an_error_with_the_reason(body: bytes, why: str, answering: Answering) -> None:
    api, requests = answering(httpx.Response(200, content=body))
    with pytest.raises(UnexpectedReply, match=why) as caught:
        api.get("/x").parse(AccessGroupState)
    assert caught.value.transaction_id == requests[0].headers["transaction-id"]
    assert len(str(caught.value)) < 700


def test_fields_that_only_the_path_contains_can_be_added(answering: Answering) -> None:
    api, _ = answering(httpx.Response(200, json={"id": "g", "name": "n"}))
    assert api.get("/x").parse(AccessGroupState, account_id="a").account_id == "a"


def test_a_row_must_be_an_object(answering: Answering) -> None:
    api, _ = answering(httpx.Response(200, json={}))
    with pytest.raises(UnexpectedReply, match="list of JSON objects"):
        api.get("/x").parse_row(AccessGroupState, "row")


NOT_LISTED: list[Any] = [{}, {"rules": {}}, {"rules": "r"}, {"rules": ["r"]}, {"rules": [None]}, []]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ({"rules": []}, []),
        ({"rules": None}, []),
        ({"rules": [{"id": "r"}]}, [{"id": "r"}]),
        *((body, None) for body in NOT_LISTED),
    ],
    ids=str,
)
def test_a_missing_list_is_not_an_empty_list(body: Any, rows: list[Any] | None, answering: Answering) -> None:
    api, _ = answering(httpx.Response(200, json=body))
    if rows is not None:
        assert api.get("/x").listed("rules") == rows
        return
    with pytest.raises(UnexpectedReply):
        api.get("/x").listed("rules")


def test_an_empty_body_is_none(answering: Answering) -> None:
    api, _ = answering(httpx.Response(204))
    answer = api.delete("/x")
    assert (answer.status, answer.json()) == (204, None)


def test_a_huge_reply_is_not_read_completely(connect: Connect) -> None:
    with (
        scripted_server(reply(body=b'"' + b"x" * 3_000_000 + b'"')) as server,
        pytest.raises(UnexpectedReply, match="larger than 1000000 bytes"),
    ):
        connect(server.url, Limits(largest_reply=1_000_000)).get("/x")
    assert len(server.got) == 1
