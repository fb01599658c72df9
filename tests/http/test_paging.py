"""Tests that listings are complete over pages, and that links of a service lead nowhere else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_roster.britive import connection as britive
from pulumi_roster.errors import (
    UnexpectedReply,
)
from pulumi_roster.http.client import Client
from roster_emulator import Running
from support.canned_server import Got, canned, reply
from support.client_calls import Connect, group, rows_of


def test_all_pages_are_read(api: Client, emulator: Running) -> None:
    names = [f"group-{number}" for number in range(8)]
    for name in names:
        group(api, name)
    emulator.clear_requests()
    assert sorted(row["name"] for row in rows_of(api)) == names
    assert emulator.requests() == {"GET /v2/groups": 3}


@pytest.mark.parametrize("kind", ["page_skip", "page_repeat"])
def test_skipped_and_repeated_rows_are_read_again(kind: str, api: Client, emulator: Running) -> None:
    names = [f"group-{number}" for number in range(8)]
    for name in names:
        group(api, name)
    emulator.fault(kind, route="/v2/groups", skip=1)
    assert sorted(row["name"] for row in rows_of(api)) == names


def test_a_listing_with_a_wrong_count_is_an_error(api: Client, emulator: Running) -> None:
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


def test_a_link_cannot_change_the_query(connect: Connect) -> None:
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
def test_a_malformed_link_does_not_trap_the_client(link: Any, connect: Connect) -> None:
    with canned(Book(page("a", next=link), page("b", next=link))) as server:
        try:
            assert set(walk(connect(server.url))) <= {"a", "b"}
        except UnexpectedReply:
            assert link == {"href": "http://[::1"}
    assert len(server.got) < 30


def test_endless_links_without_new_rows_end_in_an_error(connect: Connect) -> None:
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
def test_a_malformed_page_is_not_an_empty_page(body: Any, connect: Connect) -> None:
    # The provider creates an object that a listing does not show. So a listing must not be empty by accident.
    with canned(reply(body=body)) as server, pytest.raises(UnexpectedReply):
        walk(connect(server.url))


@pytest.mark.parametrize(
    "body", [{"groups": []}, {"groups": None}, {"groups": [], "total_count": 0}, {"total_count": 0}]
)
def test_an_empty_page_ends_the_listing(body: Any, connect: Connect) -> None:
    with canned(reply(body=body)) as server:
        assert walk(connect(server.url)) == []
    assert len(server.got) == 1


def test_pages_can_have_numbers(connect: Connect) -> None:
    def answer(got: Got) -> bytes:
        number = int(dict(httpx.QueryParams(got.query))["page"])
        rows = [{"id": str(row)} for row in range(number * 2, min(number * 2 + 2, 5))]
        return reply(body={"page": number, "size": 2, "count": 5, "data": rows})

    with canned(answer) as server:
        api = connect(server.url, dialect=britive.DIALECT)
        pages = api.pages("/x", key="data", row_id="id", params={"page": 0})
        assert [row["id"] for _, row in pages] == ["0", "1", "2", "3", "4"]
    assert len(server.got) == 3
