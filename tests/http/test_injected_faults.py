"""Tests that each malformed reply and each lost reply ends in an error of ours, and that no redirect is followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster.errors import OutcomeUnknown, ReplyLost, RosterError, UnexpectedReply, Unreachable
from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.ibm.access_group import AccessGroupState
from roster_emulator import Running
from support.client_calls import ACCOUNT, Connect, group, rows_of
from support.scripted_server import reply, scripted_server

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
    """Each call returns, or raises one of our own errors."""
    limits = Limits(budget=2.0, unreachable=0.1, first_wait=20)
    calls: list[Callable[[Client], Any]] = [
        lambda api: api.get("/x").json(),
        lambda api: api.head("/x"),
        lambda api: api.post("/x", json={}).fields(),
        lambda api: api.edit("PATCH", "/x", body=lambda read: {}),
        lambda api: list(api.pages("/x", key="groups", row_id="id")),
        lambda api: api.get("/x").parse(AccessGroupState),
    ]
    with scripted_server(raw) as server:
        api = connect(server.url, limits)
        ended: list[RosterError] = []
        for call in calls:
            try:
                call(api)
            except RosterError as error:
                ended.append(error)
    assert not any(isinstance(error, Unreachable) for error in ended), "the server was reached"
    assert all(error.__cause__ is None for error in ended)


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
    with scripted_server(reply(body={})) as other:
        with scripted_server(reply(status, headers={"Location": f"{other.url}/login?next=canary"})) as server:
            api = connect(server.url)
            for call in (api.get, api.head, api.delete, api.post, api.put):
                with pytest.raises(UnexpectedReply, match="redirect") as caught:
                    call("/x")
                assert f"{other.url}/login" in str(caught.value)
                assert "canary" not in str(caught.value)
        assert len(server.got) == 5
    assert other.got == []
