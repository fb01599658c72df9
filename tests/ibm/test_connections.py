"""Tests that a resource can use another connection to the same account, and no connection to another one."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import InvalidArguments
from roster_emulator import Running
from support.ibm_api import ibm, ibm_change, ibm_members, ibm_remove
from support.resources import Resource

ANNA = "IBMid-1100000AAA"


def connections(emulator: Running, account: str = "acc-demo") -> dict[str, Any]:
    return {"second": {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": account}}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("ibm.AccessGroupMembers", {"access_group_id": "{team}", "members": [ANNA]}),
        ("ibm.AccessGroupMembership", {"access_group_id": "{team}", "iam_id": ANNA}),
        ("ibm.MemberAccessGroups", {"iam_id": ANNA, "access_group_ids": ["{team}"]}),
    ],
)
def test_another_connection_to_the_same_account_keeps_the_members(
    emulator: Running, team: str, kind: str, given: dict[str, Any]
) -> None:
    resource = Resource(kind, emulator, connections=connections(emulator))
    declared = {
        name: [team] if value == ["{team}"] else team if value == "{team}" else value for name, value in given.items()
    }
    resource.up(**declared)
    emulator.clear_requests()
    assert resource.up(**declared, connection="second") == "update"
    assert all(route.startswith(("GET", "HEAD")) for route in emulator.requests())
    assert ibm_members(emulator, team) == {ANNA}
    assert resource.refresh()
    assert resource.up(**declared, connection="second") == "same"


@pytest.mark.parametrize("edit", ["another object", "no object"])
def test_a_connection_that_does_not_reach_the_recorded_object_is_refused(emulator: Running, edit: str) -> None:
    """Give the group another name, or delete it, after the last refresh. So the new connection finds something else."""
    group = Resource("ibm.AccessGroup", emulator, connections=connections(emulator))
    group.up(name="ops", description="first")
    if edit == "no object":
        ibm(emulator, "DELETE", f"/groups/{group.id}")
    else:
        ibm_change(emulator, f"/groups/{group.id}", "PATCH", name="theirs")
    emulator.clear_requests()
    wrong = "does not reach this object" if edit == "no object" else "finds this object with a different name"
    with pytest.raises(InvalidArguments, match=f"the connection 'second' {wrong}"):
        group.up(name="ops", description="second", connection="second")
    assert all(route.startswith("GET") for route in emulator.requests()), "nothing may be written"


@pytest.mark.parametrize("kind", ["ibm.AccessGroupMembers", "ibm.MemberAccessGroups"])
def test_a_connection_that_finds_other_members_is_refused(emulator: Running, team: str, kind: str) -> None:
    declared: dict[str, dict[str, Any]] = {
        "ibm.AccessGroupMembers": {"access_group_id": team, "members": [ANNA]},
        "ibm.MemberAccessGroups": {"iam_id": ANNA, "access_group_ids": [team]},
    }
    links = Resource(kind, emulator, connections=connections(emulator))
    links.up(**declared[kind])
    ibm_remove(emulator, team, ANNA)
    with pytest.raises(InvalidArguments, match=r"finds this object with a different (members|access_group_ids)"):
        links.up(**declared[kind], connection="second")
    assert ibm_members(emulator, team) == set()


def test_a_connection_to_another_account_replaces_the_group(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, connections=connections(emulator, "acc-other"))
    group.up(name="ops")
    assert group.preview(name="ops", connection="second") == "replace"
