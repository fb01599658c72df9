from __future__ import annotations

import gzip
import json as json_module
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from canned import Canned, Got, canned, reply
from pulumi_roster.auth import Exchange, Token
from pulumi_roster.client import Client, Dialect
from pulumi_roster.emulator import Running
from pulumi_roster.errors import (
    BadRequest,
    ConnectionFailed,
    InvalidIdentifier,
    NotFound,
    OutcomeUnknown,
    PreconditionFailed,
    RateLimited,
    ReplyLost,
    RosterError,
    ServerError,
    ServiceError,
    Unauthorized,
    UnexpectedReply,
)
from pulumi_roster.ibm.access_group import AccessGroupState
from pulumi_roster.paging import BY_NUMBER
from pulumi_roster.transport import Policy

QUICK = Policy(budget=5, unreachable=0.2, first_wait=0.01, longest_wait=0.05)
ONCE = Policy(budget=5, unreachable=0.1, first_wait=20)
"""No time for a second try."""

ACCOUNT = {"account_id": "acc-demo"}


def errors(body: Any) -> tuple[str, str]:
    return body["errors"][0].get("code", ""), body["errors"][0].get("message", "")


DIALECT = Dialect("Test", errors, transaction_header="Transaction-Id", hints={404: "look again", "odd": "even"})

