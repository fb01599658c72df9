"""Runs ``Team`` with the real engine: a change of the list of people makes the right change in four systems."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pulumi_roster as roster
from roster_emulator import Running
from support.program import Program

TEAM = """
ANN = roster.Person(
    "ann", appsec="user-101", vault="entity-alice", ibm="IBMid-1", britive="user-alice", britive_account="2800"
)
BEN = roster.Person(
    "ben", appsec="user-102", vault="entity-bob", ibm="IBMid-2", britive="user-bob", britive_account="2801"
)
CAT = roster.Person("cat", ibm="IBMid-3")
team = roster.Team(
    "platform",
    people={people},
    description="Runs what the others build on",
    appsec=roster.TeamAppSecArgs(),
    vault=roster.TeamVaultArgs(policies=["platform"], metadata={{"cost": "42"}}),
    ibm=roster.TeamIbmArgs(
        rules={{
            "sso": {{
                "expiration": 8,
                "realm_name": "https://idp.example.com",
                "conditions": [roster.ibm.Condition("groups", "CONTAINS", "platform")],
            }}
        }}
    ),
    britive=roster.TeamBritiveArgs(application_id="app-demo", environments=["staging", "production"]),
)
groups = [team.appsec_group_id, team.vault_group_id, team.ibm_access_group_id, team.britive_environment_group_id]
pulumi.export("ids", groups)
pulumi.export("environments", team.britive_environment_ids)
"""


def test_a_change_of_the_list_of_people_changes_four_systems(tmp_path: Path, emulator: Running) -> None:
    program = Program(tmp_path / "project", emulator.url)
    program.write(TEAM.format(people="[ANN]"))
    program.up()
    program.unchanged()
    made = program.resources()
    assert set(made) == {
        "platform-appsec",
        "platform-vault",
        "platform-ibm",
        "platform-ibm-members",
        "platform-ibm-sso",
        "platform-britive",
        "platform-britive-staging",
        "platform-britive-production",
        "platform-britive-staging-ann",
        "platform-britive-production-ann",
    }
    assert made["platform-vault"]["outputs"]["member_entity_ids"] == ["entity-alice"]
    assert all("roster:index:Team" in row["parent"] for row in made.values())

    program.write(TEAM.format(people="[ANN, BEN]"))
    shown = re.sub(" +", " ", program.preview().out)
    for line in ('+ [1]: "user-102"', '+ [1]: "entity-bob"', 'iam_id: "IBMid-2"', 'user_id : "user-bob"'):
        assert line in shown, "the preview must show a new person in each system"
    assert "+ 2 to create\n ~ 3 to update" in shown
    program.up()
    program.write(TEAM.format(people="[CAT]"))
    program.up()
    made = program.resources()
    assert made["platform-appsec"]["outputs"]["members"] == []
    assert made["platform-vault"]["outputs"]["member_entity_ids"] == []
    assert [row["iam_id"] for row in made["platform-ibm-members"]["outputs"]["members"]] == ["IBMid-3"]
    assert not [name for name in made if name.endswith(("-ann", "-ben"))]
    program.destroy()


def test_all_mistakes_in_a_list_are_reported_together() -> None:
    twice = roster.Person("ann")
    mapped = roster.Person("ben", britive_account="2800")
    with pytest.raises(roster.errors.InvalidArguments) as caught:
        roster.Team("platform", people=[twice, twice, mapped])
    assert "people: must have unique names, got 'ann' twice" in str(caught.value)
    assert "people[2].britive: is required if britive_account is given (ben)" in str(caught.value)
