"""Tests that listings are complete over pages, and that links of a service lead nowhere else."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from pulumi_roster.britive import connection as britive
from pulumi_roster.errors import UnexpectedReply
from pulumi_roster.http.client import Client
from roster_emulator import Running
from support.client_calls import Answering, group, rows_of


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
    with pytest.raises(UnexpectedReply, match="expected 8 different rows of /v2/groups, got 7"):
        rows_of(api)


class Book:
    """The replies of a service with pages. ``offset`` in the query is the number of a page."""

    def __init__(self, *pages: Any) -> None:
        self.pages = pages

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("offset", 0))
        return httpx.Response(200, json=self.pages[min(number, len(self.pages) - 1)])


def page(*ids: str, **more: Any) -> dict[str, Any]:
    return {"groups": [{"id": id} for id in ids], **more}


def to(offset: int, more: str = "") -> dict[str, str]:
    return {"href": f"http://evil.invalid/elsewhere?offset={offset}{more}"}


def walk(api: Client, **params: Any) -> list[str]:
    return [row["id"] for _, row in api.pages("/v2/groups", key="groups", row_id="id", params=params)]


def test_only_the_query_of_a_link_is_followed(answering: Answering) -> None:
    api, requests = answering(Book(page("a", next=to(1), total_count=2), page("b", total_count=2)))
    assert walk(api) == ["a", "b"]
    assert [str(request.url) for request in requests] == [
        "http://service/v2/groups",
        "http://service/v2/groups?offset=1",
    ]


def test_a_link_cannot_change_the_query(answering: Answering) -> None:
    more = "&account_id=theirs&limit=50&sort=name&cursor=x"
    api, requests = answering(Book(page("a", next=to(1, more)), page("b")))
    assert walk(api, account_id="ours", limit=100, sort=None) == ["a", "b"]
    expected = {"account_id": "ours", "limit": "50", "offset": "1", "sort": "name", "cursor": "x"}
    assert dict(requests[1].url.params) == expected


@pytest.mark.parametrize(
    "link",
    [to(0), to(1), {"href": None}, {"href": 5}, {"href": ""}, {}, 5, "text", [1], {"href": "http://[::1"}],
    ids=str,
)
def test_a_malformed_link_does_not_trap_the_client(link: Any, answering: Answering) -> None:
    api, requests = answering(Book(page("a", next=link), page("b", next=link)))
    try:
        assert set(walk(api)) <= {"a", "b"}
    except UnexpectedReply:
        assert link == {"href": "http://[::1"}
    assert len(requests) < 30


def test_endless_links_without_new_rows_end_in_an_error(answering: Answering) -> None:
    count = itertools.count()
    api, requests = answering(lambda _: httpx.Response(200, json=page("a", next=to(0, f"&n={next(count)}"))))
    with pytest.raises(UnexpectedReply):
        walk(api)
    assert len(requests) < 100


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
def test_a_malformed_page_is_not_an_empty_page(body: Any, answering: Answering) -> None:
    # After an empty listing, the provider creates the object. So a malformed page must never count as an empty one.
    api, _ = answering(httpx.Response(200, json=body))
    with pytest.raises(UnexpectedReply):
        walk(api)


@pytest.mark.parametrize(
    "body", [{"groups": []}, {"groups": None}, {"groups": [], "total_count": 0}, {"total_count": 0}]
)
def test_an_empty_page_ends_the_listing(body: Any, answering: Answering) -> None:
    api, requests = answering(httpx.Response(200, json=body))
    assert walk(api) == []
    assert len(requests) == 1


def test_pages_can_have_numbers(answering: Answering) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        rows = [{"id": str(row)} for row in range(number * 2, min(number * 2 + 2, 5))]
        return httpx.Response(200, json={"page": number, "size": 2, "count": 5, "data": rows})

    api, requests = answering(answer, dialect=britive.DIALECT)
    pages = api.pages("/x", key="data", row_id="id", params={"page": 0})
    assert [row["id"] for _, row in pages] == ["0", "1", "2", "3", "4"]
    assert len(requests) == 3