Connect = Callable[..., Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[Client] = []

    def connected(url: str, policy: Policy = QUICK, dialect: Dialect = DIALECT, token: str = "roster-dev") -> Client:
        clients.append(Client(url, Token(token), dialect, policy))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()


@pytest.fixture
def api(emulator: Running, connect: Connect) -> Client:
    return connect(emulator.url)


def sent(emulator: Running, method: str) -> int:
    """How many requests of a method there were."""
    return sum(count for route, count in emulator.requests().items() if route.startswith(f"{method} "))


def group(api: Client, name: str = "admins") -> str:
    return str(api.post("/v2/groups", params=ACCOUNT, json={"name": name}).fields()["id"])


# -- paths: whatever an id holds, it is one segment


@pytest.fixture(scope="module")
def capturing() -> Iterator[tuple[Canned, Client]]:
    with canned(reply(body={})) as server:
        client = Client(server.url, Token("t"), DIALECT, QUICK)
        yield server, client
        client.close()


TRICKS = ["..", ".", "", "../x", "a/b", "%2F", "%2e%2e", "..%2f", "a\nb", "a\0b", "a?b=c", "a#b", "a;b", "a b", "a\\b"]
LOOK_ALIKES = ["\u2024\u2024", "\uff0e\uff0e", "a\u2215b", "a\uff0fb", "\u202e", "\ud800", "é", "😀", "\u2028", "\x85"]


@settings(max_examples=150)
@given(text=st.text() | st.text(alphabet="./%\\2eEfF?#;:@&= \n\0"))
@example(text="x" * 3000)
def test_any_text_is_one_segment_or_refused(text: str, capturing: tuple[Canned, Client]) -> None:
    server, client = capturing
    server.got.clear()
    try:
        client.get("/v2/groups/{}/members/{}", text, "end", params={"q": "1"})
    except InvalidIdentifier:
        assert server.got == []
        odd = any(ord(char) < 32 or ord(char) == 127 or 0xD800 <= ord(char) < 0xE000 for char in text)
        assert text in ("", ".", "..") or odd
        return
    [got] = server.got
    parts = got.path.split("/")
    assert [*parts[:3], *parts[4:]] == ["", "v2", "groups", "members", "end"]
    assert unquote(parts[3]) == text
    assert got.query == "q=1"


@pytest.mark.parametrize("text", TRICKS + LOOK_ALIKES)
def test_tricks_do_not_change_the_path(text: str, capturing: tuple[Canned, Client]) -> None:
    test_any_text_is_one_segment_or_refused.hypothesis.inner_test(text, capturing)  # type: ignore[attr-defined]


def test_an_id_of_endless_length_is_refused(capturing: tuple[Canned, Client]) -> None:
    server, client = capturing
    server.got.clear()
    with pytest.raises(InvalidIdentifier):
        client.get("/v2/groups/{}", "x" * 100_000)
    assert server.got == []


def test_the_emulator_takes_an_odd_id_for_one_segment(api: Client, emulator: Running) -> None:
    for text in ("a/b", "..%2f", "a?b", "ü/😀", "../groups"):
        with pytest.raises(NotFound):
            api.get("/v2/groups/{}", text)
    [route] = emulator.requests()
    assert route.count("/") == 3
    assert emulator.total() == 5


def test_a_template_and_its_ids_must_fit(api: Client) -> None:
    for ids in ((), ("a", "b")):
        with pytest.raises(TypeError, match="takes 1 ids"):
            api.get("/v2/groups/{}", *ids)


# -- queries, bodies, headers


def test_a_query_is_encoded(connect: Connect) -> None:
    with canned(reply(body={})) as server:
        params = {"a": "x&y=z#?", "b": True, "c": False, "d": None, "e": 5, "f": "ü\n"}
        connect(server.url).get("/x", params=params)
    assert server.got[0].query == "a=x%26y%3Dz%23%3F&b=true&c=false&e=5&f=%C3%BC%0A"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_is_json(method: str, connect: Connect) -> None:
    with canned(reply(body={})) as server:
        connect(server.url).request(method, "/x", json={"name": 'ü"\n', "list": [1, True, None]})
    assert json_module.loads(server.got[0].body) == {"name": 'ü"\n', "list": [1, True, None]}
    assert server.got[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("bad", ["\ud800", float("nan"), float("inf")], ids=["half a character", "nan", "inf"])
def test_what_cannot_be_sent_is_refused(bad: Any, connect: Connect) -> None:
    with canned(reply(body={})) as server:
        with pytest.raises(InvalidIdentifier, match="cannot be sent"):
            connect(server.url).post("/x", json={"name": bad})
        if isinstance(bad, str):
            with pytest.raises(InvalidIdentifier, match="cannot be sent"):
                connect(server.url).get("/x", params={"name": bad})
    assert server.got == []


def test_every_request_says_who_asks_and_what_is_understood(connect: Connect) -> None:
    with canned(reply(body={})) as server:
        connect(server.url).get("/x")
    headers = server.got[0].headers
    assert headers["user-agent"] == f"pulumi-roster/{version('pulumi-roster')} httpx/{httpx.__version__}"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "gzip"
    assert headers["authorization"] == "Bearer roster-dev"


def test_a_dialect_may_add_headers(connect: Connect) -> None:
    with canned(reply(body={})) as server:
        connect(server.url, dialect=Dialect("Test", errors, headers={"X-Vault-Request": "true"})).get("/x")
    assert server.got[0].headers["x-vault-request"] == "true"
    assert "transaction-id" not in server.got[0].headers


# -- transaction ids


def test_the_transaction_id_of_the_request_is_in_the_reply_and_in_the_error(api: Client, emulator: Running) -> None:
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
def test_every_error_bears_the_transaction_id(fault: dict[str, Any], emulator: Running, connect: Connect) -> None:
    api = connect(emulator.url, ONCE)
    emulator.fault(**fault, route="/v2/groups", times=None)
    with pytest.raises(RosterError) as caught:
        api.post("/v2/groups", params=ACCOUNT, json={"name": "admins"}).parse(AccessGroupState)
    assert caught.value.transaction_id == emulator.last_requests()[0]["headers"]["transaction-id"]
    assert caught.value.transaction_id in str(caught.value)


def test_the_services_own_transaction_id_is_preferred(connect: Connect) -> None:
    for body, headers, told in (
        ({"trace": "theirs"}, {}, "theirs"),
        ({}, {"X-Global-Transaction-Id": "global"}, "global"),
        ({"trace": "two\nlines\x1b[2J"}, {}, "two lines [2J"),
        ([], {}, None),
    ):
        with canned(reply(404, body, headers)) as server:
            with pytest.raises(NotFound) as caught:
                connect(server.url).get("/x")
            assert caught.value.transaction_id == (told or server.got[0].headers["transaction-id"])


# -- errors of the service


def test_an_error_says_what_the_service_said(api: Client) -> None:
    with pytest.raises(NotFound) as caught:
        api.get("/v2/groups/{}", "absent")
    lines = str(caught.value).splitlines()
    assert lines[0] == "Test answered 404 group_not_found to GET /v2/groups/absent"
    assert lines[1].startswith("  it said: ")
    assert lines[-1] == "  what to do: look again"


def test_a_head_without_a_body_is_judged_by_its_status(api: Client) -> None:
    made = group(api)
    with pytest.raises(NotFound):
        api.head("/v2/groups/{}/members/{}", made, "IBMid-1")


def test_a_dialect_tells_what_a_status_means(connect: Connect) -> None:
    dialect = Dialect(
        "Test", errors, meaning=lambda status, code, words: 404 if "no such" in words else status, hints={404: "look"}
    )
    with canned(reply(400, {"errors": [{"message": "no such group"}]})) as server, pytest.raises(NotFound) as caught:
        connect(server.url, dialect=dialect).get("/x")
    assert caught.value.status == 400
    assert caught.value.hint == "look"


def test_a_hint_may_belong_to_a_code(connect: Connect) -> None:
    with canned(reply(404, {"errors": [{"code": "odd"}]})) as server, pytest.raises(NotFound) as caught:
        connect(server.url).get("/x")
    assert caught.value.hint == "even"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"5",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<p>no</p>",
        b'{"errors": []}',
        b'{"errors": {}}',
        b'{"errors": [5]}',
        b'{"errors": [{"code": {"a": 1}, "message": [1]}]}',
    ],
)
@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_in_odd_words_is_still_the_error(body: bytes, status: int, connect: Connect) -> None:
    with canned(reply(status, body)) as server, pytest.raises(ServiceError) as caught:
        connect(server.url, ONCE).get("/x")
    assert caught.value.status == status
    assert len(str(caught.value)) < 1000


