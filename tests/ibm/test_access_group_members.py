from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pulumi_roster.emulator import Running
from pulumi_roster.errors import BadRequest, NotFound, NotOurs, PartialFailure, UnexpectedReply
from pulumi_roster.model import UNKNOWN
from raw import ibm, ibm_add, ibm_group, ibm_members, ibm_remove
from resources import Resource
from subjects import QUICK

ANNA, BERT, CARA, DORA = (f"IBMid-1100000{name * 3}" for name in "ABCD")
ROBOT, PROFILE = "iam-ServiceId-11111111-aaaa", "iam-Profile-22222222-bbbb"
MANY = [f"IBMid-{number:04}" for number in range(1000)]

ADD = "PUT /v2/groups/{access_group_id}/members"
REMOVE = "POST /v2/groups/{access_group_id}/members/delete"
LIST = "GET /v2/groups/{access_group_id}/members"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


@pytest.fixture
def team(emulator: Running) -> str:
    return ibm_group(emulator, "team")


@pytest.fixture
def members(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupMembers", emulator)


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
    with pytest.raises(NotOurs) as refused:
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
    assert members.preview(access_group_id=team, members=[ANNA, BERT], exclusive=True) == "update", "it shows now"


def test_becoming_exclusive_shows_the_strangers_first(members: Resource, emulator: Running, team: str) -> None:
    ibm_add(emulator, team, DORA)
    members.up(access_group_id=team, members=[ANNA])
    assert members.up(access_group_id=team, members=[ANNA], exclusive=True) == "update"
    assert ibm_members(emulator, team) == {ANNA, DORA}
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


# -- items of a 207


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_an_item_that_fails_for_a_while_is_sent_again(
    members: Resource, emulator: Running, team: str, status: int
) -> None:
    emulator.fault(kind="items_fail", status=status, items=[ANNA, CARA], times=2)
    members.up(access_group_id=team, members=[ANNA, BERT, CARA])
    assert ibm_members(emulator, team) == {ANNA, BERT, CARA}
    assert sizes(emulator, ADD) == [3, 2, 2]


@pytest.mark.parametrize("status", [409, 429, 500])
def test_an_item_of_a_removal_that_fails_for_a_while_is_sent_again(
    members: Resource, emulator: Running, team: str, status: int
) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT, CARA])
    emulator.fault(kind="items_fail", status=status, items=[ANNA], times=2)
    members.up(access_group_id=team, members=[BERT])
    assert ibm_members(emulator, team) == {BERT}
    assert sizes(emulator, REMOVE) == [2, 1, 1]


def test_refused_members_are_told_one_by_one_while_the_others_go_through(
    members: Resource, emulator: Running, team: str
) -> None:
    emulator.fault(kind="items_fail", status=400, items=[MANY[3]], message="no such user", times=None)
    emulator.fault(kind="items_fail", status=403, items=[MANY[70]], message="not yours", times=None)
    with pytest.raises(PartialFailure) as refused:
        members.up(access_group_id=team, members=MANY[:120])
    lines = str(refused.value).splitlines()
    assert [line for line in lines if "refused:" in line] == [
        line for line in lines if MANY[3] in line or MANY[70] in line
    ]
    assert len([line for line in lines if "refused:" in line]) == 2
    assert "400 no such user" in str(refused.value)
    assert "403 not yours" in str(refused.value)
    assert "transaction id" in str(refused.value)
    assert ibm_members(emulator, team) == set(MANY[:120]) - {MANY[3], MANY[70]}
    assert sizes(emulator, ADD) == [50, 50, 20], "what is refused is not sent again"


def test_after_a_partial_failure_the_next_run_does_the_rest(members: Resource, emulator: Running, team: str) -> None:
    emulator.fault(kind="items_fail", status=403, items=[BERT])
    with pytest.raises(PartialFailure):
        members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    members.up(access_group_id=team, members=[ANNA, BERT], exclusive=True)
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_a_partial_failure_of_an_update_is_finished_by_the_next(
    members: Resource, emulator: Running, team: str
) -> None:
    members.up(access_group_id=team, members=[ANNA, BERT])
    emulator.fault(kind="items_fail", status=403, items=[BERT])
    with pytest.raises(PartialFailure):
        members.up(access_group_id=team, members=[CARA])
    members.up(access_group_id=team, members=[CARA])
    assert ibm_members(emulator, team) == {CARA}


