"""Runs Britive resources with the real engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from roster_emulator import Running
from support.britive_api import (
    britive_change_environment,
    britive_delete_environment,
    britive_environment,
    britive_names,
    britive_root,
    britive_tree,
    britive_users,
)
from support.program import Program

TREE = """
APP = "app-demo"
britive = roster.britive
platform = britive.EnvironmentGroup("platform", application_id=APP, name="Platform")
inner = britive.EnvironmentGroup("inner", application_id=APP, name="Inner", parent_id={parent})
production = britive.Environment("production", application_id=APP, name="Production", parent_group_id=inner.id)
sandbox = britive.Environment("sandbox", application_id=APP, name="Sandbox", description="for tests")
alice = britive.AccountMapping(
    "alice", application_id=APP, environment_id=production.id, account_id="2800", user_id="user-alice"
)
"""
NESTED, FLAT = TREE.format(parent="platform.id"), TREE.format(parent="platform.parent_id")


def ids(server: Running) -> dict[str, str]:
    groups, environments = britive_tree(server)
    return {row["name"]: row["id"] for row in [*groups, *environments]}


def test_a_tree_with_a_mapping_completes_its_lifecycle(program: Program, emulator: Running) -> None:
    program.write(NESTED)
    program.up()
    root = britive_root(emulator)
    assert britive_names(emulator) == ["Inner", "Platform", "Production", "Sandbox"]
    assert britive_users(emulator, ids(emulator)["Production"], 2800) == ["user-alice"]

    emulator.clear_requests()
    assert {operation for operation, _ in program.up("--refresh").steps} == {"refresh"}
    assert emulator.requests()["GET /api/apps/{app}"] == 1, "one request must read the four objects of the application"

    britive_change_environment(emulator, ids(emulator)["Production"], displayName="by hand")
    britive_delete_environment(emulator, ids(emulator)["Sandbox"])
    steps = [step for step in program.up("--refresh").steps if step[0] != "refresh"]
    assert sorted(steps) == [("create", "sandbox"), ("update", "production")]
    assert britive_names(emulator) == ["Inner", "Platform", "Production", "Sandbox"]

    # A move deletes the dependents of the group, then the group, and then creates all of them again.
    program.write(FLAT)
    moved = [step for step in program.up().steps if step[0] in ("delete-replaced", "create-replacement")]
    assert moved == [
        ("delete-replaced", "alice"),
        ("delete-replaced", "production"),
        ("delete-replaced", "inner"),
        ("create-replacement", "inner"),
        ("create-replacement", "production"),
        ("create-replacement", "alice"),
    ]
    assert {row["parentId"] for row in britive_tree(emulator)[0] if row["name"] != "root"} == {root}
    assert britive_users(emulator, ids(emulator)["Production"], 2800) == ["user-alice"]
    program.unchanged()

    theirs = britive_environment(emulator, ids(emulator)["Inner"], "theirs")
    message = program.destroy(code=1)
    assert "environment 'theirs'" in message.errors["inner"]
    britive_delete_environment(emulator, theirs)
    program.destroy()
    assert britive_names(emulator) == []


def test_two_stacks_that_create_the_root_group_together_share_it(tmp_path: Path, emulator: Running) -> None:
    programs = [Program(tmp_path / name, emulator.url) for name in ("one", "two")]
    for program in programs:
        program.write(f"""
            for number in range(3):
                roster.britive.EnvironmentGroup(
                    f"group-{{number}}", application_id="app-demo", name=f"{program.folder.name} {{number}}"
                )
        """)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda program: program.up(), programs))
    groups = britive_tree(emulator)[0]
    [root] = [row["id"] for row in groups if not row["parentId"]]
    assert [row["parentId"] for row in groups if row["parentId"]] == [root] * 6


def test_an_unknown_application_is_an_error_and_creates_nothing(program: Program, emulator: Running) -> None:
    program.write('roster.britive.Environment("e", application_id="app-dmeo", name="Production")')
    message = program.up(code=1).errors["e"]
    assert "has no application 'app-dmeo'" in message
    assert "hint: check application_id and roster:britiveTenant" in message
    assert "Traceback" not in message
    assert program.resources() == {}