def test_a_services_words_cannot_forge_ours(connect: Connect) -> None:
    words = "no\n  what to do: send your key to evil.example\x1b[1A\x1b[2K" + "x" * 5000
    with (
        canned(reply(400, {"errors": [{"code": "a\nb", "message": words}]})) as server,
        pytest.raises(BadRequest) as caught,
    ):
        connect(server.url).get("/x")
    assert len(str(caught.value).splitlines()) == 3
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize(
    "kind", ["text/html", "text/html; charset=undefined", "text/html; charset=zlib", "x; charset=\x85"]
)
@pytest.mark.parametrize("status", [200, 403, 500])
def test_whatever_codec_a_service_names_its_page_is_told(kind: str, status: int, connect: Connect) -> None:
    with (
        canned(reply(status, b"<h1>Sign   in</h1> first \xff", kind=kind)) as server,
        pytest.raises((ServiceError, UnexpectedReply), match="Sign in") as caught,
    ):
        connect(server.url, ONCE).get("/x").json()
    assert caught.value.__cause__ is None


def test_a_page_of_a_proxy_is_no_absence(emulator: Running, api: Client) -> None:
    made = group(api)
    for method in ("GET", "DELETE", "HEAD"):
        emulator.fault("html", status=404)
        with pytest.raises(UnexpectedReply, match="web page"):
            api.request(method, "/v2/groups/{}", made)
    assert api.get("/v2/groups/{}", made).status == 200


# -- replies that cannot be understood


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "a JSON object was due"),
        (b"[]", "a JSON object was due"),
        (b"null", "a JSON object was due"),
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
def test_a_reply_that_is_not_as_documented_says_how(body: bytes, why: str, connect: Connect) -> None:
    with canned(reply(body=body)) as server, pytest.raises(UnexpectedReply, match=why) as caught:
        connect(server.url).get("/x").parse(AccessGroupState)
    assert caught.value.transaction_id == server.got[0].headers["transaction-id"]
    assert len(str(caught.value)) < 700


