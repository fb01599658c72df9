"""Runs ``Team`` with the real engine: a change of the list of people makes the right change in four systems."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest

import pulumi_roster as roster
from pulumi_roster import Person, Team, TeamBritiveArgs
from roster_emulator import Running
from support.britive_api import APP, britive, britive_environment, britive_root, britive_users
from support.program import Program

TEAM = """
PEOPLE = {{
    "ann": roster.Person(name="ann", appsec="user-101", vault="entity-alice", ibm="IBMid-1", britive="user-alice"),
    "ben": roster.Person(name="ben", appsec="user-102", vault="entity-bob", ibm="IBMid-2", britive="user-bob"),
    "cat": roster.Person(name="cat", ibm="IBMid-3"),
}}
ACCOUNTS = {{"ann": "2800", "ben": "2801"}}
names = {people}
team = roster.Team(
    "platform",
    people=[PEOPLE[name] for name in names],
    description="Runs what the others build on",
    appsec=roster.TeamAppSecArgs(),
    vault=roster.TeamVaultArgs(policies=["platform"], metadata={{"cost": "42"}}),
    ibm=roster.TeamIbmArgs(
        exclusive=False,
        rules={{
            "sso": {{
                "expiration": 8,
                "realm_name": "https://idp.example.com",
                "conditions": [roster.ibm.Condition("groups", "CONTAINS", "platform")],
            }}
        }},
    ),
    britive=roster.TeamBritiveArgs(
        application_id="app-demo",
        environments=["staging", "production"],
        accounts={{name: ACCOUNTS[name] for name in names if name in ACCOUNTS}},
    ),
)
groups = [team.appsec_group_id, team.vault_group_id, team.ibm_access_group_id, team.britive_environment_group_id]
pulumi.export("ids", groups)
pulumi.export("environments", team.britive_environment_ids)
"""


def test_a_change_of_the_list_of_people_changes_four_systems(tmp_path: Path, emulator: Running) -> None:
    program = Program(tmp_path / "project", emulator.url)
    program.write(TEAM.format(people=["ann"]))
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

    program.write(TEAM.format(people=["ann", "ben"]))
    shown = re.sub(" +", " ", program.preview().out)
    for line in ('+ [1]: "user-102"', '+ [1]: "entity-bob"', 'iam_id: "IBMid-2"', 'user_id : "user-bob"'):
        assert line in shown, "the preview must show a new person in each system"
    assert "+ 2 to create\n ~ 3 to update" in shown
    program.up()
    program.write(TEAM.format(people=["cat"]))
    program.up()
    made = program.resources()
    assert made["platform-appsec"]["outputs"]["members"] == []
    assert made["platform-vault"]["outputs"]["member_entity_ids"] == []
    assert [row["iam_id"] for row in made["platform-ibm-members"]["outputs"]["members"]] == ["IBMid-3"]
    assert not [name for name in made if name.endswith(("-ann", "-ben"))]
    program.destroy()


IN_BRITIVE = """
team = roster.Team(
    "platform",
    people=[roster.Person(name="ann", britive="user-alice")],
    britive=roster.TeamBritiveArgs(application_id="app-demo", accounts={{"ann": "2800"}}, {more}),
)
pulumi.export("environments", team.britive_environment_ids)
"""


@pytest.fixture
def program(tmp_path: Path, emulator: Running) -> Program:
    return Program(tmp_path / "project", emulator.url)


def scan(emulator: Running, environment_id: str) -> None:
    britive(emulator, "POST", f"{APP}/environments/{environment_id}/scans")


def mappings(program: Program) -> set[str]:
    return {name for name, row in program.resources().items() if row["type"].endswith("AccountMapping")}


def environment_id(program: Program, name: str) -> str:
    return str(program.resources()[f"platform-britive-{name}"]["id"])


def test_a_team_maps_its_people_in_its_own_and_in_existing_environments(program: Program, emulator: Running) -> None:
    existing = britive_environment(emulator, britive_root(emulator), "theirs")
    program.write(IN_BRITIVE.format(more=f'environments=["staging"], environment_ids={{"shared": "{existing}"}}'))
    program.up()
    program.unchanged()
    staging = environment_id(program, "staging")
    assert mappings(program) == {"platform-britive-staging-ann", "platform-britive-shared-ann"}
    assert [britive_users(emulator, id, 2800) for id in (staging, existing)] == [["user-alice"]] * 2
    outputs = json.loads(program.pulumi("stack", "output", "--json").out)
    assert outputs["environments"] == {"staging": staging, "shared": existing}
    program.destroy()
    assert britive_users(emulator, existing, 2800) == []


def test_no_run_fails_if_new_environments_are_unscanned_until_their_scan(program: Program, emulator: Running) -> None:
    emulator.switch(britive_scan_first=True)
    program.write(IN_BRITIVE.format(more='environments=["staging"], unscanned=["staging"]'))
    program.up()
    assert mappings(program) == set()
    scan(emulator, environment_id(program, "staging"))

    program.write(IN_BRITIVE.format(more='environments=["staging", "production"], unscanned=["production"]'))
    steps = program.up().steps
    assert set(steps) == {("create", "platform-britive-production"), ("create", "platform-britive-staging-ann")}
    assert mappings(program) == {"platform-britive-staging-ann"}
    scan(emulator, environment_id(program, "production"))

    program.write(IN_BRITIVE.format(more='environments=["staging", "production"]'))
    assert program.up().steps == (("create", "platform-britive-production-ann"),)
    program.unchanged()
    program.destroy()


def test_a_run_before_the_scan_makes_the_environment_and_the_next_run_maps(program: Program, emulator: Running) -> None:
    emulator.switch(britive_scan_first=True)
    program.write(IN_BRITIVE.format(more='environments=["staging"]'))
    ran = program.up(code=1)
    assert set(ran.errors) >= {"platform-britive-staging-ann"}
    assert "scan" in ran.errors["platform-britive-staging-ann"]
    scan(emulator, environment_id(program, "staging"))
    assert program.up().steps == (("create", "platform-britive-staging-ann"),)
    program.unchanged()
    program.destroy()


def test_all_mistakes_in_a_team_are_reported_together() -> None:
    ann, ben = Person(name="ann"), Person(name="ben", britive="user-bob")
    wanted = TeamBritiveArgs(
        application_id="app-demo",
        environments=["staging", "staging"],
        environment_ids={"staging": "env-1", "shared": "env-2"},
        accounts={"ann": "2800", "ben": "2801", "zed": "2802"},
        unscanned=["shared", "production"],
    )
    with pytest.raises(roster.errors.InvalidArguments) as caught:
        Team("platform", people=[ben, ann], britive=wanted)
    assert str(caught.value).splitlines()[0].removeprefix("team 'platform': ").split("; ") == [
        "britive.environments: must have unique names, got 'staging' more than once",
        "britive.environment_ids.staging: must not be in environments too",
        "people[1].britive: is required, because britive.accounts has an account for 'ann'",
        "britive.accounts.zed: must be the name of one of the people",
        "britive.unscanned: must contain only names of the team's environments, got 'production'",
    ]


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        (
            {"people": ["alice", Person(name="ann"), Person(name="ann")], "appsec": True, "ibm": {"exclusive": True}},
            [
                "people[0]: must be a Person, got 'alice'",
                "people: must have unique names, got 'ann' more than once",
                "appsec: must be a TeamAppSecArgs, got True",
                "ibm: must be a TeamIbmArgs, got {'exclusive': True}",
            ],
        ),
        ({"people": "alice"}, ["people: must be a list of Person, got 'alice'"]),
        (
            {"people": [], "britive": TeamBritiveArgs(application_id="app", environments="dev", unscanned="dev")},
            [
                "britive.environments: must be a list of names, got 'dev'",
                "britive.unscanned: must be a list of names, got 'dev'",
            ],
        ),
    ],
    ids=["classes", "people", "names"],
)
def test_an_argument_of_the_wrong_type_is_named(given: dict[str, Any], failures: list[str]) -> None:
    with pytest.raises(roster.errors.InvalidArguments) as caught:
        Team("platform", **cast(Any, given))
    assert str(caught.value).splitlines()[0].removeprefix("team 'platform': ").split("; ") == failures


def test_the_program_says_whether_the_people_are_all_members() -> None:
    with pytest.raises(TypeError, match="exclusive"):
        roster.TeamIbmArgs()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
