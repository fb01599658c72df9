"""Runs several stacks with inline programs in one process. The argument is the address of the emulator.

``test_automation.py`` runs it in its own process, because the SDK leaves event loops open.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pulumi
from pulumi import automation

import pulumi_roster as roster
from roster_emulator import Control
from support.ibm_api import ibm, ibm_group, ibm_groups

description = "first"


def program() -> None:
    stack = pulumi.get_stack()
    team = roster.ibm.AccessGroup("team", name=f"team of {stack}", description=description)
    roster.ibm.AccessGroupMembers(
        "members",
        access_group_id=team.id,
        members=["IBMid-1", team.id.apply(lambda id: f"IBMid-{id[-6:]}")],
        exclusive=False,
    )
    pulumi.export("id", team.id)
    pulumi.export("seen", [group.name for group in roster.ibm.list_access_groups(search="name:there")])


def new_stack(name: str, folder: Path, url: str) -> automation.Stack:
    folder.mkdir()
    options = automation.LocalWorkspaceOptions(work_dir=str(folder))
    stack = automation.create_stack(name, project_name="inline", program=program, opts=options)
    plain = {"emulator": url, "ibmAccountId": f"acc-{name}", "settleSeconds": "1"}
    stack.set_all_config({f"roster:{key}": automation.ConfigValue(value) for key, value in plain.items()})
    set_token(stack, "roster-dev")
    return stack


def set_token(stack: automation.Stack, token: str) -> None:
    stack.set_config("roster:ibmToken", automation.ConfigValue(token, secret=True))


def names(server: Control, stack: str) -> set[str]:
    return {row["name"] for row in ibm_groups(server, f"acc-{stack}")}


def main(url: str, folder: Path) -> None:
    global description
    server = Control(url)
    stacks = {name: new_stack(name, folder / name, url) for name in ("east", "west")}
    for name, stack in stacks.items():
        ibm_group(server, f"there in {name}", account=f"acc-{name}")
        made = stack.up()
        assert made.outputs["seen"].value == [f"there in {name}"], "a look-up asks this stack's own account"
        assert names(server, name) == {f"team of {name}", f"there in {name}"}

    east, west = stacks.values()
    assert east.preview(expect_no_changes=True).change_summary == {"same": 3}
    old = east.outputs()["id"].value
    ibm(server, "DELETE", f"/groups/{old}?force=true")
    assert east.refresh().summary.resource_changes == {"delete": 2, "same": 1}
    description = "second"
    made = east.up()
    assert made.summary.resource_changes == {"create": 2, "same": 1}
    assert made.outputs["id"].value != old

    set_token(west, "viewer-canary")
    try:
        west.up()
    except automation.CommandError as error:
        message = str(error)
    else:
        raise AssertionError("a viewer may not write")
    assert 'update ibm.AccessGroup "team of west"' in message
    assert "required access" in message
    assert "viewer-canary" not in message
    set_token(west, "roster-dev")

    for name, stack in stacks.items():
        stack.destroy(run_program=True)  # else it uses the token of the last `up`
        assert names(server, name) == {f"there in {name}"}
    print("all as it should be")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(sys.argv[1], Path(scratch))
