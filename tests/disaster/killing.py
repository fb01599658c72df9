"""A ``pulumi`` command that can be killed with all it has started: engine, language host, program and provider."""

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
needs_proc = pytest.mark.skipif(not (PROC / "self/stat").exists(), reason="what a session holds is read from /proc")

# How their command lines are known.
ENGINE = "pulumi --non-interactive "
LANGUAGE_HOST = "pulumi-language-python "
LANGUAGE = "pulumi-language-python-exec "
PROVIDER = "-m pulumi.dynamic "

STARTED_WITHIN = 120.0
DEAD_WITHIN = 20.0

_started: list[Killable] = []


def kill_all() -> None:
    """Ends whatever a test has left running."""
    while _started:
        _started.pop().kill()


class Killable:
    """A command in a session of its own. Plugins have process groups of their own; the session holds them all."""

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
        """What it has written so far."""
        return self._output.read_text(errors="replace")

    def running(self) -> dict[int, str]:
        """The processes of the session that live, and their command lines."""
        found = {}
        for entry in PROC.iterdir():
            if entry.name.isdigit() and (line := _command(entry, self.process.pid)) is not None:
                found[int(entry.name)] = line
        return found

    def until_held(self, emulator: Control, count: int = 1) -> None:
        """Waits until the emulator holds so many of its requests; fails when the command ends before."""
        end = time.monotonic() + STARTED_WITHIN
        while self.process.poll() is None and time.monotonic() < end:
            try:
                emulator.held(count, timeout=1)
            except TimeoutError:
                continue
            return
        self.kill()
        pytest.fail(f"the request to be held did not come:\n{self.text}")

    def wait(self) -> int:
        """Waits for its end and answers its code."""
        return self.process.wait(STARTED_WITHIN)

    def kill(self) -> list[str]:
        """Kills all of it with SIGKILL and makes sure that nothing is left. Answers the command lines of what lived."""
        killed: dict[int, str] = {}
        end = time.monotonic() + DEAD_WITHIN
        while alive := self.running():
            killed = {**alive, **killed}
            # The engine, which starts the others, first.
            for pid in sorted(alive, key=lambda pid: pid != self.process.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            if time.monotonic() > end:
                pytest.fail(f"these do not die: {alive}")
            self.process.poll()
            time.sleep(0.01)
        self.process.wait()
        return list(killed.values())


def _command(entry: Path, session: int) -> str | None:
    """The command line of a process of this session that lives; ``None`` for any other."""
    try:
        # pid (name) state ppid pgrp session ...: a name may hold blanks and brackets.
        state, _, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
        if int(of) != session or state in "ZX":
            return None
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
