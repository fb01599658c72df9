"""Tests that a type checker finds wrong arguments in programs and accepts correct ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Each wrong expression, and what the first line of its error must contain.
WRONG = {
    'ibm.AccessGroup("x", name=1)': 'parameter "name" of type "Input[str] | None"',
    'ibm.AccessGroup("x", name="x", descripton="y")': 'No parameter named "descripton"',
    'ibm.AccessGroup("x", name="x", adopt="yes")': 'parameter "adopt"',
    'ibm.AccessGroup("x", name="x", conection="second")': 'No parameter named "conection"',
    'ibm.AccessGroup("x", name="x", opts={"protect": True})': 'parameter "opts" of type "ResourceOptions | None"',
    'ibm.AccessGroup("x", name="x").nam': 'Cannot access attribute "nam"',
    'ibm.AccessGroupMembers("x", access_group_id="g", exclusive=False, members=[{"iamid": "1"}])': '"members"',
    'ibm.AccessGroupMembers("x", access_group_id="g", exclusive=0, members=[{"iam_id": "a", "type": 1}])': '"members"',
    'ibm.AccessGroupMembers("x", access_group_id="g", members=[])': 'missing for parameter "exclusive"',
    'ibm.AccessGroupMembership("x", access_group_id="g", iam_id="IBMid-1", type="usr")': 'parameter "type"',
    'ibm.MemberAccessGroups("x", access_group_ids=[], exclusive=False, iam_id="IBMid-1", type="b")': 'parameter "type"',
    'ibm.Member("IBMid-1", type="usr")': 'parameter "type"',
    'ibm.Condition("groups", "LIKE", "x")': 'parameter "operator"',
    'ibm.Condition("groups", "IN", {"a": 1})': 'parameter "value"',
    'ibm.AccessGroupRule("x", access_group_id="g", expiration=1, realm_name="r", '
    'conditions=[{"claim": "groups", "operator": "LIKE", "value": "x"}])': 'parameter "conditions"',
    'ibm.list_access_groups(sort="colour")': 'parameter "sort"',
    'ibm.list_access_group_members("g", membership_type="static or dynamic")': 'parameter "membership_type"',
    'vault.IdentityGroup("x", name="x", type="outside")': 'parameter "type"',
    'vault.IdentityGroupMembers("x", exclusive=True)': 'missing for parameter "group_id"',
    'appsec.IdentityGroupMembers("x", group_id="g", members=[1], exclusive=False)': 'parameter "members"',
    'britive.AccountMapping("x", application_id="a", environment_id="e", account_id=1.5, user_id="u")': '"account_id"',
    'roster.TeamIbmArgs(rules={"sso": {"expiration": 1, "realm_name": "", "condition": 1}})': '"rules"',
    'roster.Team("platform", people=[])': 'missing for parameter "exclusive"',
    'roster.Person("ann")': "Expected 0 positional arguments",
    'britive.AccountMapping("x", application_id="a", environment_id="e", account_id=2800, user_id="u")': '"account_id"',
    'britive.list_accounts("a", pages=1)': 'No parameter named "pages"',
    'britive.list_accounts("a", "e")': "Expected 1 positional argument",
    'britive.list_account_groups("a", 2800)': 'parameter "account_id"',
    'ibm.get_access_group(id="x").nam': 'Cannot access attribute "nam"',
    'ibm.get_access_group(id="x").name = "y"': "read-only",
}
RIGHT = """
group = ibm.AccessGroup("x", name="x", adopt=True, connection="second", opts=pulumi.ResourceOptions(protect=True))
some = [ibm.Member("IBMid-1"), ibm.Member("x-1", type="user"), "IBMid-2"]
ibm.AccessGroupMembers("x", access_group_id=group.id, members=some, exclusive=False)
ibm.AccessGroupMembers(
    "y", access_group_id=group.id, members=["IBMid-1", {"iam_id": group.id, "type": "user"}], exclusive=False
)
ibm.AccessGroupMembers("z", access_group_id=group.id, members=[{"iam_id": "IBMid-1"}], exclusive=False)
ibm.AccessGroupRule("x", access_group_id=group.id, expiration=1, realm_name="r", conditions=[
    ibm.Condition("groups", "IN", ["a", 1, True, group.name]),
    {"claim": "groups", "operator": "EQUALS", "value": group.name},
])
ibm.list_access_group_members("g", sort="-email", membership_type="dynamic", type="user")
class TeamGroup(ibm.AccessGroup):
    def __init__(self, team: str) -> None:
        super().__init__(team, name=f"team-{team}", opts=pulumi.ResourceOptions(protect=True))
TeamGroup("platform").name.apply(str.upper)
text: str = ibm.get_access_group(id="x").name + britive.list_accounts("a", environment_id="e", page=0)[0].id
maybe: str | None = vault.get_identity_group(name="x").creation_time
pulumi.export("x", [dict(rule) for rule in ibm.list_access_group_rules("g")])
found: TeamGroup = TeamGroup.get("found", group.id)
"""
HEAD = "import pulumi\nimport pulumi_roster as roster\nfrom pulumi_roster import appsec, britive, ibm, vault\n"


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the errors of basedpyright by their line."""
    folder = tmp_path_factory.mktemp("programs")
    text = HEAD + "\n".join(WRONG) + RIGHT
    (folder / "program.py").write_text(text)
    command = [str(Path(sys.executable).with_name("basedpyright")), "--outputjson", "--level", "error"]
    (folder / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "standard"}))
    ran = subprocess.run(
        [*command, "--pythonpath", sys.executable, "--project", str(folder)], capture_output=True, text=True
    )
    found: dict[str, list[str]] = {}
    lines = text.splitlines()
    for error in json.loads(ran.stdout)["generalDiagnostics"]:
        line = lines[error["range"]["start"]["line"]]
        found.setdefault(line, []).append(error["message"])
    return found


@pytest.mark.parametrize("line", WRONG)
def test_a_type_checker_finds_a_wrong_argument(errors: dict[str, list[str]], line: str) -> None:
    assert any(WRONG[line] in message for message in errors.get(line, [])), errors.get(line)


def test_a_type_checker_accepts_correct_programs(errors: dict[str, list[str]]) -> None:
    assert {line: found for line, found in errors.items() if line not in WRONG} == {}
