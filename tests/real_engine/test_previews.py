"""Checks that a run makes no change that its preview did not show."""

from __future__ import annotations

import pytest

from roster_emulator import Running
from support import appsec_api
from support.ibm_api import ibm_add, ibm_group, ibm_members
from support.program import Program

EVE = "IBMid-eve"


@pytest.fixture
def group(emulator: Running) -> str:
    return ibm_group(emulator, "group")


def test_a_preview_names_a_new_unmanaged_member_before_an_exclusive_set_removes_it(
    program: Program, emulator: Running, group: str
) -> None:
    set_of = """
        roster.ibm.AccessGroupMembers("members", access_group_id="{group}", members={members}, exclusive=True)
    """
    program.write(set_of.format(group=group, members=["IBMid-anna"]))
    program.up()
    ibm_add(emulator, group, EVE)
    program.write(set_of.format(group=group, members=["IBMid-anna", "IBMid-bert"]))
    program.up()
    assert ibm_members(emulator, group) == {"IBMid-anna", "IBMid-bert", EVE}
    program.unchanged()
    assert EVE in program.preview("--refresh").text
    program.up("--refresh")
    assert ibm_members(emulator, group) == {"IBMid-anna", "IBMid-bert"}


def test_a_preview_names_a_new_unmanaged_member_before_a_group_removes_it(program: Program, emulator: Running) -> None:
    declared = """
        roster.appsec.IdentityGroup("group", name="group", members={members})
    """
    program.write(declared.format(members=["user-1"]))
    program.up()
    [made] = appsec_api.appsec(emulator, "GET")
    appsec_api.change(emulator, made["id"], members=["user-1", "user-eve"])
    program.write(declared.format(members=["user-1", "user-2"]))
    program.up()
    program.unchanged()
    [after] = appsec_api.appsec(emulator, "GET")
    assert after["members"] == ["user-1", "user-2", "user-eve"]
    assert "user-eve" in program.preview("--refresh").text
