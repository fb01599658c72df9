from __future__ import annotations

from typing import Any

import pytest

from roster_emulator import Running
from testkit.ibm import Ibm, refused

USER, SERVICE, PROFILE = "IBMid-1100000AAA", "iam-ServiceId-11-22", "iam-Profile-33-44"


@pytest.fixture
def group(ibm: Ibm) -> str:
    return str(ibm.group()["id"])


def add_dynamic(emulator: Running, group_id: str, iam_id: str) -> None:
    emulator.seed(ibm={"members": [{"group_id": group_id, "iam_id": iam_id, "membership_type": "dynamic"}]})


def add(ibm: Ibm, group_id: str, members: Any) -> Any:
    return ibm.put(f"/v2/groups/{group_id}/members", json={"members": members})


def users(count: int) -> list[str]:
    return [f"IBMid-{number}" for number in range(count)]


def test_some_items_succeed_and_others_fail(ibm: Ibm, group: str) -> None:
    wanted = [
        {"iam_id": USER, "type": "user"},
        {"iam_id": "nobody", "type": "service"},
        {"iam_id": PROFILE, "type": "profile"},
        {"iam_id": SERVICE, "type": "user"},
    ]
    reply = add(ibm, group, wanted)
    assert reply.status_code == 207
    good, malformed, profile, mistyped = reply.json()["members"]
    assert list(good) == ["iam_id", "type", "created_at", "created_by_id", "status_code"]
    assert (good["iam_id"], good["type"], good["status_code"]) == (USER, "user", 200)
    assert profile["status_code"] == 200
    assert malformed == {
        "iam_id": "nobody",
        "status_code": 400,
        "trace": reply.headers["Transaction-Id"],
        "errors": [{"code": "error_occurred", "message": "The service id is missing or incorrect"}],
    }
    assert mistyped["status_code"] == 400
    assert ibm.members(group) == [USER, PROFILE]


def test_an_unknown_identity_cannot_be_added(emulator: Running, ibm: Ibm) -> None:
    emulator.seed(ibm={"identities": [{"iam_id": USER, "known": False}]})
    [item] = ibm.join(ibm.group()["id"], USER)
    assert item["status_code"] == 400


@pytest.mark.parametrize(
    "members",
    [
        *([], "text", [USER], [{"iam_id": USER}], [{"iam_id": USER, "type": "admin"}], [{"type": "user"}]),
        [{"iam_id": USER, "type": "user"}, {"iam_id": USER, "type": "user"}],
        [{"iam_id": iam_id, "type": "user"} for iam_id in users(51)],
    ],
    ids=["none", "text", "plain", "no type", "odd type", "no id", "twice", "51"],
)
def test_a_bad_list_of_members_is_refused_whole_and_one_of_fifty_accepted(ibm: Ibm, group: str, members: Any) -> None:
    refused(add(ibm, group, members), 400, "invalid_payload")
    assert ibm.members(group) == []
    assert {item["status_code"] for item in ibm.join(group, *users(50))} == {200}


def test_adding_again_succeeds_and_keeps_the_first_time(emulator: Running, ibm: Ibm, group: str) -> None:
    first = ibm.join(group, USER)
    emulator.clock(ahead=100)
    assert ibm.join(group, USER) == first
    emulator.switch(readd_conflict=True)
    assert ibm.join(group, USER)[0]["status_code"] == 409


def test_an_absent_group(ibm: Ibm) -> None:
    one = [{"iam_id": USER, "type": "user"}]
    refused(add(ibm, "nope", one), 404, "membership_not_found", "Failed to find the membership")
    for method, path in [("GET", "members"), ("DELETE", f"members/{USER}"), ("POST", "members/delete")]:
        reply = ibm.request(method, f"/v2/groups/nope/{path}", json={"members": [USER]})
        refused(reply, 404, "group_not_found", "Failed to find the specified access group: nope")


def test_an_identity_is_in_at_most_fifty_groups(emulator: Running, ibm: Ibm) -> None:
    emulator.seed(ibm={"groups": [{"name": f"g{n}", "members": [USER]} for n in range(50)]})
    group = ibm.group("one more")
    refusal, other = ibm.join(group["id"], USER, "IBMid-2")
    assert refusal["status_code"] == 403
    assert (refusal["created_at"], refusal["created_by_id"]) == ("", "")
    assert refusal["errors"] == [
        {
            "code": "error_occurred",
            "message": "Group membership limit reached. A member can be a member of at most 50 groups",
        }
    ]
    assert other["status_code"] == 200
    emulator.switch(identity_limit=51)
    assert ibm.join(group["id"], USER)[0]["status_code"] == 200


