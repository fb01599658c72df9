"""Never twice, never somebody else's: what happens when the reply to a creation is lost.

Names need not be unique here, and there is no idempotency key."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, ConnectionFailed, OutcomeUnknown, RateLimited, ServerError
from roster_emulator import Running
from support.ibm_api import ibm, ibm_group, ibm_groups, ibm_rule, ibm_rules
from support.resources import Resource
from support.subjects import QUICK
from support.timetable import skipping_waits

GROUPS, RULES = "/v2/groups", "/v2/groups/{access_group_id}/rules"

LOST: list[dict[str, Any]] = [
    {"kind": "drop_after"},
    {"kind": "drop_after", "how": "reset"},
    {"kind": "status_after", "status": 500},
    {"kind": "status_after", "status": 502},
    {"kind": "status_after", "status": 503},
    {"kind": "status_after", "status": 504},
    {"kind": "truncated"},
    {"kind": "truncated", "how": "json"},
    {"kind": "html", "work": True},
    {"kind": "empty"},
    {"kind": "missing_field", "field": "id"},
    {"kind": "redirect", "work": True},
]
NOT_DONE: list[dict[str, Any]] = [
    {"kind": "drop"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502},
    {"kind": "status", "status": 429},
    {"kind": "html", "status": 502},
]
FAULTS = [*LOST, *NOT_DONE]


def named(fault: dict[str, Any]) -> str:
    return " ".join(str(value) for value in fault.values())


@pytest.fixture
def group(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroup", emulator)


@pytest.fixture
def rule(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupRule", emulator)


def declared(team: str, **more: Any) -> dict[str, Any]:
    conditions = [{"claim": "groups", "operator": "IN", "value": ["b", "a"]}]
    return {
        "access_group_id": team,
        "name": "sso",
        "expiration": 12,
        "realm_name": "appid://one",
        "conditions": conditions,
        **more,
    }


# -- groups


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_group_is_made_exactly_once(group: Resource, emulator: Running, fault: dict[str, Any]) -> None:
    emulator.fault(**fault, method="POST", route=GROUPS)
    group.up(name="one", description="why")
    [row] = ibm_groups(emulator)
    assert (row["id"], row["description"]) == (group.id, "why")
    assert group.refresh()
    assert group.preview(name="one", description="why") == "same"


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_twins_that_were_there_before_are_not_taken_for_ours(
    group: Resource, emulator: Running, fault: dict[str, Any]
) -> None:
    before = {ibm_group(emulator, "one", "why") for _ in range(2)}
    emulator.fault(**fault, method="POST", route=GROUPS)
    group.up(name="one", description="why", allow_duplicate_name=True)
    assert group.id not in before
    assert {row["id"] for row in ibm_groups(emulator)} == {*before, group.id}


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_group_that_does_not_show_at_once_is_waited_for(group: Resource, emulator: Running, times: int) -> None:
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    # The listing before the creation sees the world as it is, those after it see it as it was.
    emulator.fault(kind="stale", method="GET", route=GROUPS, times=times)
    group.up(name="one")
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]


def test_replies_that_are_lost_again_and_again(group: Resource, emulator: Running) -> None:
    emulator.fault(kind="drop", method="POST", route=GROUPS, times=2)
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    group.up(name="one")
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]


def test_who_cannot_look_for_what_was_lost_is_told_the_way_back(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, skipping_waits(dataclasses.replace(QUICK, budget=2)))
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    emulator.fault(kind="status", status=503, method="GET", route=GROUPS, skip=1, times=None)
    with pytest.raises(ServerError, match=r"the object may have been created: .*adopt=True"):
        group.up(name="one")
    emulator.clear_faults()
    with pytest.raises(AlreadyExists):
        group.up(name="one")
    group.up(name="one", adopt=True)
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]


def test_a_lost_reply_while_somebody_makes_one_of_the_same_name(group: Resource, emulator: Running) -> None:
    """Two new groups of one name: nobody can tell which is ours, so neither is taken and none is made."""
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    emulator.fault(kind="hold", method="GET", route=GROUPS, skip=1)
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(group.up, name="one")
        emulator.held(1)
        theirs = ibm_group(emulator, "one")
        emulator.clear_faults()
        with pytest.raises(AlreadyExists) as told:
            making.result(30)
    ids = {row["id"] for row in ibm_groups(emulator)}
    assert len(ids) == 2
    assert theirs in ids
    assert all(id in str(told.value) for id in ids)


def test_a_lost_reply_while_somebody_makes_another_of_the_same_name(group: Resource, emulator: Running) -> None:
    """What holds something that we did not send is not ours."""
    emulator.fault(kind="drop", method="POST", route=GROUPS)
    emulator.fault(kind="hold", method="GET", route=GROUPS, skip=1)
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(group.up, name="one", description="ours")
        emulator.held(1)
        emulator.clear_faults()
        theirs = ibm_group(emulator, "one", "theirs")
        making.result(30)
    assert group.id != theirs
    assert {row["id"]: row["description"] for row in ibm_groups(emulator)} == {theirs: "theirs", group.id: "ours"}


def test_many_groups_in_a_bad_hour(emulator: Running) -> None:
    first = Resource("ibm.AccessGroup", emulator)
    for fault in LOST:
        emulator.fault(**fault, method="POST", route=GROUPS, skip=1)
    made = [first.also() for _ in range(30)]
    for number, group in enumerate(made):
        group.up(name=f"group {number}")
    assert {row["name"]: row["id"] for row in ibm_groups(emulator)} == {
        f"group {number}": group.id for number, group in enumerate(made)
    }


def test_a_service_that_does_nothing_ends_in_an_error_with_nothing_made(emulator: Running) -> None:
    hasty = skipping_waits(dataclasses.replace(QUICK, budget=2, settle=0.1))
    group = Resource("ibm.AccessGroup", emulator, hasty)
    emulator.fault(kind="drop", method="POST", route=GROUPS, times=None)
    with pytest.raises(OutcomeUnknown, match="does not exist; run again"):
        group.up(name="one")
    assert ibm_groups(emulator) == []


def test_a_limit_that_does_not_lift_ends_in_an_error_with_nothing_made(emulator: Running) -> None:
    hasty = skipping_waits(dataclasses.replace(QUICK, budget=2, settle=0.1))
    group = Resource("ibm.AccessGroup", emulator, hasty)
    emulator.fault(kind="status", status=429, method="POST", route=GROUPS, times=None)
    with pytest.raises(RateLimited, match="Too many requests"):
        group.up(name="one")
    assert ibm_groups(emulator) == []


def test_a_host_that_is_not_there(emulator: Running, closed_port: int) -> None:
    hasty = skipping_waits(dataclasses.replace(QUICK, budget=2))
    group = Resource("ibm.AccessGroup", emulator, hasty, emulator=f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ConnectionFailed, match="was not reached"):
        group.up(name="one")


def test_a_listing_that_is_out_of_date_lets_nothing_of_others_be_taken(group: Resource, emulator: Running) -> None:
    """Adopt by a listing that still shows what is gone: what is not there is made."""
    there = ibm_group(emulator, "one")
    emulator.fault(kind="stale", method="GET", route=GROUPS, as_of="plan")
    ibm(emulator, "DELETE", f"/groups/{there}")
    group.up(name="one", adopt=True)
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]
    assert group.id != there


# -- rules


@pytest.mark.parametrize("name", ["sso", ""])
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_rule_is_made_exactly_once(rule: Resource, emulator: Running, fault: dict[str, Any], name: str) -> None:
    team = ibm_group(emulator, "team")
    other = ibm_rule(emulator, team, "another")
    emulator.fault(**fault, method="POST", route=RULES)
    rule.up(**declared(team, name=name))
    assert {row["id"] for row in ibm_rules(emulator, team)} == {other, rule.id}
    assert rule.refresh()
    assert rule.preview(**declared(team, name=name)) == "same"


def test_a_rule_that_does_not_show_at_once_is_waited_for(rule: Resource, emulator: Running) -> None:
    team = ibm_group(emulator, "team")
    emulator.fault(kind="drop_after", method="POST", route=RULES)
    emulator.fault(kind="stale", method="GET", route=RULES, times=3)
    rule.up(**declared(team))
    assert [row["id"] for row in ibm_rules(emulator, team)] == [rule.id]
