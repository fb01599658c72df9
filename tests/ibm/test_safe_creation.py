"""Tests that a lost reply to a creation in IBM Cloud IAM, where names need not be unique, creates no duplicate."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, OutcomeUnknown, ServerError
from roster_emulator import Running
from support.fake_time import skipping_waits
from support.ibm_api import ibm, ibm_group, ibm_groups, ibm_rule, ibm_rules
from support.resources import Resource
from support.subjects import QUICK

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
def test_existing_duplicates_are_not_taken_for_the_new_group(
    group: Resource, emulator: Running, fault: dict[str, Any]
) -> None:
    before = {ibm_group(emulator, "one", "why") for _ in range(2)}
    emulator.fault(**fault, method="POST", route=GROUPS)
    group.up(name="one", description="why", allow_duplicate_name=True)
    assert group.id not in before
    assert {row["id"] for row in ibm_groups(emulator)} == {*before, group.id}


def test_several_lost_replies_create_one_group(group: Resource, emulator: Running) -> None:
    emulator.fault(kind="drop", method="POST", route=GROUPS, times=2)
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    group.up(name="one")
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]


def test_an_unconfirmed_creation_suggests_adoption(emulator: Running) -> None:
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


def test_two_equal_new_groups_are_refused_with_their_ids(group: Resource, emulator: Running) -> None:
    """Another writer creates an equal group while our reply is lost, so Roster cannot know which group is ours."""
    emulator.fault(kind="drop_after", method="POST", route=GROUPS)
    emulator.fault(kind="hold", method="GET", route=GROUPS, skip=1)
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(group.up, name="one")
        emulator.held(1)
        theirs = ibm_group(emulator, "one")
        emulator.clear_faults()
        with pytest.raises(AlreadyExists) as caught:
            making.result(30)
    ids = {row["id"] for row in ibm_groups(emulator)}
    assert len(ids) == 2
    assert theirs in ids
    assert all(id in str(caught.value) for id in ids)


def test_a_new_group_with_other_values_is_not_taken_for_ours(group: Resource, emulator: Running) -> None:
    """A group with a description that we did not send is not ours."""
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


def test_a_service_that_drops_every_creation_ends_in_an_error(emulator: Running) -> None:
    hasty = skipping_waits(dataclasses.replace(QUICK, budget=2, settle=0.1))
    group = Resource("ibm.AccessGroup", emulator, hasty)
    emulator.fault(kind="drop", method="POST", route=GROUPS, times=None)
    with pytest.raises(OutcomeUnknown, match="does not exist; run again"):
        group.up(name="one")
    assert ibm_groups(emulator) == []


def test_an_outdated_listing_adopts_no_deleted_group(group: Resource, emulator: Running) -> None:
    """The listing still shows a group that no longer exists. The provider creates a new one."""
    there = ibm_group(emulator, "one")
    emulator.fault(kind="stale", method="GET", route=GROUPS, as_of="plan")
    ibm(emulator, "DELETE", f"/groups/{there}")
    group.up(name="one", adopt=True)
    assert [row["id"] for row in ibm_groups(emulator)] == [group.id]
    assert group.id != there


# -- rules


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_rule_without_a_name_is_created_once(rule: Resource, emulator: Running, fault: dict[str, Any]) -> None:
    team = ibm_group(emulator, "team")
    other = ibm_rule(emulator, team, "another")
    emulator.fault(**fault, method="POST", route=RULES)
    given = declared(team, name="")
    rule.up(**given)
    assert {row["id"] for row in ibm_rules(emulator, team)} == {other, rule.id}
    assert rule.refresh()
    assert rule.preview(**given) == "same"
