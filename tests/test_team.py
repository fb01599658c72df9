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
from support import appsec_api
from support.britive_api import APP, britive, britive_environment, britive_root, britive_users
from support.ibm_api import ibm_add, ibm_group, ibm_members
from support.program import Program, Ran
from support.vault_api import entities, vault
from support.vault_api import group as vault_group

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
    exclusive=False,
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
        "platform-appsec-members",
        "platform-vault",
        "platform-vault-members",
        "platform-ibm",
        "platform-ibm-members",
        "platform-ibm-sso",
        "platform-britive",
        "platform-britive-staging",
        "platform-britive-production",
        "platform-britive-staging/ann",
        "platform-britive-production/ann",
    }
    assert made["platform-vault-members"]["outputs"]["member_entity_ids"] == ["entity-alice"]
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
    assert made["platform-appsec-members"]["outputs"]["members"] == []
    assert made["platform-vault-members"]["outputs"]["member_entity_ids"] == []
    assert [row["iam_id"] for row in made["platform-ibm-members"]["outputs"]["members"]] == ["IBMid-3"]
    assert not [name for name in made if name.endswith(("/ann", "/ben"))]
    program.destroy()


@pytest.fixture
def program(tmp_path: Path, emulator: Running) -> Program:
    return Program(tmp_path / "project", emulator.url)


IDENTITIES = {
    "ann": {"appsec": "user-101", "vault": "entity-alice", "ibm": "IBMid-1"},
    "ben": {"appsec": "user-102", "vault": "entity-bob", "ibm": "IBMid-2"},
    "eve": {"appsec": "user-103", "ibm": "IBMid-3"},  # with an entity of her own
}
MEMBERS = """
IDENTITIES = {identities}
team = roster.Team(
    "platform",
    people=[roster.Person(name=name, **IDENTITIES[name]) for name in {people}],
    exclusive={exclusive},
    appsec=roster.TeamAppSecArgs(),
    vault=roster.TeamVaultArgs(),
    ibm=roster.TeamIbmArgs(),
    adopt={adopt},
)
"""


class Groups:
    """The three groups of a team that have members, and a program that declares the team."""

    def __init__(self, program: Program, emulator: Running) -> None:
        self.program = program
        self.emulator = emulator
        self.identities = {**IDENTITIES, "eve": {**IDENTITIES["eve"], "vault": entities(emulator, 1)[0]}}

    def declare(self, *people: str, exclusive: bool, adopt: bool = False) -> None:
        self.program.write(
            MEMBERS.format(identities=self.identities, people=list(people), exclusive=exclusive, adopt=adopt)
        )

    def up(self, *people: str, exclusive: bool, adopt: bool = False) -> Ran:
        self.declare(*people, exclusive=exclusive, adopt=adopt)
        return self.program.up()

    def ids(self) -> dict[str, str]:
        made = self.program.resources()
        return {system: str(made[f"platform-{system}"]["id"]) for system in ("appsec", "vault", "ibm")}

    def add_by_hand(self, name: str, ids: dict[str, str]) -> None:
        person = self.identities[name]
        members = appsec_api.shown(self.emulator, ids["appsec"])["members"]
        appsec_api.change(self.emulator, ids["appsec"], members=[*members, person["appsec"]])
        in_vault = [*self._entities(ids["vault"]), person["vault"]]
        vault(self.emulator, lambda client: client.change(ids["vault"], member_entity_ids=in_vault))
        ibm_add(self.emulator, ids["ibm"], person["ibm"])

    def _entities(self, id: str) -> list[str]:
        group = vault(self.emulator, lambda client: client.show(id))
        return list(group["member_entity_ids"] or [])

    def members(self, ids: dict[str, str] | None = None) -> dict[str, set[str]]:
        """Return the names of the people in each group."""
        ids = ids or self.ids()
        found = {
            "appsec": appsec_api.shown(self.emulator, ids["appsec"])["members"],
            "vault": self._entities(ids["vault"]),
            "ibm": ibm_members(self.emulator, ids["ibm"]),
        }
        return {
            system: {name for name, person in self.identities.items() if person[system] in there}
            for system, there in found.items()
        }


@pytest.fixture
def groups(program: Program, emulator: Running) -> Groups:
    return Groups(program, emulator)