def test_head_answers_whether_an_identity_is_a_member(emulator: Running, ibm: Ibm, group: str) -> None:
    ibm.join(group, USER)
    add_dynamic(emulator, group, "IBMid-2")
    replies = [ibm.head(f"/v2/groups/{group}/members/{i}") for i in (USER, "IBMid-2", "IBMid-3")]
    assert [reply.status_code for reply in replies] == [204, 204, 404]
    assert ibm.head(f"/v2/groups/nope/members/{USER}").status_code == 404
    assert all(reply.content == b"" for reply in replies)


def test_one_member_is_removed(emulator: Running, ibm: Ibm, group: str) -> None:
    ibm.join(group, USER, SERVICE)
    path = f"/v2/groups/{group}/members/{USER}"
    assert ibm.delete(path).status_code == 204
    refused(ibm.delete(path), 404, "membership_not_found")
    assert ibm.members(group) == [SERVICE]
    add_dynamic(emulator, group, USER)
    assert ibm.delete(path).status_code == 404


def test_many_members_are_removed(ibm: Ibm, group: str) -> None:
    ibm.join(group, USER, SERVICE)
    reply = ibm.post(f"/v2/groups/{group}/members/delete", json={"members": [USER, "IBMid-2"]})
    assert reply.status_code == 207
    assert reply.json() == {
        "access_group_id": group,
        "members": [
            {"iam_id": USER, "status_code": 204},
            {
                "iam_id": "IBMid-2",
                "status_code": 404,
                "trace": reply.headers["Transaction-Id"],
                "errors": [{"code": "error_occurred", "message": "Failed to find the membership"}],
            },
        ],
    }
    assert ibm.members(group) == [SERVICE]


@pytest.mark.parametrize("members", [[], [USER, USER], users(51), [1], "x"], ids=lambda value: str(value)[:20])
def test_a_bad_list_to_remove_is_refused_whole(ibm: Ibm, group: str, members: Any) -> None:
    ibm.join(group, USER)
    reply = ibm.post(f"/v2/groups/{group}/members/delete", json={"members": members})
    refused(reply, 400, "invalid_payload")
    assert ibm.members(group) == [USER]


def test_the_switch_makes_a_removal_of_absent_members_404(emulator: Running, ibm: Ibm) -> None:
    path = f"/v2/groups/{ibm.group()['id']}/members/delete"
    assert ibm.post(path, json={"members": [USER]}).status_code == 207
    emulator.switch(bulk_absent_404=True)
    assert ibm.post(path, json={"members": [USER]}).status_code == 404


def test_the_list_of_members(emulator: Running, ibm: Ibm, group: str) -> None:
    ibm.join(group, USER, SERVICE)
    body = ibm.get(f"/v2/groups/{group}/members").json()
    assert (body["limit"], body["offset"], body["total_count"]) == (50, 0, 2)
    first = body["members"][0]
    assert list(first) == ["iam_id", "type", "membership_type", "href", "created_at", "created_by_id"]
    assert (first["type"], first["membership_type"]) == ("user", "static")
    assert first["href"] == f"{emulator.url}/v2/groups/{group}/members/{USER}"


def test_the_list_is_filtered(emulator: Running, ibm: Ibm, group: str) -> None:
    ibm.join(group, USER, SERVICE)
    add_dynamic(emulator, group, "IBMid-2")
    assert ibm.members(group, type="service") == [SERVICE]
    assert ibm.members(group, membership_type="dynamic") == ["IBMid-2"]
    assert ibm.members(group, membership_type="all") == [USER, SERVICE, "IBMid-2"]
    assert ibm.members(group) == [USER, SERVICE]
    for query in ("type=odd", "membership_type=odd", "sort=odd", "limit=101", "verbose=maybe"):
        refused(ibm.get(f"/v2/groups/{group}/members?{query}"), 400, "invalid_payload")


