"""Tests bulk calls of IBM Cloud IAM, which answer 207 with a result for each item."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, NotFound, PartialFailure, UnexpectedReply
from roster_emulator import Running
from support.fake_time import skipping_waits
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
from support.resources import Resource
from support.subjects import QUICK

ANNA, BERT, CARA = (f"IBMid-1100000{name * 3}" for name in "ABC")
MANY = [f"IBMid-{number:04}" for number in range(1000)]

ADD = "PUT /v2/groups/{access_group_id}/members"
REMOVE = "POST /v2/groups/{access_group_id}/members/delete"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


def sizes(server: Running, route: str) -> list[int]:
    """Return the number of items in each call of a route."""
    return [
        len(call["body"]["members"])
        for call in server.last_requests()
        if f"{call['method']} {call['route']}" == route and call["body"]
    ]


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_items_that_fail_for_a_while_are_sent_again(
    members: Resource, emulator: Running, team: str, status: int
) -> None:
    emulator.fault(kind="items_fail", status=status, items=[ANNA, CARA], times=2)
    members.up(access_group_id=team, members=[ANNA, BERT, CARA])
    assert ibm_members(emulator, team) == {ANNA, BERT, CARA}
    assert sizes(emulator, ADD) == [3, 2, 2]
    emulator.fault(kind="items_fail", status=status, items=[ANNA], times=2)
    members.up(access_group_id=team, members=[BERT])
    assert ibm_members(emulator, team) == {BERT}
    assert sizes(emulator, REMOVE) == [2, 1, 1]


def test_each_refused_member_is_named_and_the_others_are_added(members: Resource, emulator: Running, team: str) -> None:
    emulator.fault(kind="items_fail", status=400, items=[MANY[3]], message="no such user", times=None)
    emulator.fault(kind="items_fail", status=403, items=[MANY[70]], message="not yours", times=None)
    with pytest.raises(PartialFailure) as caught:
        members.up(access_group_id=team, members=MANY[:120])
    lines = str(caught.value).splitlines()
    assert [line for line in lines if "refused:" in line] == [
        line for line in lines if MANY[3] in line or MANY[70] in line
    ]
    assert len([line for line in lines if "refused:" in line]) == 2
    assert "400 no such user" in str(caught.value)
    assert "403 not yours" in str(caught.value)
    assert "transaction id" in str(caught.value)
    assert ibm_members(emulator, team) == set(MANY[:120]) - {MANY[3], MANY[70]}
    assert sizes(emulator, ADD) == [50, 50, 20], "a refused item is not sent again"


@pytest.mark.parametrize("before", [[], [BERT, CARA]], ids=["creation", "update"])
def test_the_next_run_completes_a_partial_failure(
    members: Resource, emulator: Running, team: str, before: list[str]
) -> None:
    if before:
        members.up(access_group_id=team, members=before, exclusive=True)
    emulator.fault(kind="items_fail", status=403, items=[ANNA, BERT])
    for _ in range(2):
        with suppress(PartialFailure):
            members.up(access_group_id=team, members=[ANNA], exclusive=True)
    assert [fault["fired"] for fault in emulator.faults()] == [1]
    assert ibm_members(emulator, team) == {ANNA}


def test_an_item_that_keeps_failing_ends_with_the_budget(emulator: Running, team: str) -> None:
    hasty = skipping_waits(dataclasses.replace(QUICK, budget=2))
    members = Resource("ibm.AccessGroupMembers", emulator, hasty)
    emulator.fault(kind="items_fail", status=503, items=[ANNA], times=None)
    with pytest.raises(PartialFailure, match=f"{ANNA}: 503"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {BERT}


def test_the_limit_of_groups_is_reported_in_the_services_words(members: Resource, emulator: Running, team: str) -> None:
    emulator.switch(identity_limit=1)
    ibm_add(emulator, ibm_group(emulator, "first"), ANNA)
    with pytest.raises(PartialFailure, match="at most 1 groups"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {BERT}


def test_a_conflict_of_an_existing_member_is_confirmed_by_head(members: Resource, emulator: Running, team: str) -> None:
    emulator.switch(readd_conflict=True)
    ibm_add(emulator, team, ANNA)
    members.up(access_group_id=team, members=[ANNA, BERT])
    assert emulator.requests()[HEAD] == 1
    assert sizes(emulator, ADD) == [1, 2]


def test_a_removal_that_answers_404_as_a_whole_is_done(members: Resource, emulator: Running, team: str) -> None:
    emulator.switch(bulk_absent_404=True)
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_remove(emulator, team, ANNA, BERT)
    members.up(access_group_id=team, members=[CARA])
    assert ibm_members(emulator, team) == {CARA}
    ibm_remove(emulator, team, CARA)
    members.destroy()


def test_an_unknown_identity_is_reported(members: Resource, emulator: Running, team: str) -> None:
    emulator.seed(ibm={"identities": [{"iam_id": BERT, "known": False}]})
    with pytest.raises(PartialFailure, match=f"{BERT}: 400 The service id is missing or incorrect"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {ANNA}


def test_a_call_that_is_refused_as_a_whole_is_an_error(members: Resource, emulator: Running) -> None:
    with pytest.raises(NotFound, match="Failed to find"):
        members.up(access_group_id="AccessGroupId-absent", members=[ANNA])
    emulator.fault(kind="status", method="PUT", status=400)
    with pytest.raises(BadRequest):
        members.up(access_group_id="AccessGroupId-absent", members=[ANNA])


def test_an_update_in_a_missing_group_suggests_a_refresh(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA])
    ibm(emulator, "DELETE", f"/groups/{team}?force=true")
    with pytest.raises(NotFound) as caught:
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert "refresh" in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {"members": [{"iam_id": ANNA, "status_code": 400, "errors": "odd"}]},
        {"members": [{"iam_id": ANNA, "status_code": 400, "errors": [None]}]},
    ],
    ids=str,
)
def test_an_item_with_malformed_errors_counts_as_refused(
    members: Resource, emulator: Running, team: str, body: dict[str, Any]
) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body=body)
    with pytest.raises(PartialFailure, match=ANNA):
        members.up(access_group_id=team, members=[ANNA])


@pytest.mark.parametrize(
    "item",
    [
        {"iam_id": BERT, "status_code": 200},
        {"iam_id": ANNA},
        {"iam_id": ANNA, "status_code": None},
        {"iam_id": ANNA, "status_code": "fine"},
    ],
    ids=str,
)
def test_an_item_without_a_result_is_sent_again(
    members: Resource, emulator: Running, team: str, item: dict[str, Any]
) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body={"members": [item]})
    members.up(access_group_id=team, members=[ANNA])
    assert ibm_members(emulator, team) == {ANNA}


@pytest.mark.parametrize("body", [{}, {"members": None}, {"members": {}}, {"members": ["x"]}], ids=str)
def test_a_207_without_items_is_an_error(members: Resource, emulator: Running, team: str, body: dict[str, Any]) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body=body, times=None)
    with pytest.raises(UnexpectedReply, match="transaction id: roster-"):
        members.up(access_group_id=team, members=[ANNA])
