"""Tests edits, which send the revision that they have read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_roster.errors import PreconditionFailed, UnexpectedReply
from pulumi_roster.http.client import Client
from roster_emulator import Running
from support.client_calls import Answering, group, sent


def rename(name: str) -> Callable[[Any], Any]:
    return lambda read: {**{key: read.fields()[key] for key in ("name", "description")}, "name": name}


def test_an_edit_sends_the_revision_that_it_read(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.clear_requests()
    assert api.edit("PATCH", "/v2/groups/{}", made, body=rename("ops")).fields()["name"] == "ops"
    read, write = emulator.last_requests()
    assert (read["method"], write["method"]) == ("GET", "PATCH")
    assert write["headers"]["if-match"]


def test_an_edit_reads_again_if_another_writer_was_faster(api: Client, emulator: Running) -> None:
    made = group(api)
    raced: list[bool] = []

    def body(read: Any) -> Any:
        if not raced:
            raced.append(True)
            api.edit("PATCH", "/v2/groups/{}", made, body=lambda _: {"description": "by another"})
        return {"name": "ops"}

    after = api.edit("PATCH", "/v2/groups/{}", made, body=body).fields()
    assert (after["name"], after["description"]) == ("ops", "by another")
    assert sent(emulator, "PATCH") == 3


def test_an_edit_gives_up_if_the_object_changes_each_time(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.fault("etag_churn", method="GET", times=None)
    with pytest.raises(PreconditionFailed) as caught:
        api.edit("PATCH", "/v2/groups/{}", made, body=rename("ops"), attempts=3)
    assert "keeps changing" in caught.value.hint
    assert sent(emulator, "PATCH") == 3
    emulator.clear_faults()
    assert api.get("/v2/groups/{}", made).fields()["name"] == "admins"


def test_an_edit_without_changes_sends_no_write(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.clear_requests()
    assert api.edit("PATCH", "/v2/groups/{}", made, body=lambda read: None).fields()["name"] == "admins"
    assert (sent(emulator, "GET"), emulator.total()) == (1, 1)


@pytest.mark.parametrize("etag", [None, b"", b"\xe9"], ids=["none", "empty", "not ASCII"])
def test_an_edit_without_a_revision_is_not_sent(etag: bytes | None, answering: Answering) -> None:
    headers = [] if etag is None else [(b"ETag", etag)]
    api, requests = answering(httpx.Response(200, json={}, headers=headers))
    with pytest.raises(UnexpectedReply, match="ETag"):
        api.edit("PATCH", "/x", body=lambda read: {})
    assert [request.method for request in requests] == ["GET"]


@pytest.mark.parametrize("etag", ['"a"', 'W/"a"', "1-0f", 'a "b" c'])
def test_an_edit_sends_the_revision_unchanged(etag: str, answering: Answering) -> None:
    api, requests = answering(httpx.Response(200, json={}, headers={"ETag": etag}))
    api.edit("PATCH", "/x", body=lambda read: {})
    assert requests[1].headers["if-match"] == etag
