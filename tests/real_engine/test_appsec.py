"""Runs AppSec+ resources with the real engine."""

from __future__ import annotations

from roster_emulator import Running
from support.appsec_api import change, group, names, remove, shown
from support.program import Program

DECLARED = """
appsec = roster.appsec
team = appsec.IdentityGroup("team", name="{name}", description="Reviews every release")
appsec.IdentityGroupMembers("ours", group_id=team.id, members=["user-102", "user-101"], exclusive=False)
listed = appsec.IdentityGroup("listed", name="listed", members={members})
pulumi.export("team", team.id)
"""


def declared(name: str = "team", members: str = "['b', 'a']") -> str:
    return DECLARED.format(name=name, members=members)


def group_of(emulator: Running, program: Program, name: str) -> str:
    return str(program.resources()[name]["id"])


def test_groups_and_members_complete_their_lifecycle(program: Program, emulator: Running) -> None:
    program.environment["ROSTER_QUIET_SECONDS"] = "0.3"
    program.write(declared())
    assert len(program.preview().steps) == 3
    assert names(emulator) == []
    program.up()
    team, listed = group_of(emulator, program, "team"), group_of(emulator, program, "listed")
    assert shown(emulator, team)["members"] == ["user-101", "user-102"]
    program.up("--refresh", "--expect-no-changes")

    change(emulator, team, description="changed by hand", members=["unmanaged", "user-101"])
    change(emulator, listed, members=["a", "unmanaged"])
    steps = {step for step in program.up("--refresh").steps if step[0] != "refresh"}
    assert steps == {("update", "team"), ("update", "ours"), ("update", "listed")}
    row = shown(emulator, team)
    assert (row["description"], row["members"]) == ("Reviews every release", ["unmanaged", "user-101", "user-102"])
    assert shown(emulator, listed)["members"] == ["a", "b"]

    program.write(declared(name="renamed", members="[]"))
    assert sorted(program.up().steps) == [("update", "listed"), ("update", "team")]
    assert (shown(emulator, team)["name"], shown(emulator, listed)["members"]) == ("renamed", [])

    remove(emulator, team)
    program.up("--refresh")
    assert sorted(names(emulator)) == ["listed", "renamed"]
    program.destroy()
    assert names(emulator) == []


def test_an_existing_group_is_an_error_of_a_few_lines(program: Program, emulator: Running) -> None:
    theirs = group(emulator, "team", "theirs")
    program.write(declared())
    message = program.up(code=1).out
    assert f"already exists as {theirs}" in message
    assert "Traceback" not in message
    assert shown(emulator, theirs)["members"] == ["theirs"]
    program.destroy()
    assert names(emulator) == ["team"]
