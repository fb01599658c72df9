"""Tests the set of members of one access group of IBM Cloud IAM."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import NotFound, UnmanagedContent
from roster_emulator import Running
from support.ibm_api import ibm_add, ibm_members, ibm_remove
from support.resources import Resource

ANNA, BERT, CARA, DORA = (f"IBMid-1100000{name * 3}" for name in "ABCD")
ROBOT, PROFILE = "iam-ServiceId-11111111-aaaa", "iam-Profile-22222222-bbbb"
MANY = [f"IBMid-{number:04}" for number in range(1000)]

ADD = "PUT /v2/groups/{access_group_id}/members"
REMOVE = "POST /v2/groups/{access_group_id}/members/delete"
LIST = "GET /v2/groups/{access_group_id}/members"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


def shown(members: Resource) -> list[str]:
    return [member["iam_id"] for member in members.outputs["members"]]


def sizes(server: Running, route: str) -> list[int]:
    """Return the number of items in each call of a route."""
    return [
        len(call["body"]["members"])
        for call in server.last_requests()
        if f"{call['method']} {call['route']}" == route and call["body"]
    ]


# -- what may be declared


@pytest.mark.parametrize(
    ("given", "type"),
    [
        (ANNA, "user"),
        (ROBOT, "service"),
        (PROFILE, "profile"),
        ({"iam_id": ANNA}, "user"),
        ({"iam_id": ROBOT, "type": "service"}, "service"),
        ({"iam_id": "Other-1", "type": "user"}, "user"),
    ],
)
def test_the_type_of_a_member_follows_from_the_prefix_of_its_id(members: Resource, given: Any, type: str) -> None:
    checked = members.checked(access_group_id="g", members=[given])
    assert checked["members"] == [{"iam_id": given if isinstance(given, str) else given["iam_id"], "type": type}]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([""], "members[0].iam_id"),
        ([ANNA, "no id"], "members[1].iam_id"),
        ([ANNA, {"iam_id": "no/../id"}], "members[1].iam_id"),
        ([{"type": "user"}], "members[0].iam_id"),
        ([{"iam_id": ANNA, "typ": "user"}], "members[0].typ"),
        ([{"iam_id": ANNA, "type": "robot"}], "members[0]"),
        ([{"iam_id": ANNA, "type": "service"}], "members[0]"),
        (["Other-1"], "members[0]"),
        ([5], "members[0]"),
        ([None], "members[0]"),
        (ANNA, "members"),
        (5, "members"),
        ([{"iam_id": "Other-1", "type": "user"}, {"iam_id": "Other-1", "type": "service"}], "members"),
    ],
)
def test_a_malformed_member_fails_with_its_path(members: Resource, given: Any, path: str) -> None:
    assert set(members.failures(access_group_id="g", members=given)) == {path}


# -- the set


def test_an_update_sends_only_the_changes(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    emulator.clear_requests()
    assert members.up(access_group_id=team, members=[BERT, CARA]) == "update"
    assert emulator.requests() == {ADD: 1, REMOVE: 1}
    assert ibm_members(emulator, team) == {BERT, CARA}


def test_a_thousand_members_are_sent_in_chunks_of_fifty(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=MANY)
    assert sizes(emulator, ADD) == [50] * 20
    emulator.clear_requests()
    assert members.refresh()
    assert emulator.requests() == {LIST: 10}
    assert members.preview(access_group_id=team, members=list(reversed(MANY))) == "same"
    members.up(access_group_id=team, members=MANY[:930])
    assert sizes(emulator, REMOVE) == [50, 20]
    members.destroy()
    assert ibm_members(emulator, team) == set()


def test_an_empty_set_is_managed(members: Resource, emulator: Running, team: str) -> None:
    emulator.clear_requests()
    members.up(access_group_id=team, members=[])
    assert emulator.requests() == {"GET /v2/groups/{access_group_id}": 1}, "one read must check that the group exists"
    assert members.refresh()
    assert members.up(access_group_id=team, members=[ANNA]) == "update"
    assert members.up(access_group_id=team, members=[]) == "update"
    assert ibm_members(emulator, team) == set()


# -- unmanaged members


def test_unmanaged_members_are_neither_shown_nor_removed(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_add(emulator, team, CARA)
    assert members.refresh()
    assert shown(members) == [ANNA, BERT]
    members.up(access_group_id=team, members=[ANNA])
    assert ibm_members(emulator, team) == {ANNA, CARA, DORA}
    members.destroy()
    assert ibm_members(emulator, team) == {CARA, DORA}


def test_a_declared_member_that_was_there_before_becomes_managed(
    members: Resource, emulator: Running, team: str
) -> None:
    ibm_add(emulator, team, ANNA)
    members.up(access_group_id=team, members=[ANNA])
    members.destroy()
    assert ibm_members(emulator, team) == set()


def test_creating_an_exclusive_set_refuses_and_names_unmanaged_members(
    members: Resource, emulator: Running, team: str
) -> None:
    ibm_add(emulator, team, ANNA, DORA)
    with pytest.raises(UnmanagedContent) as caught:
        members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    assert DORA in str(caught.value)
    assert ANNA not in str(caught.value)
    assert "adopt=True" in str(caught.value)
    assert ibm_members(emulator, team) == {ANNA, DORA}, "a refused creation must change nothing"


def test_an_adopted_exclusive_set_removes_unmanaged_members(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, ANNA, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True, adopt=True)
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_an_exclusive_set_shows_unmanaged_members_and_removes_them(
    members: Resource, emulator: Running, team: str
) -> None:
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    ibm_add(emulator, team, DORA)
    assert members.refresh()
    assert shown(members) == [ANNA, DORA]
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert ibm_members(emulator, team) == {ANNA}


def test_an_exclusive_set_removes_no_member_that_no_preview_has_shown(
    members: Resource, emulator: Running, team: str
) -> None:
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    assert ibm_members(emulator, team) == {ANNA, BERT, DORA}
    assert members.preview(access_group_id=team, members=[ANNA, BERT], exclusive=True) == "same"
    assert members.refresh()
    assert members.preview(access_group_id=team, members=[ANNA, BERT], exclusive=True) == "update", (
        "the preview must show the unmanaged member after a refresh"
    )


def test_a_set_that_becomes_exclusive_shows_unmanaged_members_first(
    members: Resource, emulator: Running, team: str
) -> None:
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA])
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "same"
    assert ibm_members(emulator, team) == {ANNA, DORA}
    assert members.refresh()
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert ibm_members(emulator, team) == {ANNA}


def test_members_that_a_rule_adds_are_ignored(members: Resource, emulator: Running, team: str) -> None:
    emulator.seed(ibm={"members": [{"group_id": team, "iam_id": DORA, "membership_type": "dynamic"}]})
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    assert members.refresh()
    assert shown(members) == [ANNA]


# -- drift


def test_an_emptied_set_is_drift_and_not_a_deletion(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_remove(emulator, team, ANNA, BERT)
    assert members.refresh()
    assert shown(members) == []
    members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_an_empty_set_in_a_missing_group_is_an_error(members: Resource) -> None:
    with pytest.raises(NotFound):
        members.up(access_group_id="AccessGroupId-none", members=[])
