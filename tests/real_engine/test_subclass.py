"""Runs a user's subclass of a resource with the real engine."""

from __future__ import annotations

from roster_emulator import Running
from support.ibm_api import ibm_groups
from support.program import Program

PROGRAM = """
class TeamGroup(roster.ibm.AccessGroup):
    \"\"\"An access group that follows a naming convention.\"\"\"

    def __init__(self, team, **common):
        super().__init__(team, name=f"team-{team}", description=f"The {team} team", **common)
        self.team = team

group = TeamGroup("platform", adopt=True, opts=pulumi.ResourceOptions(retain_on_delete=False))
found = TeamGroup.get("found", group.id)
pulumi.export("seen", [group.team, group.name, found.name])
"""


def test_a_subclass_keeps_the_type_of_its_resource(program: Program, emulator: Running) -> None:
    program.write(PROGRAM)
    program.up()
    assert program.pulumi("stack", "output", "seen").out.strip() == '["platform","team-platform","team-platform"]'
    made = program.resources()["platform"]
    assert made["type"] == "pulumi-python:dynamic/roster/ibm:AccessGroup"
    program.unchanged()

    program.write("""
        roster.ibm.AccessGroup("platform", name="team-platform", description="The platform team")
    """)
    assert [step for step in program.up().steps if step[1] == "platform"] == []
    assert [row["id"] for row in ibm_groups(emulator)] == [made["id"]]
    program.destroy()
    assert ibm_groups(emulator) == []


def test_an_argument_that_a_resource_does_not_take_is_a_type_error(program: Program) -> None:
    program.write('roster.ibm.AccessGroup("platform", name="platform", conection="second")')
    refused = program.up(code=None)
    assert refused.code != 0
    assert "AccessGroup.__init__() got an unexpected keyword argument 'conection'" in refused.out


def test_import_is_refused_with_what_works_instead(program: Program) -> None:
    program.write("""
        opts = pulumi.ResourceOptions(import_="AccessGroupId-1")
        roster.ibm.AccessGroup("platform", name="platform", opts=opts)
    """)
    refused = program.up(code=None)
    assert refused.code != 0
    assert "import_ does not work with dynamic resources" in refused.out
    assert "hint: remove import_ and set adopt=True" in refused.out
