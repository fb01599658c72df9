"""Installs packages into fresh environments with uv."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.steps import VENV

UV = VENV / "bin" / "uv"


def uv(*words: str | Path) -> str:
    """Run uv and return its messages; skip the test where uv cannot reach a package index."""
    if not UV.exists():
        pytest.skip("uv is not in .venv: `make setup` installs it")
    done = subprocess.run([UV, *words], capture_output=True, text=True, timeout=120, check=False)
    if "error sending request" in done.stderr or "Failed to fetch" in done.stderr:
        pytest.skip("uv cannot reach a package index")
    assert done.returncode == 0, done.stderr
    return done.stderr


def make_environment(folder: Path, python: str) -> Path:
    """Make an empty environment and return its folder of programs."""
    uv("venv", "--quiet", "--no-python-downloads", "--python", python, folder)
    return folder / "bin"
