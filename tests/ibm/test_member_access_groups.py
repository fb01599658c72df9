from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import PartialFailure, UnmanagedContent
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
from support.resources import Resource

ANNA, BERT = "IBMid-1100000AAA", "IBMid-1100000BBB"
ALL = "/v2/groups/_allgroups/members/{iam_id}"


@pytest.fixture
def groups(emulator: Running) -> list[str]:
    return sorted(ibm_group(emulator, f"group {number}") for number in range(4))


@pytest.fixture
def member(emulator: Running) -> Resource:
    return Resource("ibm.MemberAccessGroups", emulator)


def groups_of(world: Running, iam_id: str = ANNA) -> list[str]:
    body = ibm(world, "GET", f"/groups?account_id=acc-demo&iam_id={iam_id}&limit=100")
    return sorted(row["id"] for row in body["groups"])


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"access_group_ids": []}, set()),
        ({"access_group_ids": [f"g{n}" for n in range(50)]}, set()),
        ({"access_group_ids": [f"g{n % 50}" for n in range(80)]}, set()),
        ({"access_group_ids": [f"g{n}" for n in range(51)]}, {"access_group_ids"}),
        ({"access_group_ids": ["g", "AccessGroupId-PublicAccess"]}, {"access_group_ids[1]"}),
        ({"access_group_ids": ["g", ""]}, {"access_group_ids[1]"}),
        ({"access_group_ids": ["g", 5]}, {"access_group_ids[1]"}),
        ({"access_group_ids": "g"}, {"access_group_ids"}),
        ({"access_group_ids": [UNKNOWN, "g"], "iam_id": UNKNOWN}, set()),
        ({"access_group_ids": UNKNOWN}, set()),
        ({"iam_id": "Other-1"}, {"type"}),
        ({"type": "service"}, {"type"}),
        ({"iam_id": "a b", "account_id": 5, "exclusive": "no"}, {"iam_id", "account_id", "exclusive"}),
        ({"type": "service", "access_group_ids": [f"g{n}" for n in range(51)]}, {"type", "access_group_ids"}),
        ({"exclusive": "no", "access_group_ids": [f"g{n}" for n in range(51)]}, {"exclusive", "access_group_ids"}),
    ],
)
def test_what_may_be_declared(member: Resource, given: dict[str, Any], faults: set[str]) -> None:
    assert set(member.faults(**{"iam_id": ANNA, "access_group_ids": ["g"], **given})) == faults


def test_fifty_groups_are_joined_in_one_call(member: Resource, emulator: Running) -> None:
    groups = sorted(ibm_group(emulator, f"one of fifty {number}") for number in range(50))
    emulator.clear_requests()
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert emulator.requests() == {f"PUT {ALL}": 1}
    assert groups_of(emulator) == groups
    emulator.clear_requests()
    member.destroy()
    assert groups_of(emulator) == []


def test_it_leaves_only_the_groups_that_it_joined(member: Resource, emulator: Running, groups: list[str]) -> None:
    """The call that removes an identity from all groups would take out what somebody adds a moment before it."""
    member.up(iam_id=ANNA, access_group_ids=groups[:2], exclusive=True)
    ibm_add(emulator, groups[3], ANNA)
    emulator.clear_requests()
    member.destroy()
    assert emulator.requests() == {"POST /v2/groups/{access_group_id}/members/delete": 2}
    assert groups_of(emulator) == [groups[3]]


