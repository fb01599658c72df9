"""Creates the virtual environment `.venv`, with our packages and the dependencies that constraints/dev.txt pins."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.steps import CHECKOUT, VENV, SetupError, outside_path, run, say, step

PINS = CHECKOUT / "constraints" / "dev.txt"
PROJECTS = [CHECKOUT / "emulator" / "pyproject.toml", CHECKOUT / "pyproject.toml"]
PYTHON = VENV / "bin" / "python"
PIP = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
UNREACHABLE = "Check that the package index is reachable. If a release was withdrawn, run `make lock`."
OLDEST_PYTHON = (3, 10)
NAMES = ("python3", "python3.13", "python3.12", "python3.11", "python3.10", "python")


def set_up() -> None:
    """Create or update `.venv`. Skip each step whose result is up to date."""
    if not _works(PYTHON):
        base = base_python()
        with step(f"virtual environment .venv, from {base}"):
            run(
                [base, "-m", "venv", "--clear", VENV],
                advice="This Python has no venv module. On Debian and Ubuntu, run: apt-get install python3-venv",
            )
    if _changed("pins", PINS):
        with step("development dependencies, pinned in constraints/dev.txt"):
            _install_pins()
        _remember("pins", PINS)
    for project in PROJECTS:
        name = f"package {project.parent.name}"
        if _changed(name, project):
            with step(f"our {name} (editable)"):
                command = [*PIP, "--no-deps", "--no-build-isolation", "--editable", str(project.parent)]
                run(command, advice="Check pyproject.toml.")
            _remember(name, project)


def _install_pins() -> None:
    """Install the pinned dependencies: pip installs uv, and uv installs the rest, ten times faster than pip.

    uv does not read pip's configuration. If uv cannot reach an index, pip installs everything.
    """
    pin = re.search(r"^uv==.*?(?=^\S|\Z)", PINS.read_text(), re.MULTILINE | re.DOTALL)
    if pin is None:
        raise SetupError("constraints/dev.txt does not pin uv. Run `git checkout constraints` to restore it.")
    alone = VENV / "uv.txt"
    alone.write_text(pin[0])
    run([*PIP, "--require-hashes", "--requirement", str(alone)], advice=UNREACHABLE)
    rest = ["install", "--quiet", "--require-hashes", "--requirement", str(PINS)]
    try:
        run([VENV / "bin" / "uv", "pip", *rest, "--python", str(PYTHON)], advice=UNREACHABLE)
    except SetupError as error:
        say(f"    {error}\n    trying with pip")
        run([*PIP, *rest[1:]], advice=UNREACHABLE)


def _works(python: Path) -> bool:
    """Return whether the environment's Python runs. It does not if the Python that created it was removed."""
    return python.exists() and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def base_python() -> str:
    """Return the Python that creates the environment: the running one, or the first on PATH that is new enough."""
    if sys.version_info >= OLDEST_PYTHON and sys.prefix == sys.base_prefix:
        return sys.executable
    for name in NAMES:
        found = shutil.which(name, path=outside_path())
        if found and _is_new_enough(found):
            return found
    raise SetupError("Python: must be 3.10 or later, and PATH has none. Install one, or run `make setup PYTHON=...`.")


def _is_new_enough(python: str) -> bool:
    answer = subprocess.run([python, "-c", "import sys; print(sys.version)"], capture_output=True, text=True).stdout
    found = re.match(r"(\d+)\.(\d+)", answer)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_PYTHON


def _stamp(name: str) -> Path:
    return VENV / f".roster-{name}"


def _changed(name: str, source: Path) -> bool:
    """Return whether `source` has changed since the last update of the environment."""
    stamp = _stamp(name)
    return not stamp.exists() or stamp.read_text() != _digest(source)


def _remember(name: str, source: Path) -> None:
    _stamp(name).write_text(_digest(source))


def _digest(source: Path) -> str:
    return hashlib.sha256(source.read_bytes() + os.fsencode(VENV)).hexdigest()
