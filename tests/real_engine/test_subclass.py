"""Runs a user's subclass of a resource with the real engine."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ('import_="AccessGroupId-1"', "import_ does not work", "remove import_ and set adopt=True"),
        ("provider=other", "provider does not work", "remove provider; to use other credentials"),
        ("providers=[other]", "provider does not work", "remove provider; to use other credentials"),
        ("parent=Parent('p', other)", "provider does not work", "remove provider; to use other credentials"),
    ],
)
def test_an_option_that_cannot_work_is_refused_with_what_works_instead(
    program: Program, options: str, message: str, hint: str
) -> None:
    program.write(f"""
        class Parent(pulumi.ComponentResource):
            def __init__(self, name, provider):
                super().__init__("t:t:Parent", name, None, pulumi.ResourceOptions(providers=[provider]))

        other = pulumi.ProviderResource("pulumi-python", "other", {{}})
        roster.ibm.AccessGroup("platform", name="platform", opts=pulumi.ResourceOptions({options}))
    """)
    refused = program.up(code=None)
    assert refused.code != 0
    assert f"{message} with dynamic resources" in refused.out
    assert f"hint: {hint}" in refused.out


def test_an_object_without_a_name_gets_that_of_its_resource(program: Program, emulator: Running) -> None:
    program.write("""
        team = roster.ibm.AccessGroup("team")
        roster.ibm.AccessGroupRule("sso", access_group_id=team.id, expiration=1, realm_name="r",
                                   conditions=[roster.ibm.Condition("a", "EQUALS", "b")])
        roster.vault.IdentityGroup("secrets")
        roster.appsec.IdentityGroup("review")
        branch = roster.britive.EnvironmentGroup("branch", application_id="app-demo")
        roster.britive.Environment("stage", application_id="app-demo", parent_group_id=branch.id)
    """)
    program.up()
    named = {name: row["outputs"]["name"] for name, row in program.resources().items()}
    assert named == {name: name for name in ("team", "sso", "secrets", "review", "branch", "stage")}
    program.unchanged()
