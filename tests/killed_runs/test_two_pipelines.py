"""Runs two pipelines at the same time. No change is lost, and a change that cannot be merged is refused."""

from __future__ import annotations

from pathlib import Path

from killed_runs.killable import needs_proc
from killed_runs.pipelines import (
    ENTITIES,
    KINDS,
    MEMBERS,
    NAMES,
    RESOURCE,
    ROOT,
    Pipeline,
    assert_merged,
    members_of_shared,
    platform_ids,
    refused,
    start_up,
)
from roster_emulator import Running
from support.every_kind import OTHERS
from support.program import tuning, writes

pytestmark = needs_proc


def test_two_stacks_that_add_members_to_one_group_lose_no_member(tmp_path: Path, emulator: Running) -> None:
    emulator.seed(**OTHERS)
    emulator.seed(**ENTITIES)
    one, two = (Pipeline(tmp_path, emulator, name, MEMBERS) for name in ("one", "two"))
    for program in (one, two):
        # The provider gives up a write after half of this time. Before that, the other pipeline must send its write.
        program.environment["ROSTER_TUNING"] = tuning(quiet=4)
    emulator.fault("hold", method="GET", route="/identity-groups", times=2)
    runs = [start_up(one), start_up(two)]
    runs[0].wait_until_held(emulator, 2)
    # Both have read each group, and both have sent the changed group.
    emulator.fault("hold", method="PUT", route="/v2/groups/*/members", times=2)
    emulator.fault("hold", method="POST", route="/v1/identity/group/id/*", times=2)
    emulator.fault("hold", method="PUT", route="/identity-groups/*", times=2)
    emulator.release()
    runs[0].wait_until_held(emulator, 6)
    assert emulator.release() == 6
    assert [each.wait() for each in runs] == [0, 0], [each.text for each in runs]
    assert_merged(emulator)
    one.unchanged()
    two.unchanged()
    # A destroy takes away only the members of its own stack.
    one.destroy()
    assert members_of_shared(emulator, "ibm") == ["IBMid-other", "IBMid-two"]
    two.unchanged()


def test_the_second_stack_that_declares_a_name_gets_the_id_of_the_first(tmp_path: Path, emulator: Running) -> None:
    one, two = (Pipeline(tmp_path, emulator, name, NAMES) for name in ("one", "two"))
    one.up()
    ids = platform_ids(emulator)
    emulator.clear_requests()
    failed = two.up("--continue-on-error", code=None)
    assert failed.code != 0
    for kind in KINDS:
        [id] = ids[kind]
        error = failed.errors[RESOURCE[kind]]
        assert f'create {kind} "platform": already exists as {id}, and is not in this stack' in error
        assert "set adopt=True to adopt the existing object" in error
    assert writes(emulator) == {}
    assert platform_ids(emulator) == ids
    one.unchanged()


def test_two_stacks_that_create_one_name_together_create_one_object(tmp_path: Path, emulator: Running) -> None:
    """If the service keeps names unique, it refuses one creation. The error names the id of the other object."""
    emulator.seed(**ROOT)
    emulator.switch(unique_names=True, britive_unique_names=True)
    one, two = (Pipeline(tmp_path, emulator, name, NAMES) for name in ("one", "two"))
    emulator.fault("hold", method="POST", times=8)
    runs = [start_up(one, "--continue-on-error"), start_up(two, "--continue-on-error")]
    # Both have looked for the name and found nothing.
    runs[0].wait_until_held(emulator, 8)
    emulator.release()
    for each in runs:
        each.wait()
    ids = platform_ids(emulator)
    assert {kind: len(found) for kind, found in ids.items()} == dict.fromkeys(KINDS, 1)
    losers = [refused(each.text) for each in runs]
    assert sorted([*losers[0], *losers[1]]) == sorted(KINDS), "exactly one of the two must be refused"
    for each, lost in zip(runs, losers, strict=True):
        for kind in lost:
            assert ids[kind][0] in each.text
    # Each state holds the objects that its own run created, and no others.
    for program, lost in zip((one, two), losers, strict=True):
        made = {name: row["id"] for name, row in program.resources().items()}
        assert made == {RESOURCE[kind]: ids[kind][0] for kind in KINDS if kind not in lost}


def test_a_second_run_of_a_stack_is_refused_by_the_lock(tmp_path: Path, emulator: Running) -> None:
    program = Pipeline(tmp_path, emulator, "one", NAMES)
    emulator.fault("hold", method="POST", route="/v2/groups")
    first = start_up(program)
    first.wait_until_held(emulator)
    emulator.clear_requests()
    second = program.up(code=None)
    assert second.code != 0
    assert "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end" in second.text
    assert "POST /v2/groups" not in emulator.requests()
    emulator.release()
    assert first.wait() == 0, first.text
    assert {kind: len(found) for kind, found in platform_ids(emulator).items()} == dict.fromkeys(KINDS, 1)
    program.unchanged()


def test_at_most_one_of_two_runs_of_a_stack_that_start_together_continues(tmp_path: Path, emulator: Running) -> None:
    """Neither run has the lock yet. One run continues or none does, but never both."""
    program = Pipeline(tmp_path, emulator, "one", NAMES)
    runs = [start_up(program), start_up(program)]
    codes = [each.wait() for each in runs]
    for each, code in zip(runs, codes, strict=True):
        assert code == 0 or "the stack is currently locked" in each.text
    made = {kind: len(found) for kind, found in platform_ids(emulator).items()}
    assert made == dict.fromkeys(KINDS, 1 if 0 in codes else 0)
    program.up()
    assert {kind: len(found) for kind, found in platform_ids(emulator).items()} == dict.fromkeys(KINDS, 1)
    program.unchanged()
