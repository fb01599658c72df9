from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import PartialFailure
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
from support.resources import Resource

ANNA, BERT = "IBMid-1100000AAA", "IBMid-1100000BBB"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


@pytest.fixture
def membership(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupMembership", emulator)


@pytest.mark.parametrize(
    ("given", "faults"),
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
def test_what_may_be_declared(membership: Resource, given: dict[str, Any], faults: set[str]) -> None:
    assert set(membership.faults(**{"access_group_id": "g", **given})) == faults


def test_it_is_read_by_head_and_nothing_else(membership: Resource, emulator: Running, team: str) -> None:
    membership.up(access_group_id=team, iam_id=ANNA)
    emulator.clear_requests()
    assert membership.refresh()
    assert emulator.requests() == {HEAD: 1}
    ibm_remove(emulator, team, ANNA)
    emulator.clear_requests()
    assert not membership.refresh()
    assert emulator.requests() == {HEAD: 1}


def test_that_it_exists_already_is_fine(membership: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, ANNA)
    membership.up(access_group_id=team, iam_id=ANNA)
    membership.destroy()
    assert ibm_members(emulator, team) == set()


def test_it_touches_no_other_member(membership: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, BERT)
    membership.up(access_group_id=team, iam_id=ANNA)
    membership.destroy()
    assert ibm_members(emulator, team) == {BERT}


def test_another_identity_and_another_group_replace(membership: Resource, emulator: Running, team: str) -> None:
    other = ibm_group(emulator, "other")
    membership.up(access_group_id=team, iam_id=ANNA)
    assert membership.up(access_group_id=team, iam_id=BERT) == "replace"
    assert ibm_members(emulator, team) == {BERT}
    assert membership.up(access_group_id=other, iam_id=BERT) == "replace"
    assert (ibm_members(emulator, team), ibm_members(emulator, other)) == (set(), {BERT})


def test_naming_the_type_that_the_id_tells_is_no_change(membership: Resource, emulator: Running, team: str) -> None:
    membership.up(access_group_id=team, iam_id=ANNA)
    assert membership.preview(access_group_id=team, iam_id=ANNA, type="user") == "same"
    assert membership.outputs["type"] == "user"
    assert membership.refresh()
    assert membership.preview(access_group_id=team, iam_id=ANNA) == "same"


def test_another_connection_to_the_same_account_keeps_the_membership(emulator: Running, team: str) -> None:
    keys = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-demo"}
    membership = Resource("ibm.AccessGroupMembership", emulator, connections={"second": keys})
    membership.up(access_group_id=team, iam_id=ANNA)
    membership.up(access_group_id=team, iam_id=ANNA, connection="second")
    assert ibm_members(emulator, team) == {ANNA}


def test_a_refusal_is_told_in_the_services_words(membership: Resource, emulator: Running, team: str) -> None:
    emulator.fault(kind="items_fail", status=403, message="not this one")
    with pytest.raises(PartialFailure, match="403 not this one"):
        membership.up(access_group_id=team, iam_id=ANNA)
    assert ibm_members(emulator, team) == set()


def test_a_conflict_is_repaired(membership: Resource, emulator: Running, team: str) -> None:
    emulator.fault(kind="items_fail", status=409, times=3)
    membership.up(access_group_id=team, iam_id=ANNA)
    assert ibm_members(emulator, team) == {ANNA}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["drop_after", "drop"])
def test_a_lost_reply_is_repaired(membership: Resource, emulator: Running, team: str, method: str, kind: str) -> None:
    emulator.fault(kind=kind, method=method)
    membership.up(access_group_id=team, iam_id=ANNA)
    assert ibm_members(emulator, team) == {ANNA}
    membership.destroy()
    assert ibm_members(emulator, team) == set()


def test_a_group_that_is_gone_takes_it_along(membership: Resource, emulator: Running, team: str) -> None:
    membership.up(access_group_id=team, iam_id=ANNA)
    ibm(emulator, "DELETE", f"/groups/{team}?force=true")
    membership.subject.delete(membership.id, membership.outputs)
    assert not membership.refresh()