def in_each(*names: str) -> dict[str, set[str]]:
    return {system: {*names} for system in ("appsec", "vault", "ibm")}


@pytest.mark.parametrize("exclusive", [False, True])
def test_a_member_added_by_hand_stays_unless_the_team_is_exclusive(groups: Groups, exclusive: bool) -> None:
    groups.up("ann", "ben", exclusive=exclusive)
    groups.add_by_hand("eve", groups.ids())
    groups.program.refresh()
    steps = groups.program.up().steps
    assert groups.members() == (in_each("ann", "ben") if exclusive else in_each("ann", "ben", "eve"))
    assert len(steps) == (3 if exclusive else 0)
    groups.program.unchanged()

    groups.up("ben", exclusive=exclusive)
    assert groups.members() == (in_each("ben") if exclusive else in_each("ben", "eve")), "a person who leaves"


def test_a_change_of_exclusive_removes_nobody_who_is_declared(groups: Groups) -> None:
    groups.up("ann", "ben", exclusive=False)
    groups.add_by_hand("eve", groups.ids())
    for exclusive in (True, False, True):
        steps = groups.up("ann", "ben", exclusive=exclusive).steps
        assert {operation for operation, _ in steps} == {"update"}
        assert {name for _, name in steps} == {f"platform-{system}-members" for system in ("appsec", "vault", "ibm")}
        assert groups.members() == in_each("ann", "ben", "eve"), "only a refresh shows the member added by hand"
        groups.program.unchanged()
    groups.program.refresh()
    groups.program.up()
    assert groups.members() == in_each("ann", "ben")

    groups.up("ann", "ben", exclusive=False)
    groups.add_by_hand("eve", groups.ids())
    groups.up("ann", exclusive=True)
    assert groups.members() == in_each("ann", "eve")
    groups.program.refresh()
    groups.program.up()
    assert groups.members() == in_each("ann")
    groups.program.unchanged()
    groups.program.destroy()
    assert groups.program.resources() == {}


@pytest.mark.parametrize("exclusive", [False, True])
def test_an_adopted_team_keeps_other_members_unless_it_is_exclusive(
    groups: Groups, emulator: Running, exclusive: bool
) -> None:
    ids = {
        "appsec": appsec_api.group(emulator, "platform"),
        "vault": vault_group(emulator, "platform"),
        "ibm": ibm_group(emulator, "platform"),
    }
    for name in ("ben", "eve"):
        groups.add_by_hand(name, ids)
    groups.declare("ann", "ben", exclusive=exclusive)
    # By default, the engine starts no further steps after the first failure.
    refused = groups.program.up("--continue-on-error", code=1)
    assert {*refused.errors} >= {"platform-appsec", "platform-vault", "platform-ibm"}
    assert groups.members(ids) == in_each("ben", "eve")

    groups.up("ann", "ben", exclusive=exclusive, adopt=True)
    assert groups.ids() == ids
    assert groups.members() == (in_each("ann", "ben") if exclusive else in_each("ann", "ben", "eve"))
    groups.program.unchanged()
    if exclusive:
        groups.program.destroy()
        return
    # IBM Cloud keeps a group with a member that the stack does not manage. The others have only their own members.
    ran = groups.program.destroy(code=None)
    assert ran.code != 0
    assert "IBMid-3" in ran.errors["platform-ibm"]
    assert ibm_members(emulator, ids["ibm"]) == {"IBMid-3"}


IN_BRITIVE = """
team = roster.Team(
    "platform",
    people=[roster.Person(name="ann", britive="user-alice")],
    exclusive=False,
    britive=roster.TeamBritiveArgs(application_id="app-demo", accounts={{"ann": "2800"}}, {more}),
)
pulumi.export("environments", team.britive_environment_ids)
"""


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
    assert mappings(program) == {"platform-britive-staging/ann", "platform-britive-shared/ann"}
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
    assert set(steps) == {("create", "platform-britive-production"), ("create", "platform-britive-staging/ann")}
    assert mappings(program) == {"platform-britive-staging/ann"}
    scan(emulator, environment_id(program, "production"))

    program.write(IN_BRITIVE.format(more='environments=["staging", "production"]'))
    assert program.up().steps == (("create", "platform-britive-production/ann"),)
    program.unchanged()
    program.destroy()


