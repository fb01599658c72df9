from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import NotFound, UnmanagedContent
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
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


def sizes(world: Running, route: str) -> list[int]:
    """How many items each call of a route carried."""
    return [
        len(call["body"]["members"])
        for call in world.last_requests()
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
def test_a_member_is_an_id_or_a_dict_and_its_prefix_tells_its_type(members: Resource, given: Any, type: str) -> None:
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
def test_what_is_wrong_with_a_member_is_told_with_its_place(members: Resource, given: Any, path: str) -> None:
    assert set(members.faults(access_group_id="g", members=given)) == {path}


def test_all_faults_come_together(members: Resource) -> None:
    faults = members.faults(access_group_id="AccessGroupId-PublicAccess", members=["a b", ANNA, "c d"], exclusive=1)
    assert set(faults) == {"access_group_id", "members[0].iam_id", "members[2].iam_id", "exclusive"}


def test_a_member_that_is_not_known_yet_hides_no_fault_of_its_neighbours(members: Resource) -> None:
    given = [UNKNOWN, {"iam_id": UNKNOWN}, {"iam_id": ANNA, "type": UNKNOWN}]
    assert members.faults(access_group_id=UNKNOWN, members=given) == {}
    assert members.faults(access_group_id=UNKNOWN, members=UNKNOWN) == {}
    assert set(members.faults(access_group_id=UNKNOWN, members=[*given, "a b"])) == {"members[3].iam_id"}


# -- the set


def test_all_three_kinds_of_identity(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[PROFILE, ANNA, ROBOT])
    body = ibm(emulator, "GET", f"/groups/{team}/members")
    assert {row["iam_id"]: row["type"] for row in body["members"]} == {
        ANNA: "user",
        ROBOT: "service",
        PROFILE: "profile",
    }


def test_order_and_repetition_mean_nothing(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[BERT, ANNA, BERT, {"iam_id": ANNA, "type": "user"}])
    assert sizes(emulator, ADD) == [2]
    assert members.preview(access_group_id=team, members=[ANNA, BERT]) == "same"


def test_only_what_changed_is_sent(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    emulator.clear_requests()
    assert members.up(access_group_id=team, members=[BERT, CARA]) == "update"
    assert emulator.requests() == {ADD: 1, REMOVE: 1}
    assert ibm_members(emulator, team) == {BERT, CARA}


def test_a_thousand_members_go_in_fifties(members: Resource, emulator: Running, team: str) -> None:
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


def test_an_empty_set_is_managed_and_empty(members: Resource, emulator: Running, team: str) -> None:
    emulator.clear_requests()
    members.up(access_group_id=team, members=[])
    assert emulator.requests() == {"GET /v2/groups/{access_group_id}": 1}, "whether there is such a group"
    assert members.refresh()
    assert members.up(access_group_id=team, members=[ANNA]) == "update"
    assert members.up(access_group_id=team, members=[]) == "update"
    assert ibm_members(emulator, team) == set()


def test_another_group_takes_the_members_with_it(members: Resource, emulator: Running, team: str) -> None:
    other = ibm_group(emulator, "other")
    members.up(access_group_id=team, members=[ANNA])
    assert members.up(access_group_id=other, members=[ANNA]) == "replace"
    assert (ibm_members(emulator, team), ibm_members(emulator, other)) == (set(), {ANNA})


def test_another_connection_to_the_same_account_loses_no_member(emulator: Running, team: str) -> None:
    keys = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-demo"}
    members = Resource("ibm.AccessGroupMembers", emulator, connections={"second": keys})
    members.up(access_group_id=team, members=[ANNA])
    members.up(access_group_id=team, members=[ANNA], connection="second")
    assert ibm_members(emulator, team) == {ANNA}


# -- strangers


def test_strangers_are_neither_shown_nor_removed(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_add(emulator, team, CARA)
    assert members.refresh()
    assert shown(members) == [ANNA, BERT]
    members.up(access_group_id=team, members=[ANNA])
    assert ibm_members(emulator, team) == {ANNA, CARA, DORA}
    members.destroy()
    assert ibm_members(emulator, team) == {CARA, DORA}


def test_a_stranger_that_is_declared_becomes_ours(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, ANNA)
    members.up(access_group_id=team, members=[ANNA])
    members.destroy()
    assert ibm_members(emulator, team) == set()


def test_exclusive_refuses_strangers_at_its_making_and_names_them(
    members: Resource, emulator: Running, team: str
) -> None:
    ibm_add(emulator, team, ANNA, DORA)
    with pytest.raises(UnmanagedContent) as refused:
        members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    assert DORA in str(refused.value)
    assert ANNA not in str(refused.value)
    assert "adopt=True" in str(refused.value)
    assert ibm_members(emulator, team) == {ANNA, DORA}, "nothing was done"


def test_exclusive_with_adopt_removes_strangers(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, ANNA, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True, adopt=True)
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_exclusive_shows_strangers_as_drift_and_removes_them(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    ibm_add(emulator, team, DORA)
    assert members.refresh()
    assert shown(members) == [ANNA, DORA]
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert ibm_members(emulator, team) == {ANNA}


def test_exclusive_removes_no_one_that_no_preview_has_shown(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    assert ibm_members(emulator, team) == {ANNA, BERT, DORA}
    assert members.preview(access_group_id=team, members=[ANNA, BERT], exclusive=True) == "same"
    assert members.refresh()
    assert members.preview(access_group_id=team, members=[ANNA, BERT], exclusive=True) == "update", "it shows now"


def test_becoming_exclusive_shows_the_strangers_first(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA])
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "same"
    assert ibm_members(emulator, team) == {ANNA, DORA}
    assert members.refresh()
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert ibm_members(emulator, team) == {ANNA}


def test_members_by_a_rule_are_not_counted(members: Resource, emulator: Running, team: str) -> None:
    emulator.seed(ibm={"members": [{"group_id": team, "iam_id": DORA, "membership_type": "dynamic"}]})
    members.up(access_group_id=team, members=[ANNA], exclusive=True)
    assert members.refresh()
    assert shown(members) == [ANNA]


# -- drift


def test_a_member_removed_by_hand_is_drift(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_remove(emulator, team, ANNA)
    assert members.refresh()
    assert shown(members) == [BERT]
    assert members.up(access_group_id=team, members=[ANNA, BERT]) == "update"
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_all_members_removed_by_hand_are_drift_not_absence(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_remove(emulator, team, ANNA, BERT)
    assert members.refresh()
    assert shown(members) == []
    members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_a_group_that_is_gone_takes_the_set_with_it(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA])
    ibm(emulator, "DELETE", f"/groups/{team}?force=true")
    members.subject.delete(members.id, members.outputs)
    assert not members.refresh()


def test_a_page_that_skips_a_row_is_read_again(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=MANY[:150])
    for kind in ("page_skip", "page_repeat"):
        emulator.fault(kind=kind, route="/v2/groups/{access_group_id}/members", skip=1)
        assert members.refresh()
        assert shown(members) == MANY[:150]


def test_get_shows_all_members(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, BERT, ANNA)
    outputs = members.get(team)
    assert outputs["access_group_id"] == team
    assert [member["iam_id"] for member in outputs["members"]] == [ANNA, BERT]
    with pytest.raises(NotFound):
        members.get("AccessGroupId-absent")


def test_no_members_of_a_group_that_does_not_exist_are_refused(members: Resource) -> None:
    with pytest.raises(NotFound):
        members.up(access_group_id="AccessGroupId-none", members=[])
