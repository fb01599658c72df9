from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from roster_emulator import Running
from testkit.ibm import Ibm, client

pytest_plugins = ["testkit.fixtures"]


@pytest.fixture
def ibm(emulator: Running) -> Iterator[Ibm]:
    with client(emulator.url, "roster-dev") as api:
        yield api


@pytest.fixture
def viewer(emulator: Running) -> Iterator[Ibm]:
    with client(emulator.url, "viewer-1") as api:
        yield api


@pytest.fixture
def connect(emulator: Running) -> Iterator[Callable[[str], Ibm]]:
    """Makes clients with a token each."""
    made: list[Ibm] = []

    def make(token: str) -> Ibm:
        made.append(client(emulator.url, token))
        return made[-1]

    yield make
    for api in made:
        api.close()
