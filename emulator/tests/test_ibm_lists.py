from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from roster_emulator import Running
from testkit.ibm import ACCOUNT, RULE, Ibm, refused


@pytest.fixture
def five(emulator: Running) -> list[str]:
    groups = [{"name": name, "description": text} for name, text in zip("bdace", "XyzUV", strict=True)]
    return list(emulator.seed(ibm={"groups": groups})["ibm"]["groups"])


def page(ibm: Ibm, **query: Any) -> dict[str, Any]:
    reply = ibm.get("/v2/groups", params={"account_id": ACCOUNT, "hide_public_access": "true", **query})
    assert reply.status_code == 200
    return dict(reply.json())


def links(emulator: Running, body: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the queries of the links to other pages."""
    hrefs = {name: urlsplit(body[name]["href"]) for name in ("first", "previous", "next", "last") if name in body}
    assert {f"{href.scheme}://{href.netloc}{href.path}" for href in hrefs.values()} == {f"{emulator.url}/v2/groups"}
    return {name: dict(parse_qsl(href.query)) for name, href in hrefs.items()}


@pytest.mark.parametrize(
    ("query", "limit", "names", "offsets"),
    [
        ({}, 50, "abcde", {"last": "0"}),
        ({"limit": 2}, 2, "ab", {"next": "2", "last": "4"}),
        ({"limit": 2, "offset": 2}, 2, "cd", {"previous": "0", "next": "4", "last": "4"}),
        ({"limit": 2, "offset": 4}, 2, "e", {"previous": "2", "last": "4"}),
        ({"limit": 5}, 5, "abcde", {"last": "0"}),
        ({"limit": 1, "offset": 4}, 1, "e", {"previous": "3", "last": "4"}),
        ({"offset": 10}, 50, "", {"previous": "0", "last": "0"}),
        ({"limit": 0}, 0, "", {"last": "4"}),
    ],
)
def test_a_page_names_the_other_pages_that_there_are(
    emulator: Running, ibm: Ibm, five: list[str], query: dict[str, int], limit: int, names: str, offsets: dict[str, str]
) -> None:
    body = page(ibm, **query)
    assert (body["limit"], body["offset"], body["total_count"]) == (limit, query.get("offset", 0), 5)
    assert [group["name"] for group in body["groups"]] == list(names)
    rest = {"limit": str(limit), "account_id": ACCOUNT, "hide_public_access": "true"}
    assert links(emulator, body) == {"first": rest} | {name: {"offset": at, **rest} for name, at in offsets.items()}


def test_an_empty_list(ibm: Ibm) -> None:
    body = page(ibm)
    assert (body["total_count"], body["groups"]) == (0, [])
    assert "next" not in body


@pytest.mark.parametrize(
    "query", ["limit=101", "limit=-1", "limit=x", "offset=-1", "sort=size", "search=admins", "membership_type=odd"]
)
def test_bad_queries_are_refused(ibm: Ibm, query: str) -> None:
    refused(ibm.get(f"/v2/groups?account_id=acc-demo&{query}"), 400, "invalid_payload")


def test_the_server_may_cap_a_page(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    emulator.switch(page_limit=2)
    body = page(ibm, limit=100)
    assert (body["limit"], len(body["groups"])) == (2, 2)
    assert links(emulator, body)["next"]["limit"] == "2"


def test_items_have_a_href_and_no_account(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    [first] = page(ibm, limit=1)["groups"]
    assert first["href"] == f"{emulator.url}/v2/groups/{first['id']}"
    assert "account_id" not in first
    assert "is_federated" not in first
    assert "is_federated" in page(ibm, show_federated="true")["groups"][0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        *(({"sort": "name"}, "abcde"), ({"sort": "-name"}, "edcba")),
        *(({"sort": "description"}, "cebda"), ({"sort": "-description"}, "adbec")),
        *(({"search": "name:A"}, "a"), ({"search": "description:x"}, "b"), ({"search": "name:zz"}, "")),
        *(({"search": "id:AccessGroupId-"}, "abcde"), ({"account_id": "acc-2"}, "z")),
        *(({"iam_id": "IBMid-1"}, "b"), ({"iam_id": "IBMid-3"}, "")),
        ({"iam_id": "IBMid-1", "membership_type": "dynamic"}, "a"),
        ({"iam_id": "IBMid-1", "membership_type": "all"}, "ab"),
    ],
)
def test_queries_sort_and_select(
    emulator: Running, ibm: Ibm, five: list[str], query: dict[str, str], names: str
) -> None:
    ibm.group("z", account="acc-2")
    ibm.join(five[0], "IBMid-1")
    ibm.join(five[1], "IBMid-2")
    emulator.seed(ibm={"members": [{"group_id": five[2], "iam_id": "IBMid-1", "membership_type": "dynamic"}]})
    assert "".join(ibm.names(**query)) == names


def test_sort_by_id_and_by_federation(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    by_id = [group["id"] for group in page(ibm, sort="-id")["groups"]]
    assert by_id == sorted(five, reverse=True)
    assert ibm.post(f"/v2/groups/{five[0]}/rules", json=RULE).status_code == 201
    assert ibm.names(sort="-is_federated")[0] == "b"
    assert ibm.names(sort="is_federated")[-1] == "b"


def test_the_public_group_is_listed_unless_hidden(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, hide_public_access="false")
    assert body["total_count"] == 6
    assert [group["name"] for group in body["groups"]] == [*"abcde", "Public Access"]
