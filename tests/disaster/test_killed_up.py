"""``pulumi up`` is killed: after the way back, exactly what is declared is there, and there is nothing left to do."""

from __future__ import annotations

import json

import pytest

from disaster.everything import FIRST as DECLARED_FIRST
from disaster.killed import FIRST, FIRST_WRITES, LATER, LATER_WRITES, Moment, at, kill
from disaster.killing import needs_proc
from disaster.stage import Scene, writes
from support.program import Ran

pytestmark = needs_proc


def test_there_are_fifty_moments() -> None:
    assert sum(len({str(moment) for moment in moments}) for moments in (FIRST, LATER)) >= 50


def test_every_write_of_a_run_is_among_the_moments(empty: Scene) -> None:
    empty.project.up()
    assert writes(empty.emulator) == FIRST_WRITES
    empty.assert_declared()
    empty.project.stage = "later"
    empty.emulator.clear_requests()
    empty.project.up()
    assert writes(empty.emulator) == LATER_WRITES
    empty.assert_declared()


@pytest.mark.parametrize("moment", FIRST, ids=str)
def test_a_killed_creation(moment: Moment, empty: Scene) -> None:
    kill(empty, moment, "up")
    empty.project.up_again()
    empty.assert_declared()


@pytest.mark.parametrize("moment", LATER, ids=str)
def test_a_killed_change(moment: Moment, first: Scene) -> None:
    first.project.stage = "later"
    kill(first, moment, "up")
    first.project.up_again()
    first.assert_declared()


def test_what_a_killed_run_leaves_and_how_it_is_cleared_away(empty: Scene) -> None:
    """Each step of the way back says what the next one is."""
    kill(empty, at("POST /v2/groups", done=True), "up")

    locked = failed(empty.project.up(code=None))
    assert "the stack is currently locked by 1 lock(s)" in locked
    assert "`pulumi cancel`" in locked
    empty.project.pulumi("cancel", "--yes")

    refused = failed(empty.project.up(code=None))
    [id] = [row["id"] for row in empty.emulator.dump()["ibm"]["groups"] if row["name"] == "platform"]
    assert f'create ibm.AccessGroup "platform": it exists already as {id}, and is not in this stack' in refused
    assert "set adopt=True to adopt it" in refused
    assert "ibm-group, interrupted while creating" in refused
    assert [row["name"] for row in empty.emulator.dump()["ibm"]["groups"]].count("platform") == 1

    assert empty.project.up_again() == ["ibm-group"]
    assert empty.world() == DECLARED_FIRST
    # Pulumi keeps its note on what was interrupted until it is told to forget it.
    assert [row["type"] for row in pending(empty)] == ["creating"]
    empty.project.refresh("--clear-pending-creates")
    assert pending(empty) == []
    # What was adopted is ours from then on, whatever the program says of it later.
    empty.project.environment["DISASTER_ADOPT"] = ""
    assert "warning" not in empty.project.up("--expect-no-changes").text


def test_a_run_that_was_killed_while_it_wrote_beside_the_state(first: Scene) -> None:
    """The ``file://`` back end keeps attributes in a second file, which is not written at once as the state is."""
    attributes = first.project.folder / ".pulumi/stacks/test/dev.json.attrs"
    attributes.write_bytes(b"")
    assert "failed to load checkpoint: EOF" in failed(first.project.up(code=None))
    attributes.unlink()
    first.assert_declared()
    # A back end that is told to keep none does not have this trouble, and reads the same state.
    first.project.environment["PULUMI_BACKEND_URL"] += "?metadata=skip"
    first.project.stage = "later"
    first.project.up()
    assert not attributes.exists()


def failed(ran: Ran) -> str:
    assert ran.code != 0, ran.text
    return ran.text


def pending(scene: Scene) -> list[dict[str, str]]:
    return json.loads(scene.project.export())["deployment"].get("pending_operations") or []
