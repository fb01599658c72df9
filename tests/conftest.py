from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pulumi.runtime.config import CONFIG

from pulumi_roster import managed
from roster_emulator import Running, running
from support.real_vault import RealVault, real_vault
from support.subjects import close_sessions

settings.register_profile("roster", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("roster")


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Running]:
    """One server for the whole run; use ``emulator``, which is clean."""
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def shared_vault() -> Iterator[RealVault]:
    """One real Vault for the whole run, which each test empties before it begins."""
    with real_vault() as server:
        yield server


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    yield
    close_sessions()
    managed.close_program()
    # The engine shortens tracebacks for users; those of a failing test are wanted whole.
    sys.__dict__.pop("tracebacklimit", None)


@pytest.fixture
def program_config() -> Iterator[Callable[..., None]]:
    """Sets the stack configuration that a running program sees, by key of ``roster:``; each call replaces the whole."""
    before = CONFIG.get()

    def configure(**values: Any) -> None:
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        CONFIG.set({f"roster:{key}": text for key, text in texts.items()})

    yield configure
    CONFIG.set(before)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of the loopback at which nobody listens, and that nobody else gets meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def emulator(shared_emulator: Running) -> Iterator[Running]:
    """A clean emulator: fresh data, no faults, counts at zero, switches as they come."""
    before = shared_emulator.switches()
    shared_emulator.reset()
    yield shared_emulator
    shared_emulator.clear_faults()
    shared_emulator.switch(**before)
