"""Runs several stacks in one process through the Automation API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from roster_emulator import Running
from support.program import ROOT, Program


def test_several_stacks_run_in_one_process_through_the_automation_api(program: Program, emulator: Running) -> None:
    environment = {**program.environment, "PYTHONPATH": str(ROOT / "tests")}
    del environment["ROSTER_EMULATOR"]
    script = Path(__file__).with_name("inline_stacks.py")
    done = subprocess.run(
        [sys.executable, script, emulator.url], env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("all as it should be\n")
