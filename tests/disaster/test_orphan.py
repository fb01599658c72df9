"""The engine is killed, and nothing else: what it has started must not go on under the feet of the next run."""

from __future__ import annotations

import os
import signal
import time

import pytest

from disaster.killing import DEAD_WITHIN, PROVIDER, Killable, needs_proc
from disaster.stage import Scene

pytestmark = needs_proc


def until_orphans_end(run: Killable) -> None:
    end = time.monotonic() + DEAD_WITHIN
    while any(PROVIDER in line for line in run.running().values()):
        if time.monotonic() > end:
            pytest.fail("the provider lives on without its engine")
        time.sleep(0.01)


def test_a_second_try_is_not_made_for_a_run_that_is_dead(empty: Scene) -> None:
    """It would be a twin of what the next run has made."""
    empty.project.environment["ROSTER_BUDGET_SECONDS"] = "300"
    empty.emulator.fault("status", status=429, retry_after=2 * DEAD_WITHIN, method="POST", route="/v2/groups")
    run = Killable(empty.project, "up", "--yes", "--skip-preview", "--parallel", "1")
    while not empty.emulator.faults()[0]["fired"]:
        assert run.process.poll() is None, run.text
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    until_orphans_end(run)
    empty.emulator.clear_faults()
    empty.project.up_again()
    empty.assert_declared()
