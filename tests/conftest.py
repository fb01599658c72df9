from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pulumi_roster.emulator import Running, running
from subjects import close_sessions

settings.register_profile("roster", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.load_profile("roster")


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Running]:
    """One server for the whole run; use ``emulator``, which is clean."""
    with running() as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    yield
    close_sessions()


@pytest.fixture
def emulator(shared_emulator: Running) -> Iterator[Running]:
    """A clean emulator: fresh data, no faults, counts at zero, switches as they come."""
    before = shared_emulator.switches()
    shared_emulator.reset()
    yield shared_emulator
    shared_emulator.clear_faults()
    shared_emulator.switch(**before)
