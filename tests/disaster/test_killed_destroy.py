"""``pulumi destroy`` is killed: run again, it leaves nothing of ours, and everything of others."""

from __future__ import annotations

import pytest

from disaster.everything import AFTERWARDS
from disaster.killed import DESTROY, DESTROY_WRITES, Moment, at, kill
from disaster.killing import needs_proc
from disaster.stage import Scene, writes

pytestmark = needs_proc


def test_every_write_of_a_destroy_is_among_the_moments(first: Scene) -> None:
    first.project.destroy()
    assert writes(first.emulator) == DESTROY_WRITES
    assert first.world() == AFTERWARDS


@pytest.mark.parametrize("moment", DESTROY, ids=str)
def test_a_killed_destroy(moment: Moment, first: Scene) -> None:
    kill(first, moment, "destroy")
    first.project.unlock()
    first.project.destroy()
    assert first.world() == AFTERWARDS
    assert first.project.resources() == {}


def test_a_destroy_after_a_killed_creation(empty: Scene) -> None:
    """It leaves what the state does not know, and says so; `pulumi up` first is the way out."""
    kill(empty, at("PUT /v2/groups/{access_group_id}/members", done=True), "up")
    empty.project.unlock()
    refused = empty.project.destroy(code=None)
    assert refused.code != 0
    error = refused.errors["ibm-group"]
    assert (
        "the group has members or rules that this stack does not manage: member IBMid-anna, member IBMid-bert" in error
    )
    empty.project.up_again()
    empty.project.destroy()
    assert empty.world() == AFTERWARDS
