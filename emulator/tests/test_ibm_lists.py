from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from roster_emulator import Running
from testkit.ibm import ACCOUNT, RULE, Ibm, refused


def href(body: dict[str, Any], which: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(body[which]["href"]).query).items()}


@pytest.fixture
def five(emulator: Running) -> list[str]:
    groups = [{"name": name, "description": text} for name, text in zip("bdace", "XyzUV", strict=True)]
    return list(emulator.seed(ibm={"groups": groups})["ibm"]["groups"])


def page(ibm: Ibm, **query: Any) -> dict[str, Any]:
    reply = ibm.get("/v2/groups", params={"account_id": ACCOUNT, "hide_public_access": "true", **query})
    assert reply.status_code == 200
    return dict(reply.json())


def test_one_page_has_neither_next_nor_previous(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm)
    assert (body["limit"], body["offset"], body["total_count"], len(body["groups"])) == (50, 0, 5, 5)
    assert {"next", "previous"}.isdisjoint(body)
    assert href(body, "first") == {"limit": "50", "account_id": ACCOUNT, "hide_public_access": "true"}
    assert href(body, "last")["offset"] == "0"


def test_an_empty_list(ibm: Ibm) -> None:
    body = page(ibm)
    assert (body["total_count"], body["groups"]) == (0, [])
    assert "next" not in body


def test_next_and_previous_lead_through_all_pages(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, limit=2)
    assert body["next"]["href"].startswith(f"{emulator.url}/v2/groups?")
    assert href(body, "next") == {
        "offset": "2",
        "limit": "2",
        "account_id": ACCOUNT,
        "hide_public_access": "true",
    }
    assert href(body, "last")["offset"] == "4"
    names = [group["name"] for group in body["groups"]]
    middle = ibm.get(body["next"]["href"]).json()
    assert href(middle, "previous")["offset"] == "0"
    while True:
        names += [group["name"] for group in middle["groups"]]
        if "next" not in middle:
            break
        middle = ibm.get(middle["next"]["href"]).json()
    assert names == list("abcde")
    assert href(middle, "previous")["offset"] == "2"


def test_the_last_page_may_be_full(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, limit=5)
    assert "next" not in body
    assert href(body, "last")["offset"] == "0"
    ibm.group("f")
    body = page(ibm, limit=3)
    assert (href(body, "next")["offset"], href(body, "last")["offset"]) == ("3", "3")
    assert "next" not in page(ibm, limit=3, offset=3)


def test_a_page_beyond_the_end_is_empty(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, offset=10)
    assert (body["total_count"], body["groups"]) == (5, [])
    assert "next" not in body


def test_limit_0_returns_no_rows(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, limit=0)
    assert (body["limit"], body["total_count"], body["groups"]) == (0, 5, [])


@pytest.mark.parametrize("query", ["limit=101", "limit=-1", "limit=x", "offset=-1", "sort=size", "search=admins"])
def test_bad_queries_are_refused(ibm: Ibm, query: str) -> None:
    refused(ibm.get(f"/v2/groups?account_id=acc-demo&{query}"), 400, "invalid_payload")


def test_the_server_may_cap_a_page(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    emulator.switch(page_limit=2)
    body = page(ibm, limit=100)
    assert (body["limit"], len(body["groups"])) == (2, 2)
    assert href(body, "next")["limit"] == "2"


def test_items_have_a_href_and_no_account(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    [first] = page(ibm, limit=1)["groups"]
    assert first["href"] == f"{emulator.url}/v2/groups/{first['id']}"
    assert "account_id" not in first
    assert "is_federated" not in first
    assert "is_federated" in page(ibm, show_federated="true")["groups"][0]


@pytest.mark.parametrize(
    ("sort", "names"),
    [("name", "abcde"), ("-name", "edcba"), ("description", "cebda"), ("-description", "adbec")],
)
def test_sorts(ibm: Ibm, five: list[str], sort: str, names: str) -> None:
    assert "".join(ibm.names(sort=sort)) == names


def test_sort_by_id_and_by_federation(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    by_id = [group["id"] for group in page(ibm, sort="-id")["groups"]]
    assert by_id == sorted(five, reverse=True)
    assert ibm.post(f"/v2/groups/{five[0]}/rules", json=RULE).status_code == 201
    assert ibm.names(sort="-is_federated")[0] == "b"
    assert ibm.names(sort="is_federated")[-1] == "b"


@pytest.mark.parametrize(
    ("search", "names"),
    [("name:A", ["a"]), ("description:x", ["b"]), ("name:zz", []), ("id:AccessGroupId-", list("abcde"))],
)
def test_search(ibm: Ibm, five: list[str], search: str, names: list[str]) -> None:
    assert ibm.names(search=search) == names


def test_the_public_group_is_listed_unless_hidden(ibm: Ibm, five: list[str]) -> None:
    body = page(ibm, hide_public_access="false")
    assert body["total_count"] == 6
    assert [group["name"] for group in body["groups"]] == [*"abcde", "Public Access"]


def test_a_list_shows_one_account_only(ibm: Ibm, five: list[str]) -> None:
    ibm.group("elsewhere", account="acc-2")
    assert ibm.names() == list("abcde")
    assert ibm.names(account_id="acc-2") == ["elsewhere"]


def test_groups_of_one_identity(emulator: Running, ibm: Ibm, five: list[str]) -> None:
    ibm.join(five[0], "IBMid-1")
    ibm.join(five[1], "IBMid-2")
    dynamic = {"group_id": five[2], "iam_id": "IBMid-1", "membership_type": "dynamic"}
    emulator.seed(ibm={"members": [dynamic]})
    assert ibm.names(iam_id="IBMid-1") == ["b"]
    assert ibm.names(iam_id="IBMid-1", membership_type="dynamic") == ["a"]
    assert ibm.names(iam_id="IBMid-1", membership_type="all") == ["a", "b"]
    assert ibm.names(iam_id="IBMid-3") == []
    assert ibm.get("/v2/groups?account_id=a&iam_id=x&membership_type=odd").status_code == 400
