"""Defines the project for the tests with the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_emulator import Running
from support.program import Program


@pytest.fixture
def program(tmp_path: Path, emulator: Running) -> Program:
    """A project with one stack that uses only the emulator."""
    return Program(tmp_path / "project", emulator.url)
