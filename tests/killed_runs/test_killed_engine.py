"""Kills only the engine. The provider must stop too, so that it cannot write during the next run."""

from __future__ import annotations

import os
import signal
import time

import pytest

from killed_runs.killable import DEAD_WITHIN, PROVIDER, Killable, needs_proc
from killed_runs.project import Stack

pytestmark = needs_proc


def wait_until_the_provider_ends(run: Killable) -> None:
    end = time.monotonic() + DEAD_WITHIN
    while any(PROVIDER in line for line in run.running().values()):
        if time.monotonic() > end:
            pytest.fail("the provider still runs without its engine")
        time.sleep(0.01)


def test_the_provider_does_not_retry_a_creation_after_its_engine_has_died(new_stack: Stack) -> None:
    """The retry would create a duplicate of the object that the next run creates."""
    new_stack.project.environment["ROSTER_TIMEOUT_SECONDS"] = "300"
    new_stack.emulator.fault("status", status=429, retry_after=2 * DEAD_WITHIN, method="POST", route="/v2/groups")
    run = Killable(new_stack.project, "up", "--yes", "--skip-preview", "--parallel", "1")
    while not new_stack.emulator.faults()[0]["fired"]:
        assert run.process.poll() is None, run.text
    os.kill(run.process.pid, signal.SIGKILL)
    run.process.wait()
    wait_until_the_provider_ends(run)
    new_stack.emulator.clear_faults()
    new_stack.project.recover()
    new_stack.assert_declared()