def test_an_item_that_never_recovers_ends_with_the_budget(emulator: Running, team: str) -> None:
    hasty = dataclasses.replace(QUICK, budget=0.3)
    members = Resource("ibm.AccessGroupMembers", emulator, hasty)
    emulator.fault(kind="items_fail", status=503, items=[ANNA], times=None)
    with pytest.raises(PartialFailure, match=f"{ANNA}: 503"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {BERT}


def test_an_identity_that_is_in_too_many_groups_is_told_in_the_services_words(
    members: Resource, emulator: Running, team: str
) -> None:
    emulator.switch(identity_limit=1)
    ibm_add(emulator, ibm_group(emulator, "first"), ANNA)
    with pytest.raises(PartialFailure, match="at most 1 groups"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {BERT}


def test_a_conflict_that_means_already_there_is_confirmed_by_head(
    members: Resource, emulator: Running, team: str
) -> None:
    emulator.switch(readd_conflict=True)
    ibm_add(emulator, team, ANNA)
    members.up(access_group_id=team, members=[ANNA, BERT])
    assert emulator.requests()[HEAD] == 1
    assert sizes(emulator, ADD) == [1, 2]


def test_a_bulk_removal_that_answers_404_as_a_whole_is_done(members: Resource, emulator: Running, team: str) -> None:
    emulator.switch(bulk_absent_404=True)
    members.up(access_group_id=team, members=[ANNA, BERT])
    ibm_remove(emulator, team, ANNA, BERT)
    members.up(access_group_id=team, members=[CARA])
    assert ibm_members(emulator, team) == {CARA}
    ibm_remove(emulator, team, CARA)
    members.destroy()


def test_an_identity_that_the_service_does_not_know(members: Resource, emulator: Running, team: str) -> None:
    emulator.seed(ibm={"identities": [{"iam_id": BERT, "known": False}]})
    with pytest.raises(PartialFailure, match=f"{BERT}: 400 The service id is missing or incorrect"):
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {ANNA}


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "truncated", "html", "empty", "missing_field"])
def test_a_lost_reply_loses_no_member(members: Resource, emulator: Running, team: str, kind: str) -> None:
    status = {"status": 502} if kind == "status_after" else {}
    emulator.fault(kind=kind, method="PUT", field="members", work=True, **status)
    members.up(access_group_id=team, members=[ANNA, BERT])
    assert ibm_members(emulator, team) == {ANNA, BERT}


def test_a_call_that_is_refused_as_a_whole_is_told(members: Resource, emulator: Running) -> None:
    with pytest.raises(NotFound, match="Failed to find"):
        members.up(access_group_id="AccessGroupId-absent", members=[ANNA])
    emulator.fault(kind="status", method="PUT", status=400)
    with pytest.raises(BadRequest):
        members.up(access_group_id="AccessGroupId-absent", members=[ANNA])


def test_an_update_in_a_group_that_is_gone_says_what_to_do(members: Resource, emulator: Running, team: str) -> None:
    members.up(access_group_id=team, members=[ANNA])
    ibm(emulator, "DELETE", f"/groups/{team}?force=true")
    with pytest.raises(NotFound) as refused:
        members.up(access_group_id=team, members=[ANNA, BERT])
    assert "refresh" in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        {"members": [{"iam_id": ANNA, "status_code": 400, "errors": "odd"}]},
        {"members": [{"iam_id": ANNA, "status_code": 400, "errors": [None]}]},
    ],
    ids=str,
)
def test_an_item_that_is_not_as_documented_is_no_success(
    members: Resource, emulator: Running, team: str, body: dict[str, Any]
) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body=body)
    with pytest.raises(PartialFailure, match=ANNA):
        members.up(access_group_id=team, members=[ANNA])


@pytest.mark.parametrize(
    "item",
    [{"iam_id": BERT, "status_code": 200}, {"iam_id": ANNA}, {"iam_id": ANNA, "status_code": None}]
    + [{"iam_id": ANNA, "status_code": "fine"}],
    ids=str,
)
def test_an_item_that_is_not_answered_for_is_sent_again(
    members: Resource, emulator: Running, team: str, item: dict[str, Any]
) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body={"members": [item]})
    members.up(access_group_id=team, members=[ANNA])
    assert ibm_members(emulator, team) == {ANNA}


@pytest.mark.parametrize("body", [{}, {"members": None}, {"members": {}}, {"members": ["x"]}], ids=str)
def test_a_207_without_items_is_told_with_its_transaction(
    members: Resource, emulator: Running, team: str, body: dict[str, Any]
) -> None:
    emulator.fault(kind="status", status=207, method="PUT", body=body, times=None)
    with pytest.raises(UnexpectedReply, match="transaction id: roster-"):
        members.up(access_group_id=team, members=[ANNA])


def test_no_members_of_a_group_that_does_not_exist_are_refused(members: Resource) -> None:
    with pytest.raises(NotFound):
        members.up(access_group_id="AccessGroupId-none", members=[])
