from __future__ import annotations

from pathlib import Path

import pytest

from program import Program
from roster_emulator import Running


@pytest.fixture
def program(tmp_path: Path, emulator: Running) -> Program:
    """A project with one stack, that reaches only the emulator."""
    return Program(tmp_path / "project", emulator.url)
