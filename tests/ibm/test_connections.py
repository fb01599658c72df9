"""Tests that resources of IBM Cloud IAM can move to another connection to the same account."""

from __future__ import annotations

from typing import Any

import pytest

from roster_emulator import Running
from support.ibm_api import ibm_members
from support.resources import Resource

ANNA = "IBMid-1100000AAA"


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
    """Pulumi creates the new object before it deletes the old one, and both are the same membership."""
    keys = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-demo"}
    resource = Resource(kind, emulator, connections={"second": keys})
    declared = {
        name: [team] if value == ["{team}"] else team if value == "{team}" else value for name, value in given.items()
    }
    resource.up(**declared)
    resource.up(**declared, connection="second")
    assert ibm_members(emulator, team) == {ANNA}