def test_a_run_before_the_scan_makes_the_environment_and_the_next_run_maps(program: Program, emulator: Running) -> None:
    emulator.switch(britive_scan_first=True)
    program.write(IN_BRITIVE.format(more='environments=["staging"]'))
    ran = program.up(code=1)
    assert set(ran.errors) >= {"platform-britive-staging/ann"}
    assert "scan" in ran.errors["platform-britive-staging/ann"]
    scan(emulator, environment_id(program, "staging"))
    assert program.up().steps == (("create", "platform-britive-staging/ann"),)
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
        Team("platform", people=[ben, ann], exclusive=True, britive=wanted)
    assert str(caught.value).removeprefix("team 'platform': ").split("; ") == [
        "britive.environments: must have unique names, got 'staging' more than once",
        "britive.environment_ids.staging: must not be in environments too",
        "people[1].britive: is required, because britive.accounts has an account for 'ann'",
        "britive.accounts.zed: must be the name of one of the people",
        "britive.unscanned: must contain only names of the team's environments, got 'production'",
    ]


BRITIVE: Any = TeamBritiveArgs
IBM: Any = roster.TeamIbmArgs
RULE = {"expiration": 1, "realm_name": "r", "conditions": []}


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        (
            {"people": ["alice", Person(name="ann"), Person(name="ann")], "appsec": True, "ibm": {"name": "x"}},
            [
                "people[0]: must be a Person, got 'alice'",
                "people: must have unique names, got 'ann' more than once",
                "appsec: must be a TeamAppSecArgs, got True",
                "ibm: must be a TeamIbmArgs, got {'name': 'x'}",
            ],
        ),
        ({"people": "alice"}, ["people: must be a list of Person, got 'alice'"]),
        (
            {"people": [Person(name=cast(Any, 3)), Person(name=""), Person(name="ann/ben")]},
            [
                "people[0].name: must be a non-empty string, got 3",
                "people[1].name: must be a non-empty string, got ''",
                "people[2].name: must not contain '/', got 'ann/ben'",
            ],
        ),
        (
            {"people": [], "britive": BRITIVE(application_id="app", environments="dev", unscanned="dev")},
            [
                "britive.environments: must be a list of names, got 'dev'",
                "britive.unscanned: must be a list of names, got 'dev'",
            ],
        ),
        (
            {
                "people": [3],
                "ibm": IBM(rules=["sso"]),
                "britive": BRITIVE(
                    application_id="app", environments=[1, "dev"], environment_ids=["env-1"], accounts=["ann"]
                ),
            },
            [
                "people[0]: must be a Person, got 3",
                "ibm.rules: must be a dictionary, got ['sso']",
                "britive.environments[0]: must be a non-empty string, got 1",
                "britive.environment_ids: must be a dictionary, got ['env-1']",
                "britive.accounts: must be a dictionary, got ['ann']",
            ],
        ),
        (
            {
                "people": [],
                "ibm": IBM(rules={"a": [], "b": {"expiration": 1, "realm_name": "r", "name": "c"}, 3: RULE}),
                "britive": BRITIVE(
                    application_id="app", environment_ids={3: "env"}, accounts={3: "2800", "zed": "2"}, unscanned=None
                ),
            },
            [
                "ibm.rules: must have non-empty strings as keys, got 3",
                "ibm.rules.a: must be a TeamIbmRuleDict, got []",
                "ibm.rules.b.conditions: is required",
                "ibm.rules.b.name: is not an argument of a rule",
                "britive.environment_ids: must have non-empty strings as keys, got 3",
                "britive.accounts: must have non-empty strings as keys, got 3",
                "britive.unscanned: must be a list of names, got None",
                "britive.accounts.zed: must be the name of one of the people",
            ],
        ),
    ],
    ids=["classes", "people", "names of people", "names", "lists", "dictionaries"],
)
def test_an_argument_of_the_wrong_type_is_named(given: dict[str, Any], failures: list[str]) -> None:
    with pytest.raises(roster.errors.InvalidArguments) as caught:
        Team("platform", exclusive=True, **cast(Any, given))
    assert str(caught.value).removeprefix("team 'platform': ").split("; ") == failures


def test_the_program_says_whether_the_people_are_all_members() -> None:
    with pytest.raises(TypeError, match="exclusive"):
        Team("platform", people=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
