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
from support.subjects import close_sessions

pytest_plugins = ["testkit.fixtures"]

settings.register_profile("roster", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("roster")


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
