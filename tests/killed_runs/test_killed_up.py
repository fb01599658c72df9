"""Kills ``pulumi up``. After the documented recovery, the services hold exactly what is declared."""

from __future__ import annotations

import json

import pytest

from killed_runs.killable import needs_proc
from killed_runs.moments import FIRST, FIRST_WRITES, LATER, LATER_WRITES, Moment, at, kill
from killed_runs.project import Stack
from support.every_kind import EXPECTED
from support.program import Ran, writes

pytestmark = needs_proc
TELL = "correct `writes` in the rows of tests/support/cases"


def test_the_tests_kill_a_run_at_fifty_moments() -> None:
    assert sum(len({str(moment) for moment in moments}) for moments in (FIRST, LATER)) >= 50


def test_the_moments_include_every_write_of_both_stages(new_stack: Stack) -> None:
    new_stack.project.up()
    assert writes(new_stack.emulator) == FIRST_WRITES, TELL
    new_stack.assert_declared()
    new_stack.project.stage = "later"
    new_stack.emulator.clear_requests()
    new_stack.project.up()
    assert writes(new_stack.emulator) == LATER_WRITES, TELL
    new_stack.assert_declared()


@pytest.mark.parametrize("moment", FIRST, ids=str)
def test_a_run_that_creates_everything_is_killed_and_recovers(moment: Moment, new_stack: Stack) -> None:
    kill(new_stack, moment, "up")
    new_stack.project.recover()
    new_stack.assert_declared()


@pytest.mark.parametrize("moment", LATER, ids=str)
def test_a_run_that_changes_everything_is_killed_and_recovers(moment: Moment, first_stack: Stack) -> None:
    first_stack.project.stage = "later"
    kill(first_stack, moment, "up")
    first_stack.project.recover()
    first_stack.assert_declared()


def test_each_message_after_a_killed_run_names_the_next_step(new_stack: Stack) -> None:
    kill(new_stack, at("POST /v2/groups", done=True), "up")

    locked = failed(new_stack.project.up(code=None))
    assert "the stack is currently locked by 1 lock(s)" in locked
    assert "`pulumi cancel`" in locked
    new_stack.project.pulumi("cancel", "--yes")

    refused = failed(new_stack.project.up(code=None))
    [id] = [row["id"] for row in new_stack.emulator.dump()["ibm"]["groups"] if row["name"] == "platform"]
    assert f'create ibm.AccessGroup "platform": already exists as {id}, and is not in this stack' in refused
    assert "set adopt=True to adopt the existing object" in refused
    assert "ibm-group, interrupted while creating" in refused
    assert [row["name"] for row in new_stack.emulator.dump()["ibm"]["groups"]].count("platform") == 1

    assert new_stack.project.recover() == ["ibm-group"]
    assert new_stack.described() == EXPECTED["first"]
    # Pulumi keeps the interrupted step in the state until a refresh clears it.
    assert [row["type"] for row in pending(new_stack)] == ["creating"]
    new_stack.project.refresh("--clear-pending-creates")
    assert pending(new_stack) == []
    # An adopted object stays in the stack when the program no longer says adopt=True.
    new_stack.project.environment["ADOPT"] = ""
    assert "warning" not in new_stack.project.up("--expect-no-changes").text


def test_an_empty_file_beside_the_state_can_be_removed(first_stack: Stack) -> None:
    """The ``file://`` back end keeps attributes in a second file, which it does not write atomically."""
    attributes = first_stack.project.folder / ".pulumi/stacks/test/dev.json.attrs"
    attributes.write_bytes(b"")
    assert "failed to load checkpoint: EOF" in failed(first_stack.project.up(code=None))
    attributes.unlink()
    first_stack.assert_declared()
    # With metadata=skip the back end keeps no attributes, and reads the same state.
    first_stack.project.environment["PULUMI_BACKEND_URL"] += "?metadata=skip"
    first_stack.project.stage = "later"
    first_stack.project.up()
    assert not attributes.exists()


def failed(ran: Ran) -> str:
    assert ran.code != 0, ran.text
    return ran.text


def pending(stack: Stack) -> list[dict[str, str]]:
    return json.loads(stack.project.export())["deployment"].get("pending_operations") or []
