"""Provides the fixtures ``emulator`` and ``shared_vault``. A ``conftest.py`` loads them with ``pytest_plugins``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import pytest

from roster_emulator import Running, running
from testkit.real_vault import RealVault, real_vault


@contextmanager
def untraced_threads() -> Iterator[None]:
    """Start threads without the tracer of a coverage measurement, which doubles their processor time."""
    tracer = cast(Any, threading.gettrace())
    threading.settrace(cast(Any, None))
    try:
        yield
    finally:
        threading.settrace(tracer)


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Running]:
    """One emulator for the whole session. Tests use ``emulator``, which is clean."""
    with ExitStack() as stack:
        with untraced_threads():
            emulator = stack.enter_context(running())
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Running) -> Iterator[Running]:
    """A clean emulator: fresh data, no injected faults, request counts at zero, default switches."""
    before = shared_emulator.switches()
    shared_emulator.reset()
    yield shared_emulator
    shared_emulator.clear_faults()
    shared_emulator.switch(**before)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close the clients that a test enters into it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def shared_vault() -> Iterator[RealVault]:
    """One real Vault for the whole session. Each test empties it before it begins."""
    with real_vault() as server:
        yield server