def test_only_what_changed_is_sent(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    assert member.preview(iam_id=ANNA, access_group_ids=[*reversed(groups[:2]), groups[0]]) == "same"
    emulator.clear_requests()
    assert member.up(iam_id=ANNA, access_group_ids=groups[1:3]) == "update"
    assert emulator.requests() == {f"PUT {ALL}": 1, "POST /v2/groups/{access_group_id}/members/delete": 1}
    assert groups_of(emulator) == groups[1:3]


def test_another_identity_replaces(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    assert member.up(iam_id=BERT, access_group_ids=groups[:2]) == "replace"
    assert (groups_of(emulator, ANNA), groups_of(emulator, BERT)) == ([], groups[:2])


def test_naming_the_type_that_the_id_tells_is_no_change(member: Resource, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert member.preview(iam_id=ANNA, access_group_ids=groups, type="user") == "same"


def test_another_connection_to_the_same_account_leaves_no_group(emulator: Running, groups: list[str]) -> None:
    keys = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-demo"}
    member = Resource("ibm.MemberAccessGroups", emulator, connections={"second": keys})
    member.up(iam_id=ANNA, access_group_ids=groups)
    member.up(iam_id=ANNA, access_group_ids=groups, connection="second")
    assert groups_of(emulator) == groups


def test_other_groups_are_neither_shown_nor_left(member: Resource, emulator: Running, groups: list[str]) -> None:
    ibm_add(emulator, groups[3], ANNA)
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    assert member.refresh()
    assert member.outputs["access_group_ids"] == groups[:2]
    member.destroy()
    assert groups_of(emulator) == [groups[3]]


def test_members_of_other_accounts_are_left_alone(member: Resource, emulator: Running, groups: list[str]) -> None:
    elsewhere = ibm_group(emulator, "elsewhere", account="acc-other")
    ibm_add(emulator, elsewhere, ANNA)
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    member.destroy()
    assert ibm_members(emulator, elsewhere) == {ANNA}


def test_exclusive_refuses_other_groups_at_its_making(member: Resource, emulator: Running, groups: list[str]) -> None:
    ibm_add(emulator, groups[3], ANNA)
    with pytest.raises(UnmanagedContent, match=groups[3]):
        member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    assert groups_of(emulator) == [groups[3]]
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True, adopt=True)
    assert groups_of(emulator) == groups[:1]


def test_exclusive_shows_other_groups_as_drift(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    ibm_add(emulator, groups[3], ANNA)
    assert member.refresh()
    assert member.outputs["access_group_ids"] == sorted([groups[0], groups[3]])
    assert member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True) == "update"
    assert groups_of(emulator) == groups[:1]


def test_removal_by_hand_is_drift(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    for group in groups:
        ibm_remove(emulator, group, ANNA)
    assert member.refresh()
    assert member.outputs["access_group_ids"] == []
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert groups_of(emulator) == groups


def test_a_declared_group_that_is_deleted_outside_is_drift(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    ibm(emulator, "DELETE", f"/groups/{groups[0]}?force=true")
    assert member.refresh()
    assert member.outputs["access_group_ids"] == [groups[1]]
    assert member.up(iam_id=ANNA, access_group_ids=[groups[1]]) == "same"


@pytest.mark.parametrize("status", [409, 429, 500])
def test_an_item_that_fails_for_a_while_is_sent_again(
    member: Resource, emulator: Running, groups: list[str], status: int
) -> None:
    emulator.fault(kind="items_fail", method="PUT", status=status, items=[groups[1]], times=2)
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert groups_of(emulator) == groups


def test_refused_groups_are_told_one_by_one_while_the_others_go_through(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    emulator.fault(kind="items_fail", method="PUT", status=403, items=[groups[0]], message="not yours", times=None)
    with pytest.raises(PartialFailure) as refused:
        member.up(iam_id=ANNA, access_group_ids=[*groups[:2], "AccessGroupId-absent"])
    assert f"{groups[0]}: 403 not yours" in str(refused.value)
    assert "AccessGroupId-absent: 404 Group not found" in str(refused.value)
    assert groups_of(emulator) == [groups[1]]


LEAVE = "/v2/groups/{access_group_id}/members/delete"


def test_a_group_that_holds_on_to_the_member_is_left_in_the_end(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    emulator.fault(kind="items_fail", method="POST", route=LEAVE, status=409, skip=1, times=2)
    member.destroy()
    assert groups_of(emulator) == []


def test_a_group_that_cannot_be_left_is_told(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    emulator.fault(kind="items_fail", method="POST", route=LEAVE, status=403, skip=1, message="stays")
    with pytest.raises(PartialFailure, match=rf"(?s)refused 1 of the groups.*{groups[1]}: 403 stays"):
        member.destroy()
    assert groups_of(emulator) == [groups[1]]


@pytest.mark.parametrize("kind", ["drop_after", "drop"])
def test_a_lost_reply_is_repaired(member: Resource, emulator: Running, groups: list[str], kind: str) -> None:
    emulator.fault(kind=kind, method="PUT")
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert groups_of(emulator) == groups
    emulator.fault(kind=kind, method="POST", route=LEAVE)
    member.destroy()
    assert groups_of(emulator) == []