def test_verbose_shows_names_and_sorts_by_them(emulator: Running, ibm: Ibm, group: str) -> None:
    people = {"IBMid-3": ("Zoe", "a@example.com"), "IBMid-2": ("adam", "z@example.com")}
    known = [{"iam_id": i, "name": name, "email": mail} for i, (name, mail) in people.items()]
    emulator.seed(ibm={"identities": [*known, {"iam_id": SERVICE, "name": "Mill", "description": "grinds"}]})
    ibm.join(group, "IBMid-3", SERVICE, "IBMid-2")
    path = f"/v2/groups/{group}/members"
    zoe, mill, _ = ibm.get(f"{path}?verbose=true").json()["members"]
    assert (zoe["name"], zoe["email"], "description" in zoe) == ("Zoe", "a@example.com", False)
    assert (mill["name"], mill["description"], "email" in mill) == ("Mill", "grinds", False)
    assert ibm.members(group, verbose="true", sort="name") == ["IBMid-2", SERVICE, "IBMid-3"]
    assert ibm.members(group, verbose="true", sort="-name") == ["IBMid-3", SERVICE, "IBMid-2"]
    assert ibm.members(group, verbose="true", sort="-email")[:2] == ["IBMid-2", "IBMid-3"]
    assert ibm.members(group, verbose="true", sort="id") == ["IBMid-2", "IBMid-3", SERVICE]
    assert ibm.members(group, sort="name") == ["IBMid-3", SERVICE, "IBMid-2"]


def test_a_thousand_members_come_in_pages(emulator: Running, ibm: Ibm) -> None:
    emulator.seed(ibm={"groups": [{"name": "crowd", "id": "AccessGroupId-crowd", "members": users(1000)}]})
    found: list[str] = []
    body = ibm.get("/v2/groups/AccessGroupId-crowd/members?limit=100").json()
    while True:
        found += [member["iam_id"] for member in body["members"]]
        if "next" not in body:
            break
        body = ibm.get(body["next"]["href"]).json()
    assert body["total_count"] == 1000
    assert found == users(1000)


def test_a_member_joins_many_groups(ibm: Ibm) -> None:
    mine, other = ibm.group("mine"), ibm.group("other", account="acc-2")
    wanted = [mine["id"], other["id"], "nope", "AccessGroupId-PublicAccess"]
    path = f"/v2/groups/_allgroups/members/{USER}?account_id=acc-demo"
    reply = ibm.put(path, json={"type": "user", "groups": wanted})
    assert reply.status_code == 207
    items = reply.json()["groups"]
    assert items[0] == {"access_group_id": mine["id"], "status_code": 200}
    assert [item["status_code"] for item in items] == [200, 404, 404, 405]
    assert items[1] == {
        "access_group_id": other["id"],
        "status_code": 404,
        "trace": reply.headers["Transaction-Id"],
        "errors": [{"code": "error_occurred", "message": "Group not found in account"}],
    }
    assert ibm.members(mine["id"]) == [USER]


def test_joining_many_groups_refuses_bad_calls(ibm: Ibm) -> None:
    group = ibm.group()["id"]
    path = f"/v2/groups/_allgroups/members/{USER}"
    message = f"A duplicate groupId entry was found for {group}. Please remove any duplicate entries."
    account = {"account_id": "acc-demo"}
    twice = ibm.put(path, params=account, json={"type": "user", "groups": [group, "b", group]})
    refused(twice, 400, "duplicate_groupid_error", message)
    many = [f"g{n}" for n in range(51)]
    for body in ({"type": "user", "groups": []}, {"groups": many}, {"type": "odd", "groups": [group]}):
        refused(ibm.put(path, params=account, json=body), 400, "invalid_payload")
    refused(ibm.put(path, json={"type": "user", "groups": [group]}), 400, "invalid_payload")
    malformed = ibm.put("/v2/groups/_allgroups/members/x", params=account, json={"type": "user", "groups": [group]})
    assert malformed.json()["groups"][0]["status_code"] == 400
    assert ibm.members(group) == []


def test_a_member_leaves_all_groups_of_an_account(ibm: Ibm) -> None:
    mine, also, other = ibm.group("mine"), ibm.group("also"), ibm.group("other", account="acc-2")
    for group in (mine, also, other):
        ibm.join(group["id"], USER, SERVICE)
    path = f"/v2/groups/_allgroups/members/{USER}"
    refused(ibm.delete(path), 400, "invalid_payload")
    reply = ibm.delete(f"{path}?account_id=acc-demo")
    assert reply.status_code == 207
    assert reply.json() == {
        "iam_id": USER,
        "groups": [{"access_group_id": i, "status_code": 204} for i in sorted([mine["id"], also["id"]])],
    }
    assert [ibm.members(group["id"]) for group in (mine, other)] == [[SERVICE], [USER, SERVICE]]
    refused(ibm.delete(f"{path}?account_id=acc-demo"), 404, "no_groups_found", f"No groups found for member: {USER}")
