"""Kills ``pulumi destroy``. A second one deletes everything of the stack, and nothing of others."""

from __future__ import annotations

import pytest

from killed_runs.killable import needs_proc
from killed_runs.moments import DESTROY, DESTROY_WRITES, Moment, at, kill
from killed_runs.project import Stack
from support.every_kind import EXPECTED
from support.program import writes

pytestmark = needs_proc


def test_the_moments_include_every_write_of_a_destroy(first_stack: Stack) -> None:
    first_stack.project.destroy()
    assert writes(first_stack.emulator) == DESTROY_WRITES, "correct `writes` in the rows of tests/support/cases"
    assert first_stack.described() == EXPECTED["destroyed"]


@pytest.mark.parametrize("moment", DESTROY, ids=str)
def test_a_killed_destroy_can_be_repeated(moment: Moment, first_stack: Stack) -> None:
    kill(first_stack, moment, "destroy")
    first_stack.project.unlock()
    first_stack.project.destroy()
    assert first_stack.described() == EXPECTED["destroyed"]
    assert first_stack.project.resources() == {}


def test_a_destroy_after_a_killed_creation_names_what_the_state_does_not_know(new_stack: Stack) -> None:
    """``pulumi up`` and then ``pulumi destroy`` deletes everything."""
    kill(new_stack, at("PUT /v2/groups/{access_group_id}/members", done=True), "up")
    new_stack.project.unlock()
    refused = new_stack.project.destroy(code=None)
    assert refused.code != 0
    error = refused.errors["ibm-group"]
    assert "members or rules that this stack does not manage: member IBMid-anna, member IBMid-bert" in error
    new_stack.project.recover()
    new_stack.project.destroy()
    assert new_stack.described() == EXPECTED["destroyed"]
