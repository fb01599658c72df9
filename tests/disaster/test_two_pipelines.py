"""Two pipelines at the same moment, over the real engine: nothing is lost, what cannot be merged is refused."""

from __future__ import annotations

from pathlib import Path

from disaster.everything import SOMEBODY_ELSES, world
from disaster.killing import needs_proc
from disaster.pipelines import (
    ENTITIES,
    KINDS,
    MEMBERS,
    NAMES,
    ROOT,
    TABLES,
    Pipeline,
    assert_merged,
    platform_ids,
    refused,
    run,
)
from disaster.stage import writes
from roster_emulator import Running

pytestmark = needs_proc


def test_both_add_to_one_group_at_the_same_moment(tmp_path: Path, emulator: Running) -> None:
    emulator.seed(**SOMEBODY_ELSES)
    emulator.seed(**ENTITIES)
    one, two = (Pipeline(tmp_path, emulator, name, MEMBERS) for name in ("one", "two"))
    for program in (one, two):
        # A write is given up after half of this, and must not be before the other's is there too.
        program.environment["ROSTER_QUIET_SECONDS"] = "4"
    emulator.fault("hold", method="GET", route="/identity-groups", times=2)
    runs = [run(one), run(two)]
    runs[0].until_held(emulator, 2)
    # Both have read each group as it was, and both have sent what they make of it.
    emulator.fault("hold", method="PUT", route="/v2/groups/*/members", times=2)
    emulator.fault("hold", method="POST", route="/v1/identity/group/id/*", times=2)
    emulator.fault("hold", method="PUT", route="/identity-groups/*", times=2)
    emulator.release()
    runs[0].until_held(emulator, 6)
    assert emulator.release() == 6
    assert [each.wait() for each in runs] == [0, 0], [each.text for each in runs]
    assert_merged(emulator)
    one.unchanged()
    two.unchanged()
    # Who goes takes nothing of the other's.
    one.destroy()
    assert world(emulator.dump())["ibm members"] == [("shared", "IBMid-stranger"), ("shared", "IBMid-two")]
    two.unchanged()


def test_who_declares_a_name_second_is_told_the_first_ones_id(tmp_path: Path, emulator: Running) -> None:
    one, two = (Pipeline(tmp_path, emulator, name, NAMES) for name in ("one", "two"))
    one.up()
    ids = platform_ids(emulator)
    emulator.clear_requests()
    told = two.up("--continue-on-error", code=None)
    assert told.code != 0
    for kind in KINDS:
        [id] = ids[kind]
        error = told.errors[TABLES[kind]]
        assert f'create {kind} "platform": it exists already as {id}, and is not in this stack' in error
        assert "set adopt=True to adopt it" in error
    assert writes(emulator) == {}
    assert platform_ids(emulator) == ids
    one.unchanged()


def test_both_declare_a_name_at_the_same_moment(tmp_path: Path, emulator: Running) -> None:
    """Where the service keeps names unique, one is refused, with the id of the other's; the other's is not touched."""
    emulator.seed(**ROOT)
    emulator.switch(unique_names=True, britive_unique_names=True)
    one, two = (Pipeline(tmp_path, emulator, name, NAMES) for name in ("one", "two"))
    emulator.fault("hold", method="POST", times=8)
    runs = [run(one, "--continue-on-error"), run(two, "--continue-on-error")]
    # Both have looked and found nothing.
    runs[0].until_held(emulator, 8)
    emulator.release()
    for each in runs:
        each.wait()
    ids = platform_ids(emulator)
    assert {kind: len(found) for kind, found in ids.items()} == dict.fromkeys(KINDS, 1)
    losers = [refused(each.text) for each in runs]
    assert sorted([*losers[0], *losers[1]]) == sorted(KINDS), "exactly one of the two is refused"
    for each, lost in zip(runs, losers, strict=True):
        for kind in lost:
            assert ids[kind][0] in each.text
    # Each has in its state what it has made, and nothing of the other's.
    for program, lost in zip((one, two), losers, strict=True):
        made = {name: row["id"] for name, row in program.resources().items()}
        assert made == {TABLES[kind]: ids[kind][0] for kind in KINDS if kind not in lost}


def test_one_stack_is_run_twice_at_the_same_moment(tmp_path: Path, emulator: Running) -> None:
    program = Pipeline(tmp_path, emulator, "one", NAMES)
    emulator.fault("hold", method="POST", route="/v2/groups")
    first = run(program)
    first.until_held(emulator)
    emulator.clear_requests()
    second = program.up(code=None)
    assert second.code != 0
    assert "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end" in second.text
    assert "POST /v2/groups" not in emulator.requests()
    emulator.release()
    assert first.wait() == 0, first.text
    assert {kind: len(found) for kind, found in platform_ids(emulator).items()} == dict.fromkeys(KINDS, 1)
    program.unchanged()


def test_one_stack_is_started_twice_at_the_same_moment(tmp_path: Path, emulator: Running) -> None:
    """Neither has the lock yet: one goes on, or both give way; never do both."""
    program = Pipeline(tmp_path, emulator, "one", NAMES)
    runs = [run(program), run(program)]
    codes = [each.wait() for each in runs]
    for each, code in zip(runs, codes, strict=True):
        assert code == 0 or "the stack is currently locked" in each.text
    made = {kind: len(found) for kind, found in platform_ids(emulator).items()}
    assert made == dict.fromkeys(KINDS, 1 if 0 in codes else 0)
    program.up()
    assert {kind: len(found) for kind, found in platform_ids(emulator).items()} == dict.fromkeys(KINDS, 1)
    program.unchanged()
