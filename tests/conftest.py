"""Defines the fixtures of all tests, the coverage of folders, and the last lines of a run."""

from __future__ import annotations

import json
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pulumi.runtime.config import CONFIG

from pulumi_roster import managed
from roster_emulator import Running, running
from support.real_vault import RealVault, real_vault
from support.subjects import close_sessions

# Coverage doubles the processor time of a test. These folders run what the other tests run, only much more often.
NOT_MEASURED = ("injected_faults", "model", "killed_runs", "hostile_texts", "credentials", "real_engine")

settings.register_profile("roster", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("roster")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Switches coverage off for the folders that are not measured."""
    for item in items:
        if item.path.parent.name in NOT_MEASURED and config.pluginmanager.has_plugin("pytest_cov"):
            item.add_marker("no_cover")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how many tests were skipped, one line for each reason."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    reasons = Counter(text[2] if isinstance(text, tuple) else str(text) for text in skipped)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped {count}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Running]:
    """One emulator for the whole run. Tests use ``emulator``, which is empty."""
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def shared_vault() -> Iterator[RealVault]:
    """One real Vault for the whole run. Each test empties it first."""
    with real_vault() as server:
        yield server


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    yield
    close_sessions()
    managed.close_program()
    # The engine shortens tracebacks for users. A failing test needs complete ones.
    sys.__dict__.pop("tracebacklimit", None)


@pytest.fixture
def program_config() -> Iterator[Callable[..., None]]:
    """Sets the stack configuration of a running program, by key below ``roster:``. Each call replaces all keys."""
    before = CONFIG.get()

    def configure(**values: Any) -> None:
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
        CONFIG.set({f"roster:{key}": text for key, text in texts.items()})

    yield configure
    CONFIG.set(before)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of the loopback that is reserved, and at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def emulator(shared_emulator: Running) -> Iterator[Running]:
    """An empty emulator: no data, no faults, counts at zero, switches at their defaults."""
    before = shared_emulator.switches()
    shared_emulator.reset()
    yield shared_emulator
    shared_emulator.clear_faults()
    shared_emulator.switch(**before)
