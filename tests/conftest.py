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
from support.subjects import close_sessions

pytest_plugins = ["testkit.fixtures"]

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


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    yield
    close_sessions()
    managed.close_program()
    # The engine shortens tracebacks for users. A failing test needs complete ones.
    sys.__dict__.pop("tracebacklimit", None)


@pytest.fixture
def program_config() -> Iterator[Callable[..., None]]:
    """Sets the stack configuration that a running program sees, by key. Each call replaces all keys."""
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
