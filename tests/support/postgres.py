"""Runs a real PostgreSQL server that can keep the state of stacks, in its own folder and on a loopback port.

Use it as a context manager::

    with postgres() as server:
        program.environment["PULUMI_BACKEND_URL"] = server.url

Each start creates an empty server, and takes a second or two.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MISSING = "no PostgreSQL to keep state in: install Debian's package postgresql, or put initdb and pg_ctl on PATH"
USER = "roster"
TRIES = 3
# The server is deleted after the test, so its data need not survive a loss of power.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@dataclass(frozen=True)
class Postgres:
    """A running server: the address of its database in the form of a Pulumi back end, and the process id."""

    url: str
    pid: int


def programs() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``: on PATH, or Debian's newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    there = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(there, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a server for the length of the block. Skip the test if PostgreSQL is not installed."""
    folder = programs()
    if folder is None:
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory(prefix="roster-postgres-") as name:
        server = _Server(folder, Path(name))
        server.make()
        server.start()
        try:
            yield Postgres(server.url, server.pid)
        finally:
            server.stop()


class _Server:
    def __init__(self, programs: Path, home: Path) -> None:
        self._programs, self._home, self._data = programs, home, home / "data"
        self._password = secrets.token_hex(16)
        self._port = 0
        # The server refuses to run as root.
        self._user = _other_user() if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(home, self._user.pw_uid, self._user.pw_gid)

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self._password}@127.0.0.1:{self._port}/postgres?sslmode=disable"

    @property
    def pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def make(self) -> None:
        password = self._home / "password"
        password.write_text(self._password)
        password.chmod(0o644)  # the folder keeps others out
        self._run(
            "initdb",
            *("-D", str(self._data), "--username", USER, "--pwfile", str(password)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"),
        )

    def start(self) -> None:
        log, said = self._home / "log", ""
        for _ in range(TRIES):
            self._port = _free_port()
            # Another server may have taken the port in between.
            options = f"-h 127.0.0.1 -p {self._port} -c unix_socket_directories='' {CARELESS}"
            done = self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", str(log), "-o", options, check=False)
            if done.returncode == 0:
                return
            said = log.read_text()[-2000:] if log.exists() else done.stdout
        raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def stop(self) -> None:
        """Stop the server by the process id in its folder."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))

    def _run(self, program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        output = self._home / f"{program}.log"
        who: dict[str, Any] = (
            {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        )
        # Not a pipe: the server would keep it open.
        with output.open("w") as log:
            done = subprocess.run(
                [str(self._programs / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                timeout=120,
                text=True,
                **who,
            )
        text = output.read_text()
        if check and done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}:\n{text}")
        return subprocess.CompletedProcess(done.args, done.returncode, text)


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
