from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from roster_emulator import Running
from testkit.ibm import Ibm, client

pytest_plugins = ["testkit.fixtures"]


@pytest.fixture
def connect(emulator: Running, stack: ExitStack) -> Callable[[str], Ibm]:
    """Open an IBM client with a token."""
    return lambda token: stack.enter_context(client(emulator.url, token))


@pytest.fixture
def ibm(connect: Callable[[str], Ibm]) -> Ibm:
    return connect("roster-dev")


@pytest.fixture
def viewer(connect: Callable[[str], Ibm]) -> Ibm:
    return connect("viewer-1")
