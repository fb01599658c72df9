"""Defines a group and a set of members for the tests of IBM Cloud IAM."""

from __future__ import annotations

import pytest

from roster_emulator import Running
from support.ibm_api import ibm_group
from support.resources import Resource


@pytest.fixture
def team(emulator: Running) -> str:
    return ibm_group(emulator, "team")


@pytest.fixture
def members(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupMembers", emulator)
