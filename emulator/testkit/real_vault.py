"""Runs a real Vault for tests: the stock server in development mode, in memory, on a free port of the loopback.

Use it as a context manager where a test needs one of its own, or through the fixture ``real_vault``::

    with real_vault() as vault:
        httpx.get(f"{vault.url}/v1/sys/health")

Each start is a clean slate, and takes less than half a second.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from testkit.no_tls import NO_TLS

TOKEN = "root-of-the-tests"
BUILT = Path(__file__).resolve().parents[2] / ".engine" / "bin"
MISSING = "no Vault to compare with: `make vault` builds one, or put `vault` on PATH"
TRIES = 3
READY_WITHIN = 30.0


@dataclass(frozen=True)
class RealVault:
    """A running server: its address, a token that may do everything, and its process id."""

    url: str
    token: str
    pid: int


def binary() -> str | None:
    """Return the program of the server: the one that `make vault` built, else the one on PATH."""
    return shutil.which("vault", path=str(BUILT)) or shutil.which("vault")


@contextmanager
def real_vault() -> Iterator[RealVault]:
    """Run a server for the length of the block. Skip the test if there is no program."""
    program = binary()
    if program is None:
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory(prefix="roster-vault-") as home:
        process, url = _start(program, Path(home))
        try:
            yield RealVault(url, TOKEN, process.pid)
        finally:
            _stop(process)


def _start(program: str, home: Path) -> tuple[subprocess.Popen[bytes], str]:
    for _ in range(TRIES):
        address = f"127.0.0.1:{_free_port()}"
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, "server", "-dev", f"-dev-root-token-id={TOKEN}", f"-dev-listen-address={address}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ignores the developer's own Vault, and keeps their ~/.vault-token from being overwritten.
                env={"HOME": str(home)},
                cwd=home,
            )
        if _ready(process, f"http://{address}"):
            return process, f"http://{address}"
        _stop(process)
    raise RuntimeError(f"Vault did not start:\n{(home / 'log').read_text(errors='replace')[-2000:]}")


def _ready(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait for the server. Return ``False`` if it ended, as it does if its port was taken meanwhile."""
    deadline = time.monotonic() + READY_WITHIN
    with httpx.Client(base_url=url, trust_env=False, timeout=5, verify=NO_TLS) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get("/v1/sys/health").status_code == 200:
                    return process.poll() is None
            except httpx.TransportError:
                pass
            time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
