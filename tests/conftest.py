"""Defines the fixtures of all tests, the coverage of folders, and the last lines of a run."""

from __future__ import annotations

import json
import socket
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pulumi.runtime.config import CONFIG

from pulumi_roster import managed
from support.program import ROOT
from support.subjects import close_sessions

pytest_plugins = ["testkit.fixtures"]

# Coverage costs processor time. These folders run what the other tests run, only much more often. The tests of the
# emulator do not run the provider.
NOT_MEASURED = (
    "emulator/tests",
    "tests/credentials",
    "tests/hostile_texts",
    "tests/injected_faults",
    "tests/killed_runs",
    "tests/model",
    "tests/real_engine",
)

settings.register_profile("roster", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("roster")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Switch coverage off for the folders that are not measured."""
    if not config.pluginmanager.has_plugin("pytest_cov"):
        return
    for item in items:
        if any(item.path.is_relative_to(ROOT / folder) for folder in NOT_MEASURED):
            item.add_marker("no_cover")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print how many tests were skipped, one line for each reason, after everything else."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # in a worker of pytest-xdist
        return
    skipped = [report.longrepr for report in reporter.stats.get("skipped", [])]
    reasons = Counter(text[2] if isinstance(text, tuple) else str(text) for text in skipped)
    for reason, count in sorted(reasons.items()):
        reporter.write_line(f"skipped {count}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    yield
    close_sessions()
    managed.close_program()
    # The engine shortens tracebacks for users. A failing test needs complete ones.
    sys.__dict__.pop("tracebacklimit", None)


@pytest.fixture
def program_config() -> Iterator[Callable[..., None]]:
    """Set the stack configuration that a running program sees, by key. Each call replaces all keys."""
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