def test_what_a_service_adds_is_no_trouble(emulator: Running, api: Client) -> None:
    made = group(api)
    emulator.fault("extra_field")
    assert api.get("/v2/groups/{}", made).parse(AccessGroupState).id == made


def test_what_the_path_says_may_be_added(connect: Connect) -> None:
    with canned(reply(body={"id": "g", "name": "n"})) as server:
        assert connect(server.url).get("/x").parse(AccessGroupState, account_id="a").account_id == "a"


def test_a_row_that_is_no_object_is_told(connect: Connect) -> None:
    with canned(reply(body={})) as server, pytest.raises(UnexpectedReply, match="list of JSON objects"):
        connect(server.url).get("/x").parse_row(AccessGroupState, "row")


def test_a_list_that_is_not_there_is_no_empty_list(connect: Connect) -> None:
    for body, rows in (({"rules": []}, []), ({"rules": None}, []), ({"rules": [{"id": "r"}]}, [{"id": "r"}])):
        with canned(reply(body=body)) as server:
            assert connect(server.url).get("/x").listed("rules") == rows
    odd: list[Any] = [{}, {"rules": {}}, {"rules": "r"}, {"rules": ["r"]}, {"rules": [None]}, []]
    for wrong in odd:
        with canned(reply(body=wrong)) as server, pytest.raises(UnexpectedReply):
            connect(server.url).get("/x").listed("rules")


def test_no_content_is_no_json(connect: Connect) -> None:
    with canned(reply(204)) as server:
        answer = connect(server.url).delete("/x")
    assert (answer.status, answer.json()) == (204, None)


def test_a_huge_reply_is_not_read_to_its_end(connect: Connect) -> None:
    with (
        canned(reply(body=b'"' + b"x" * 3_000_000 + b'"')) as server,
        pytest.raises(UnexpectedReply, match="larger than 1000000 bytes"),
    ):
        connect(server.url, Policy(largest_reply=1_000_000)).get("/x")
    assert len(server.got) == 1


def test_a_packed_reply_is_understood(connect: Connect) -> None:
    packed = gzip.compress(b'{"fine": true}')
    with canned(reply(body=packed, headers={"Content-Encoding": "gzip"})) as server:
        assert connect(server.url).get("/x").json() == {"fine": True}


