"""Starts a ``pulumi`` command that a test can kill with its processes: engine, language host, program and provider."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from roster_emulator import Control
from support.program import Program

PROC = Path("/proc")
needs_proc = pytest.mark.skipif(
    not (PROC / "self/stat").exists(), reason="no /proc, from which the tests read the processes of a session"
)

# Parts of the command lines by which the tests recognise the processes.
ENGINE = "pulumi --non-interactive "
LANGUAGE_HOST = "pulumi-language-python "
LANGUAGE = "pulumi-language-python-exec "
PROVIDER = "-m pulumi.dynamic "

STARTED_WITHIN = 120.0
DEAD_WITHIN = 20.0

_started: list[Killable] = []


def kill_all() -> None:
    """Kill the commands that a test has left running."""
    while _started:
        _started.pop().kill()


class Killable:
    """A command in a session of its own, which holds all its processes. (Plugins have their own process groups.)"""

    def __init__(self, program: Program, *words: str) -> None:
        self._output = program.folder / f"killable-{len(_started)}.log"
        with self._output.open("wb") as log:
            self.process = subprocess.Popen(
                ["pulumi", "--non-interactive", "--color", "never", *words],
                cwd=program.folder,
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _started.append(self)

    @property
    def text(self) -> str:
        """The output so far."""
        return self._output.read_text(errors="replace")

    def running(self) -> dict[int, str]:
        """Return the living processes of the session: process id and command line."""
        found = {}
        for entry in PROC.iterdir():
            if entry.name.isdigit() and (line := _command(entry, self.process.pid)) is not None:
                found[int(entry.name)] = line
        return found

    def wait_until_held(self, emulator: Control, count: int = 1) -> None:
        """Wait until the emulator holds this number of requests. Fail if the command ends before."""
        end = time.monotonic() + STARTED_WITHIN
        while self.process.poll() is None and time.monotonic() < end:
            try:
                emulator.held(count, timeout=1)
            except TimeoutError:
                continue
            return
        self.kill()
        pytest.fail(f"the emulator did not receive {count} requests to hold:\n{self.text}")

    def wait(self) -> int:
        """Wait for the end of the command and return its exit code."""
        return self.process.wait(STARTED_WITHIN)

    def kill(self) -> list[str]:
        """Kill all processes with SIGKILL and wait until none is left. Return their command lines."""
        killed: dict[int, str] = {}
        end = time.monotonic() + DEAD_WITHIN
        while alive := self.running():
            killed = {**alive, **killed}
            # The engine first, because it starts the others.
            for pid in sorted(alive, key=lambda pid: pid != self.process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if time.monotonic() > end:
                pytest.fail(f"still running after SIGKILL: {alive}")
            self.process.poll()
            time.sleep(0.01)
        self.process.wait()
        return list(killed.values())


def _command(entry: Path, session: int) -> str | None:
    """Return the command line of a living process of this session, ``None`` for any other process."""
    try:
        # pid (name) state ppid pgrp session ...: a name may contain spaces and brackets.
        state, _, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
        if int(of) != session or state in "ZX":
            return None
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
