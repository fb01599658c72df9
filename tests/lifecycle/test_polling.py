"""Tests that a safe request is repeated once after a malformed reply, because such replies are often temporary."""

from __future__ import annotations

import pytest

from pulumi_roster.errors import UnexpectedReply
from roster_emulator import Running
from support.ibm_api import ibm_add, ibm_group, ibm_members
from support.resources import Resource

ANNA, BERT, UNMANAGED = "IBMid-1100000AAA", "IBMid-1100000BBB", "IBMid-900000001"
NONSENSE = [{"kind": "html"}, {"kind": "html", "work": True}, {"kind": "truncated", "how": "json"}, {"kind": "empty"}]


@pytest.fixture(params=NONSENSE, ids=lambda plan: " ".join(map(str, plan.values())))
def nonsense(request: pytest.FixtureRequest) -> dict[str, object]:
    plan: dict[str, object] = request.param
    return plan


def test_each_verb_repeats_a_malformed_reply_once(nonsense: dict[str, object], emulator: Running) -> None:
    group = ibm_group(emulator, "one")
    ibm_add(emulator, group, UNMANAGED)
    members = Resource("ibm.AccessGroupMembers", emulator)
    emulator.fault(**nonsense)  # type: ignore[arg-type]
    members.up(access_group_id=group, members=[ANNA])
    assert ibm_members(emulator, group) == {ANNA, UNMANAGED}
    emulator.fault(**nonsense)  # type: ignore[arg-type]
    assert members.refresh()
    emulator.fault(**nonsense)  # type: ignore[arg-type]
    members.up(access_group_id=group, members=[BERT])
    assert ibm_members(emulator, group) == {BERT, UNMANAGED}
    emulator.fault(**nonsense)  # type: ignore[arg-type]
    members.destroy()
    assert ibm_members(emulator, group) == {UNMANAGED}
    assert [fault["fired"] for fault in emulator.faults()] == [1, 1, 1, 1]


def test_a_reply_that_stays_malformed_is_reported_at_once(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator)
    group.up(name="one")
    emulator.fault(kind="html", times=None)
    emulator.clear_requests()
    with pytest.raises(UnexpectedReply, match="check the address, and whether a proxy answered instead of the service"):
        group.refresh()
    assert emulator.total() == 2
