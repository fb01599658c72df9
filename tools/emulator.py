"""Starts the emulator of the quick start in the background, records it in `.state/`, and stops it by its process id."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from tools.steps import CHECKOUT, VENV, SetupError, say

STATE = CHECKOUT / ".state"
DATA = STATE / "emulator.db"
LOG = STATE / "emulator.log"
RECORD = STATE / "emulator.json"
USUAL_PORT = 8400
PATIENCE = 30.0  # seconds that the emulator may take to start or to stop
PAUSE = 0.05  # seconds between two checks


@dataclass(frozen=True)
class Emulator:
    """An emulator that `make up` started: its process id and its port on 127.0.0.1."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_running(self) -> bool:
        """Return whether the process is still an emulator on our data, and not another program with the same id."""
        command = _command_line(self.pid)
        return "emulate" in command and str(DATA) in command

    def answers(self) -> bool:
        """Return whether the emulator responds on its port."""
        try:
            return httpx.get(f"{self.url}/_emulator/health", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False


def start() -> Emulator:
    """Return the running emulator, or start a new one on the same data."""
    known = _recorded()
    if known and known.is_running() and known.answers():
        say(f"emulator: already running at {known.url}")
        return known
    stop()
    port = choose_port(known.port if known else USUAL_PORT)
    command = [str(VENV / "bin" / "roster"), "emulate", "--port", str(port), "--data", str(DATA)]
    STATE.mkdir(exist_ok=True)
    with LOG.open("a") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    emulator = Emulator(process.pid, port)
    RECORD.write_text(json.dumps(asdict(emulator)))
    deadline = time.monotonic() + PATIENCE
    while not emulator.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            stop()
            raise SetupError(f"The emulator did not start. The end of {LOG.relative_to(CHECKOUT)}:\n{_log_end()}")
        time.sleep(PAUSE)
    say(f"emulator: started at {emulator.url}, process {emulator.pid}, data in {DATA.relative_to(CHECKOUT)}")
    return emulator


def stop() -> None:
    """Stop the emulator that `make up` started, if it is running. Never stop another process."""
    known = _recorded()
    if known is None or not known.is_running():
        return
    for how in (signal.SIGTERM, signal.SIGKILL):
        os.kill(known.pid, how)
        deadline = time.monotonic() + PATIENCE
        while known.is_running() and time.monotonic() < deadline:
            _reap(known.pid)
            time.sleep(PAUSE)
        if not known.is_running():
            say(f"emulator: stopped, process {known.pid}")
            return


def _recorded() -> Emulator | None:
    try:
        return Emulator(**json.loads(RECORD.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _command_line(pid: int) -> str:
    """Return the command line of a process, or an empty text if there is no such process."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


def _reap(pid: int) -> None:
    """Remove an ended child process from the process table."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def choose_port(wanted: int) -> int:
    """Return the port `wanted` if it is free, otherwise another free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            free: int = probe.getsockname()[1]
            if free != wanted:
                say(f"emulator: another program uses port {wanted}; using {free}")
            return free
    raise SetupError("The emulator found no free port on 127.0.0.1.")


def _log_end() -> str:
    return "\n".join(LOG.read_text(errors="replace").splitlines()[-15:])
