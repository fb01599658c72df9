"""Tests the membership of one identity in one access group of IBM Cloud IAM."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_members, ibm_remove
from support.resources import Resource

ANNA, BERT = "IBMid-1100000AAA", "IBMid-1100000BBB"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


@pytest.fixture
def membership(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupMembership", emulator)


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        ({"iam_id": ANNA}, set()),
        ({"iam_id": ANNA, "type": "user"}, set()),
        ({"iam_id": "Other-1", "type": "profile"}, set()),
        ({"iam_id": UNKNOWN}, set()),
        ({"iam_id": UNKNOWN, "type": UNKNOWN}, set()),
        ({"iam_id": ANNA, "type": UNKNOWN}, set()),
        ({"iam_id": "Other-1"}, {"type"}),
        ({"iam_id": ANNA, "type": "service"}, {"type"}),
        ({"iam_id": ANNA, "type": "robot"}, {"type"}),
        ({"iam_id": "a/../b"}, {"iam_id"}),
        ({"iam_id": [ANNA]}, {"iam_id"}),
        ({}, {"iam_id"}),
        ({"iam_id": "a b", "access_group_id": "AccessGroupId-PublicAccess"}, {"iam_id", "access_group_id"}),
    ],
)
def test_all_check_failures_are_reported(membership: Resource, given: dict[str, Any], failures: set[str]) -> None:
    assert set(membership.failures(**{"access_group_id": "g", **given})) == failures


def test_a_refresh_is_one_head_request(membership: Resource, emulator: Running, team: str) -> None:
    membership.up(access_group_id=team, iam_id=ANNA)
    emulator.clear_requests()
    assert membership.refresh()
    assert emulator.requests() == {HEAD: 1}
    ibm_remove(emulator, team, ANNA)
    emulator.clear_requests()
    assert not membership.refresh()
    assert emulator.requests() == {HEAD: 1}


def test_a_membership_that_exists_becomes_managed(membership: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, ANNA)
    membership.up(access_group_id=team, iam_id=ANNA)
    membership.destroy()
    assert ibm_members(emulator, team) == set()


def test_other_members_stay(membership: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, BERT)
    membership.up(access_group_id=team, iam_id=ANNA)
    membership.destroy()
    assert ibm_members(emulator, team) == {BERT}


def test_a_membership_is_gone_with_its_group(membership: Resource, emulator: Running, team: str) -> None:
    membership.up(access_group_id=team, iam_id=ANNA)
    ibm(emulator, "DELETE", f"/groups/{team}?force=true")
    membership.subject.delete(membership.id, membership.outputs)
    assert not membership.refresh()