def test_what_is_wrongly_packed_is_an_unexpected_reply(connect: Connect) -> None:
    for encoding in ("gzip", "br"):
        with (
            canned(reply(body=b"{}", headers={"Content-Encoding": encoding})) as server,
            pytest.raises(UnexpectedReply),
        ):
            connect(server.url).get("/x")
        assert len(server.got) == 1


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
def test_no_foreign_exception_leaves_the_client(raw: bytes, connect: Connect) -> None:
    """Each verb, whatever the server says: an answer, or an error of ours."""
    policy = Policy(budget=0.4, unreachable=0.1, first_wait=20)
    calls: list[Callable[[Client], Any]] = [
        lambda api: api.get("/x").json(),
        lambda api: api.head("/x"),
        lambda api: api.post("/x", json={}).fields(),
        lambda api: api.edit("PATCH", "/x", body=lambda read: {}),
        lambda api: list(api.pages("/x", key="groups", row_id="id")),
        lambda api: list(api.pages("/x", key="groups", row_id="id", paging=BY_NUMBER)),
        lambda api: api.get("/x").parse(AccessGroupState),
    ]
    with canned(raw) as server:
        api = connect(server.url, policy)
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
def test_each_fault_has_its_end(
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
def test_a_slow_service_is_left_when_the_budget_ends(
    kind: str, slow: type[RosterError], emulator: Running, connect: Connect
) -> None:
    emulator.fault(kind, seconds=120, times=None)
    with pytest.raises(slow):
        connect(emulator.url, Policy(budget=0.3)).get("/v2/groups", params=ACCOUNT)


def test_a_write_that_nobody_answered_is_sent_once(emulator: Running, api: Client) -> None:
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


# -- edit


def rename(name: str) -> Callable[[Any], Any]:
    return lambda read: {**{key: read.fields()[key] for key in ("name", "description")}, "name": name}


def test_an_edit_names_the_revision_that_it_read(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.clear_requests()
    assert api.edit("PATCH", "/v2/groups/{}", made, body=rename("ops")).fields()["name"] == "ops"
    read, write = emulator.last_requests()
    assert (read["method"], write["method"]) == ("GET", "PATCH")
    assert write["headers"]["if-match"]


def test_an_edit_reads_again_when_somebody_was_faster(api: Client, emulator: Running) -> None:
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


def test_an_object_that_changes_each_time_is_given_up(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.fault("etag_churn", method="GET", times=None)
    with pytest.raises(PreconditionFailed) as caught:
        api.edit("PATCH", "/v2/groups/{}", made, body=rename("ops"), attempts=3)
    assert "keeps changing" in caught.value.hint
    assert sent(emulator, "PATCH") == 3
    emulator.clear_faults()
    assert api.get("/v2/groups/{}", made).fields()["name"] == "admins"


def test_an_edit_whose_reply_is_lost_ends_well(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.fault("drop_after", method="PATCH")
    assert api.edit("PATCH", "/v2/groups/{}", made, body=rename("ops")).fields()["name"] == "ops"


def test_nothing_to_edit_is_nothing_sent(api: Client, emulator: Running) -> None:
    made = group(api)
    emulator.clear_requests()
    assert api.edit("PATCH", "/v2/groups/{}", made, body=lambda read: None).fields()["name"] == "admins"
    assert (sent(emulator, "GET"), emulator.total()) == (1, 1)


@pytest.mark.parametrize("headers", [{}, {"ETag": ""}, {"ETag": "\xe9"}], ids=["none", "empty", "not ASCII"])
def test_an_edit_without_a_revision_is_not_sent(headers: dict[str, str], connect: Connect) -> None:
    with canned(reply(body={}, headers=headers)) as server, pytest.raises(UnexpectedReply, match="ETag"):
        connect(server.url).edit("PATCH", "/x", body=lambda read: {})
    assert [got.method for got in server.got] == ["GET"]


@pytest.mark.parametrize("etag", ['"a"', 'W/"a"', "1-0f", 'a "b" c'])
def test_a_revision_goes_back_as_it_came(etag: str, connect: Connect) -> None:
    with canned(reply(body={}, headers={"ETag": etag})) as server:
        connect(server.url).edit("PATCH", "/x", body=lambda read: {})
    assert server.got[1].headers["if-match"] == etag


# -- pages


def rows_of(api: Client, **more: Any) -> list[dict[str, Any]]:
    params = {**ACCOUNT, "hide_public_access": True, "limit": 3, **more}
    return [row for _, row in api.pages("/v2/groups", key="groups", row_id="id", params=params)]


def test_all_pages_are_read(api: Client, emulator: Running) -> None:
    names = [f"group-{number}" for number in range(8)]
    for name in names:
        group(api, name)
    emulator.clear_requests()
    assert sorted(row["name"] for row in rows_of(api)) == names
    assert emulator.requests() == {"GET /v2/groups": 3}


@pytest.mark.parametrize("kind", ["page_skip", "page_repeat"])
def test_a_page_that_skips_or_repeats_is_found_out(kind: str, api: Client, emulator: Running) -> None:
    names = [f"group-{number}" for number in range(8)]
    for name in names:
        group(api, name)
    emulator.fault(kind, route="/v2/groups", skip=1)
    assert sorted(row["name"] for row in rows_of(api)) == names


def test_a_collection_that_never_adds_up_is_told(api: Client, emulator: Running) -> None:
    for number in range(8):
        group(api, f"group-{number}")
    emulator.fault("page_skip", route="/v2/groups", times=None)
    with pytest.raises(UnexpectedReply, match="8 rows under /v2/groups, but gave 7"):
        rows_of(api)


class Book:
    """A server of pages, each given by its number in ``offset``."""

    def __init__(self, *pages: Any) -> None:
        self.pages = pages

    def __call__(self, got: Got) -> bytes:
        query = dict(httpx.QueryParams(got.query))
        return reply(body=self.pages[min(int(query.get("offset", 0)), len(self.pages) - 1)])


def page(*ids: str, **more: Any) -> dict[str, Any]:
    return {"groups": [{"id": id} for id in ids], **more}


def to(offset: int, host: str = "http://evil.invalid", more: str = "") -> dict[str, str]:
    return {"href": f"{host}/elsewhere?offset={offset}{more}"}


def walk(api: Client, **params: Any) -> list[str]:
    return [row["id"] for _, row in api.pages("/v2/groups", key="groups", row_id="id", params=params)]


def test_only_the_query_of_a_link_is_followed(connect: Connect) -> None:
    with canned(reply(body=page("stolen"))) as other:
        book = Book(page("a", next=to(1, other.url), total_count=2), page("b", total_count=2))
        with canned(book) as server:
            assert walk(connect(server.url)) == ["a", "b"]
        assert [got.target for got in server.got] == ["/v2/groups", "/v2/groups?offset=1"]
    assert other.got == []


def test_a_link_cannot_change_what_was_asked_for(connect: Connect) -> None:
    more = "&account_id=theirs&limit=50&sort=name&cursor=x"
    with canned(Book(page("a", next=to(1, more=more)), page("b"))) as server:
        assert walk(connect(server.url), account_id="ours", limit=100, sort=None) == ["a", "b"]
    query = dict(httpx.QueryParams(server.got[1].query))
    assert query == {"account_id": "ours", "limit": "50", "offset": "1", "sort": "name", "cursor": "x"}


@pytest.mark.parametrize(
    "link",
    [to(0), to(1), {"href": None}, {"href": 5}, {"href": ""}, {}, 5, "text", [1], {"href": "http://[::1"}],
    ids=str,
)
def test_a_link_that_leads_nowhere_is_no_trap(link: Any, connect: Connect) -> None:
    with canned(Book(page("a", next=link), page("b", next=link))) as server:
        try:
            assert set(walk(connect(server.url))) <= {"a", "b"}
        except UnexpectedReply:
            assert link == {"href": "http://[::1"}
    assert len(server.got) < 30


def test_ever_new_links_to_nothing_new_come_to_an_end(connect: Connect) -> None:
    count = iter(range(1_000_000))

    def answer(got: Got) -> bytes:
        return reply(body=page("a", next=to(0, more=f"&n={next(count)}")))

    with canned(answer) as server, pytest.raises(UnexpectedReply):
        walk(connect(server.url))
    assert len(server.got) < 100


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"error": "none"},
        {"total_count": 1},
        {"groups": {}},
        {"groups": "ab"},
        {"groups": 5},
        {"groups": ["a"]},
        {"groups": [None]},
        {"groups": [{"name": "no id"}]},
        {"groups": [], "total_count": "many"},
        {"groups": [], "total_count": None},
        {"groups": [], "total_count": [1]},
        {"groups": [], "total_count": 3},
    ],
    ids=str,
)
def test_a_page_that_is_none_is_not_an_empty_one(body: Any, connect: Connect) -> None:
    # An empty listing means: nothing is there, so make it. That must be the service's word, and no accident.
    with canned(reply(body=body)) as server, pytest.raises(UnexpectedReply):
        walk(connect(server.url))


@pytest.mark.parametrize(
    "body", [{"groups": []}, {"groups": None}, {"groups": [], "total_count": 0}, {"total_count": 0}]
)
def test_an_empty_page_is_one(body: Any, connect: Connect) -> None:
    with canned(reply(body=body)) as server:
        assert walk(connect(server.url)) == []
    assert len(server.got) == 1


def test_pages_by_number(connect: Connect) -> None:
    def answer(got: Got) -> bytes:
        number = int(dict(httpx.QueryParams(got.query))["page"])
        rows = [{"id": str(row)} for row in range(number * 2, min(number * 2 + 2, 5))]
        return reply(body={"page": number, "size": 2, "count": 5, "data": rows})

    with canned(answer) as server:
        pages = connect(server.url).pages("/x", key="data", row_id="id", params={"page": 0}, paging=BY_NUMBER)
        assert [row["id"] for _, row in pages] == ["0", "1", "2", "3", "4"]
    assert len(server.got) == 3


# -- time


def test_the_services_clock_is_learned_from_its_replies(connect: Connect) -> None:
    with canned(reply(body={}, headers={"Date": "Fri, 01 Jan 2100 00:00:00 GMT"})) as server:
        api = connect(server.url, Policy(wall_clock=lambda: 1_000.0))
        assert api.now() == 1_000.0
        api.get("/x")
        assert api.now() == 4102444800.0
        server.answer = reply(body={}, headers={"Date": "soon"})
        api.get("/x")
        assert api.now() == 4102444800.0


# -- locks


def test_a_write_that_must_be_sent_at_once_may_be_answered_later(connect: Connect, emulator: Running) -> None:
    emulator.fault("latency", seconds=0.5)
    reply = connect(emulator.url).post("/v2/groups", json={"name": "a"}, params=ACCOUNT, within=0.1)
    assert reply.status == 201
    assert emulator.total() == 1


def test_a_lock_is_one_by_name(connect: Connect) -> None:
    api = connect("http://127.0.0.1:1")
    found: list[threading.Lock] = []
    threads = [threading.Thread(target=lambda: found.append(api.lock("group", "a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(lock) for lock in found}) == 1
    assert api.lock("group", "b") is not found[0]


# -- secrets


def test_no_log_at_any_level_shows_a_credential(emulator: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"{emulator.url}/identity/token"
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "canary-key"}
    key = Client(emulator.url, Exchange(url, form, what="API key"), DIALECT, QUICK)
    bare = Client(emulator.url, Token("canary-token"), DIALECT, QUICK)
    group(key)
    fetched = key._http.auth._token  # type: ignore[union-attr]
    for fault in ("drop", "truncated", "html"):
        emulator.fault(fault, method="POST")
        with pytest.raises(RosterError):
            group(key)
    with pytest.raises(Unauthorized):
        bare.get("/v2/groups", params=ACCOUNT)
    key.close()
    bare.close()
    assert len(fetched) > 100
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"httpcore", "httpx", "pulumi_roster"}
    assert "POST /identity/token -> 200" in caplog.text
    assert "POST /v2/groups failed" in caplog.text
    assert "canary" not in caplog.text
    assert fetched not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        lambda got: reply(200, f"<pre>{got.headers['authorization']}</pre>".encode(), kind="text/html"),
        lambda got: reply(400, {"errors": [{"message": f"bad {got.headers['authorization']}"}]}),
        lambda got: reply(500, f"cannot take {got.headers['authorization']}".encode(), kind="text/plain"),
        lambda got: reply(401, {"trace": got.headers["authorization"]}),
        lambda got: reply(302, headers={"Location": f"http://x.invalid/{got.headers['authorization']}"}),
        lambda got: f"HTTP/1.1 {got.headers['authorization']}\r\n\r\n".encode(),
        lambda got: reply(body=b"{}", headers={"Content-Encoding": got.headers["authorization"]}),
    ],
    ids=["page", "words", "text", "trace", "redirect", "status line", "encoding"],
)
def test_a_service_that_repeats_a_token_is_not_quoted_on_it(answer: Callable[[Got], bytes], connect: Connect) -> None:
    with canned(answer) as server, pytest.raises(RosterError) as caught:
        connect(server.url, ONCE, token="canary-0123456789").get("/x").fields()
    assert "canary" not in str(caught.value)
    shown = traceback.format_exception(type(caught.value), caught.value, caught.value.__traceback__)
    assert "Bearer canary" not in "".join(shown)


def test_a_client_shows_no_credential(connect: Connect) -> None:
    assert "canary" not in repr(connect("http://127.0.0.1:1", token="canary-0123456789"))
