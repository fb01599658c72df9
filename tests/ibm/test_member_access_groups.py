"""Tests the set of access groups of one identity of IBM Cloud IAM."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import PartialFailure, UnmanagedContent
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
from support.resources import Resource

ANNA = "IBMid-1100000AAA"
ALL = "/v2/groups/_allgroups/members/{iam_id}"


@pytest.fixture
def groups(emulator: Running) -> list[str]:
    return sorted(ibm_group(emulator, f"group {number}") for number in range(4))


@pytest.fixture
def member(emulator: Running) -> Resource:
    return Resource("ibm.MemberAccessGroups", emulator)


def groups_of(server: Running, iam_id: str = ANNA) -> list[str]:
    body = ibm(server, "GET", f"/groups?account_id=acc-demo&iam_id={iam_id}&limit=100")
    return sorted(row["id"] for row in body["groups"])


@pytest.mark.parametrize(
    ("given", "failures"),
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
def test_all_check_failures_are_reported(member: Resource, given: dict[str, Any], failures: set[str]) -> None:
    assert set(member.failures(**{"iam_id": ANNA, "access_group_ids": ["g"], **given})) == failures


def test_fifty_groups_are_joined_in_one_request(member: Resource, emulator: Running) -> None:
    groups = sorted(ibm_group(emulator, f"one of fifty {number}") for number in range(50))
    emulator.clear_requests()
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert emulator.requests() == {f"PUT {ALL}": 1}
    assert groups_of(emulator) == groups
    emulator.clear_requests()
    member.destroy()
    assert groups_of(emulator) == []


def test_a_deletion_leaves_only_the_groups_that_the_resource_joined(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    """The call that removes an identity from all groups would also remove a membership that somebody else has added."""
    member.up(iam_id=ANNA, access_group_ids=groups[:2], exclusive=True)
    ibm_add(emulator, groups[3], ANNA)
    emulator.clear_requests()
    member.destroy()
    assert emulator.requests() == {"POST /v2/groups/{access_group_id}/members/delete": 2}
    assert groups_of(emulator) == [groups[3]]


def test_an_update_sends_only_the_changes(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    assert member.preview(iam_id=ANNA, access_group_ids=[*reversed(groups[:2]), groups[0]]) == "same"
    emulator.clear_requests()
    assert member.up(iam_id=ANNA, access_group_ids=groups[1:3]) == "update"
    assert emulator.requests() == {f"PUT {ALL}": 1, "POST /v2/groups/{access_group_id}/members/delete": 1}
    assert groups_of(emulator) == groups[1:3]


def test_unmanaged_groups_are_not_shown_and_the_identity_stays_in_them(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    ibm_add(emulator, groups[3], ANNA)
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    assert member.refresh()
    assert member.outputs["access_group_ids"] == groups[:2]
    member.destroy()
    assert groups_of(emulator) == [groups[3]]


def test_groups_of_other_accounts_are_left_alone(member: Resource, emulator: Running, groups: list[str]) -> None:
    elsewhere = ibm_group(emulator, "elsewhere", account="acc-other")
    ibm_add(emulator, elsewhere, ANNA)
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    member.destroy()
    assert ibm_members(emulator, elsewhere) == {ANNA}


def test_creating_an_exclusive_set_refuses_unmanaged_groups(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    ibm_add(emulator, groups[3], ANNA)
    with pytest.raises(UnmanagedContent, match=groups[3]):
        member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    assert groups_of(emulator) == [groups[3]]
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True, adopt=True)
    assert groups_of(emulator) == groups[:1]


def test_an_exclusive_set_shows_unmanaged_groups_and_removes_the_identity_from_them(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True)
    ibm_add(emulator, groups[3], ANNA)
    assert member.refresh()
    assert member.outputs["access_group_ids"] == sorted([groups[0], groups[3]])
    assert member.up(iam_id=ANNA, access_group_ids=groups[:1], exclusive=True) == "update"
    assert groups_of(emulator) == groups[:1]


def test_a_group_that_the_member_left_is_drift(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    for group in groups:
        ibm_remove(emulator, group, ANNA)
    assert member.refresh()
    assert member.outputs["access_group_ids"] == []
    member.up(iam_id=ANNA, access_group_ids=groups)
    assert groups_of(emulator) == groups


def test_a_deleted_group_is_drift(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups[:2])
    ibm(emulator, "DELETE", f"/groups/{groups[0]}?force=true")
    assert member.refresh()
    assert member.outputs["access_group_ids"] == [groups[1]]
    assert member.up(iam_id=ANNA, access_group_ids=[groups[1]]) == "same"


def test_each_refused_group_is_named_and_the_others_are_joined(
    member: Resource, emulator: Running, groups: list[str]
) -> None:
    emulator.fault(kind="items_fail", method="PUT", status=403, items=[groups[0]], message="not yours", times=None)
    with pytest.raises(PartialFailure) as caught:
        member.up(iam_id=ANNA, access_group_ids=[*groups[:2], "AccessGroupId-absent"])
    assert f"{groups[0]}: 403 not yours" in str(caught.value)
    assert "AccessGroupId-absent: 404 Group not found" in str(caught.value)
    assert groups_of(emulator) == [groups[1]]


LEAVE = "/v2/groups/{access_group_id}/members/delete"


def test_a_removal_that_fails_for_a_while_is_sent_again(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    emulator.fault(kind="items_fail", method="POST", route=LEAVE, status=409, skip=1, times=2)
    member.destroy()
    assert groups_of(emulator) == []


def test_a_group_that_refuses_a_removal_is_named(member: Resource, emulator: Running, groups: list[str]) -> None:
    member.up(iam_id=ANNA, access_group_ids=groups)
    emulator.fault(kind="items_fail", method="POST", route=LEAVE, status=403, skip=1, message="stays")
    with pytest.raises(PartialFailure, match=rf"(?s)refused 1 of the groups.*{groups[1]}: 403 stays"):
        member.destroy()
    assert groups_of(emulator) == [groups[1]]
