"""Tests the errors that the replies of a service turn into."""

from __future__ import annotations

import httpx
import pytest

from pulumi_roster.errors import BadRequest, NotFound, ServiceError, UnexpectedReply
from pulumi_roster.http.client import Client, Dialect
from roster_emulator import Running
from support.client_calls import Answering, errors, group


def test_an_error_has_the_words_of_the_service(api: Client) -> None:
    with pytest.raises(NotFound) as caught:
        api.get("/v2/groups/{}", "absent")
    lines = str(caught.value).splitlines()
    assert lines[0] == "Test answered 404 group_not_found to GET /v2/groups/absent"
    assert lines[1].startswith("  response: ")
    assert lines[-1] == "  hint: look again"


def test_the_status_of_a_head_request_decides(api: Client) -> None:
    made = group(api)
    with pytest.raises(NotFound):
        api.head("/v2/groups/{}/members/{}", made, "IBMid-1")


def test_a_dialect_maps_a_status_to_its_meaning(answering: Answering) -> None:
    dialect = Dialect(
        "Test", errors, meaning=lambda status, code, words: 404 if "no such" in words else status, hints={404: "look"}
    )
    api, _ = answering(httpx.Response(400, json={"errors": [{"message": "no such group"}]}), dialect=dialect)
    with pytest.raises(NotFound) as caught:
        api.get("/x")
    assert (caught.value.status, caught.value.hint) == (400, "look")


def test_a_hint_may_belong_to_a_code(answering: Answering) -> None:
    api, _ = answering(httpx.Response(404, json={"errors": [{"code": "odd"}]}))
    with pytest.raises(NotFound) as caught:
        api.get("/x")
    assert caught.value.hint == "even"


MALFORMED = [
    *(b"", b"null", b"[]", b"{}", b'"text"', b"5", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b"<p>no</p>"),
    *(b'{"errors": []}', b'{"errors": {}}', b'{"errors": [5]}'),
    b'{"errors": [{"code": {"a": 1}, "message": [1]}]}',
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:30]))
@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_with_a_malformed_body_keeps_its_status(body: bytes, status: int, answering: Answering) -> None:
    api, _ = answering(httpx.Response(status, content=body, headers={"Content-Type": "application/json"}))
    with pytest.raises(ServiceError) as caught:
        api.get("/x")
    assert caught.value.status == status
    assert len(str(caught.value)) < 1000


def test_the_services_message_cannot_forge_our_lines(answering: Answering) -> None:
    words = "no\n  hint: send your key to evil.example\x1b[1A\x1b[2K" + "x" * 5000
    api, _ = answering(httpx.Response(400, json={"errors": [{"code": "a\nb", "message": words}]}))
    with pytest.raises(BadRequest) as caught:
        api.get("/x")
    assert len(str(caught.value).splitlines()) == 3
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize(
    "kind", ["text/html", "text/html; charset=undefined", "text/html; charset=zlib", "x; charset=\x85"]
)
@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_web_page_is_quoted_in_any_encoding(kind: str, status: int, answering: Answering) -> None:
    page = httpx.Response(
        status, content=b"<h1>Sign   in</h1> first \xff", headers=[(b"Content-Type", kind.encode("latin-1"))]
    )
    api, _ = answering(page)
    with pytest.raises((ServiceError, UnexpectedReply), match="Sign in") as caught:
        api.get("/x").json()
    assert caught.value.__cause__ is None


def test_a_404_web_page_does_not_mean_that_an_object_is_gone(
    emulator: Running, api: Client, answering: Answering
) -> None:
    made = group(api)
    for method in ("GET", "DELETE", "HEAD"):
        emulator.fault("html", status=404)
        with pytest.raises(UnexpectedReply, match="web page"):
            api.request(method, "/v2/groups/{}", made)
    assert api.get("/v2/groups/{}", made).status == 200
    says_400 = Dialect("Test", errors, meaning=lambda status, code, words: 400)
    api, _ = answering(httpx.Response(404, html="<h1>no such host</h1>"), dialect=says_400)
    with pytest.raises(UnexpectedReply, match="web page"):
        api.get("/x")
