from __future__ import annotations

import pytest

from raw import ibm_group
from resources import Resource
from roster_emulator import Running


@pytest.fixture
def team(emulator: Running) -> str:
    return ibm_group(emulator, "team")


@pytest.fixture
def members(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupMembers", emulator)
