from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster.errors import (
    ConnectionFailed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ReplyLost,
    RosterError,
    ServerError,
    UnexpectedReply,
)
from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.ibm.access_group import AccessGroupState
from roster_emulator import Running
from support.canned_server import canned, reply
from support.client_calls import ACCOUNT, Connect, group, rows_of

# -- no exception of a library leaves the client

RAW: dict[str, bytes] = {
    "nothing": b"",
    "no http": b"SSH-2.0-OpenSSH_9.9\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "bad status": b"HTTP/1.1 abc OK\r\n\r\n",
    "bad version": b"HTTP/9.9 200 OK\r\n\r\n",
    "short body": b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a',
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000,
    "bad header": b"HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n",
    "bad location": reply(302, headers={"Location": "http://[::1"}),
    "no location": reply(302),
    "300": reply(300),
    "304": reply(304),
    "399": reply(399),
    "bad cookie": reply(body={}, headers={"Set-Cookie": "=;=;\xff"}),
    "bad date": reply(body={}, headers={"Date": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}),
    "bad etag": reply(body={}, headers={"ETag": "\xe9"}),
    "bad retry": reply(429, headers={"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}),
    "bad limit": reply(headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "nan"}),
    "bad kind": reply(body=b"{", kind=";;;charset="),
    "early close": b"HTTP/1.1 100 Continue\r\n\r\n",
    "odd json": reply(body=b'{"total_count": "many", "groups": [{"id": "a"}], "next": 5}'),
    "huge number": reply(body=b'{"total_count": ' + b"9" * 5000 + b', "groups": []}'),
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW)
def test_no_exception_of_a_library_leaves_the_client(raw: bytes, connect: Connect) -> None:
    """Each verb, whatever the server says: an answer, or an error of ours."""
    limits = Limits(budget=2.0, unreachable=0.1, first_wait=20)
    calls: list[Callable[[Client], Any]] = [
        lambda api: api.get("/x").json(),
        lambda api: api.head("/x"),
        lambda api: api.post("/x", json={}).fields(),
        lambda api: api.edit("PATCH", "/x", body=lambda read: {}),
        lambda api: list(api.pages("/x", key="groups", row_id="id")),
        lambda api: api.get("/x").parse(AccessGroupState),
    ]
    with canned(raw) as server:
        api = connect(server.url, limits)
        ended: list[RosterError] = []
        for call in calls:
            try:
                call(api)
            except RosterError as error:
                ended.append(error)
    assert not any(isinstance(error, ConnectionFailed) for error in ended), "it was reached"
    assert all(error.__cause__ is None for error in ended)


FAULTS: list[tuple[dict[str, Any], str, type[RosterError] | None, int]] = [
    # fault, method, what must happen (None: repaired), requests
    ({"kind": "status", "status": 500}, "GET", None, 2),
    ({"kind": "status", "status": 503}, "DELETE", None, 2),
    ({"kind": "status", "status": 500}, "POST", ServerError, 1),
    ({"kind": "status_after", "status": 502}, "POST", ServerError, 1),
    ({"kind": "status_after", "status": 504}, "DELETE", NotFound, 2),  # it was done: the second finds nothing
    ({"kind": "status", "status": 429}, "POST", None, 2),
    ({"kind": "status", "status": 429, "retry_after": 0}, "POST", None, 2),
    ({"kind": "status", "status": 429, "reset": -60}, "POST", None, 2),
    ({"kind": "status", "status": 429, "retry_after": 600}, "POST", RateLimited, 1),
    ({"kind": "status", "status": 429, "retry_after_date": 600}, "GET", RateLimited, 1),
    ({"kind": "status", "status": 429, "reset": 600}, "GET", RateLimited, 1),
    ({"kind": "drop"}, "GET", None, 2),
    ({"kind": "drop"}, "POST", ReplyLost, 1),
    ({"kind": "drop", "how": "reset"}, "POST", ReplyLost, 1),
    ({"kind": "drop_after"}, "POST", ReplyLost, 1),
    ({"kind": "drop_after"}, "DELETE", NotFound, 2),
    ({"kind": "truncated"}, "GET", None, 2),
    ({"kind": "truncated", "how": "reset"}, "POST", ReplyLost, 1),
    ({"kind": "truncated", "how": "json"}, "GET", UnexpectedReply, 1),
    ({"kind": "html"}, "GET", UnexpectedReply, 1),
    ({"kind": "html"}, "POST", UnexpectedReply, 1),
    ({"kind": "html"}, "DELETE", UnexpectedReply, 1),
    ({"kind": "html"}, "HEAD", UnexpectedReply, 1),
    ({"kind": "html", "status": 502}, "GET", None, 2),
    ({"kind": "empty"}, "GET", UnexpectedReply, 1),
    ({"kind": "missing_field", "field": "name"}, "GET", UnexpectedReply, 1),
    ({"kind": "extra_field"}, "GET", None, 1),
    ({"kind": "redirect"}, "GET", UnexpectedReply, 1),
    ({"kind": "redirect", "status": 301}, "POST", UnexpectedReply, 1),
    ({"kind": "latency", "seconds": 0.01}, "GET", None, 1),
]


@pytest.mark.parametrize(("fault", "method", "ends", "requests"), FAULTS, ids=lambda value: str(value)[:60])
def test_each_injected_fault_ends_as_expected(
    fault: dict[str, Any], method: str, ends: type[RosterError] | None, requests: int, emulator: Running, api: Client
) -> None:
    made = group(api)
    emulator.clear_requests()
    emulator.fault(**fault)

    def call() -> None:
        if method == "POST":
            api.post("/v2/groups", params=ACCOUNT, json={"name": "second"}).parse(AccessGroupState)
        elif method == "GET":
            api.get("/v2/groups/{}", made).parse(AccessGroupState)
        elif method == "HEAD":
            api.head("/v2/groups/{}/members/{}", made, "IBMid-1")
        else:
            api.delete("/v2/groups/{}", made)

    if ends is None:
        call()
    else:
        with pytest.raises(ends) as caught:
            call()
        assert type(caught.value) is ends
    assert emulator.total() == requests


@pytest.mark.parametrize(("kind", "slow"), [("slow_headers", ReplyLost), ("slow_body", ReplyLost)])
def test_the_budget_ends_the_wait_for_a_slow_service(
    kind: str, slow: type[RosterError], emulator: Running, connect: Connect
) -> None:
    emulator.fault(kind, seconds=120, times=None)
    with pytest.raises(slow):
        connect(emulator.url, Limits(budget=0.3)).get("/v2/groups", params=ACCOUNT)


def test_a_write_with_a_lost_reply_is_sent_once(emulator: Running, api: Client) -> None:
    emulator.fault("drop_after", method="POST")
    with pytest.raises(OutcomeUnknown):
        group(api)
    assert [row["name"] for row in rows_of(api)] == ["admins"]


# -- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, connect: Connect) -> None:
    with canned(reply(body={})) as other:
        with canned(reply(status, headers={"Location": f"{other.url}/login?next=canary"})) as server:
            api = connect(server.url)
            for call in (api.get, api.head, api.delete, api.post, api.put):
                with pytest.raises(UnexpectedReply, match="redirect") as caught:
                    call("/x")
                assert f"{other.url}/login" in str(caught.value)
                assert "canary" not in str(caught.value)
        assert len(server.got) == 5
    assert other.got == []
