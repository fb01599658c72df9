"""Checks that a run makes no change that its preview did not show."""

from __future__ import annotations

import json

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


def test_a_preview_names_the_members_of_a_list_that_becomes_managed_before_they_leave(
    program: Program, emulator: Running
) -> None:
    declared = """
        group = roster.appsec.IdentityGroup("group"{more})
        pulumi.export("members", group.members)
    """
    program.write(declared.format(more=""))
    program.up()
    [made] = appsec_api.appsec(emulator, "GET")
    appsec_api.change(emulator, made["id"], members=["user-1", "user-eve"], description="by hand")
    program.up("--refresh")
    assert program.pulumi("stack", "output", "members").out.strip() == '["user-1","user-eve"]'
    program.unchanged()

    program.write(declared.format(more=', members=["user-1"]'))
    ran = program.up()
    assert "members keeps user-eve, because no preview has shown the removal" in ran.text
    assert appsec_api.appsec(emulator, "GET")[0]["members"] == ["user-1", "user-eve"]
    program.unchanged()
    assert "user-eve" in program.preview("--refresh").text
    program.up("--refresh")

    emulator.clear_requests()
    program.write(declared.format(more=""))
    assert "- members" in program.preview("--diff").text, "the preview says that the list is no longer managed"
    program.up()
    assert emulator.total() == 0, "only the state changes"
    [after] = appsec_api.appsec(emulator, "GET")
    assert (after["members"], after["description"]) == (["user-1"], "by hand")
    program.destroy()


DESCRIBED = {
    "ibm.AccessGroup": "",
    "appsec.IdentityGroup": "",
    "britive.EnvironmentGroup": ', application_id="app-demo"',
    "britive.Environment": ', application_id="app-demo"',
}


def test_adoption_and_a_rename_keep_a_description_that_is_not_declared(program: Program, emulator: Running) -> None:
    def write(*, name: str = "there", more: str = "") -> None:
        program.write(
            "\n".join(
                f"one = roster.{kind}('{kind}', name='{name}', adopt=True{scope}{more})\n"
                f"pulumi.export('{kind}', one.description)"
                for kind, scope in DESCRIBED.items()
            )
        )

    def shown() -> set[str]:
        return set(json.loads(program.pulumi("stack", "output", "--json").out).values())

    write(more=", description='by others', opts=pulumi.ResourceOptions(retain_on_delete=True)")
    program.up()
    program.destroy()
    write()
    program.up()
    assert shown() == {"by others"}
    write(name="renamed")
    program.up()
    program.up("--refresh")
    assert shown() == {"by others"}
    write(name="renamed", more=", description=''")
    program.up()
    program.up("--refresh")
    assert shown() == {""}
    program.destroy()
