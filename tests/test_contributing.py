"""Performs the steps of "Add a resource" in CONTRIBUTING.md on a copy of the repository, and tests the new resource."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.program import ENGINE, ROOT

STEPS = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add a resource\n")[2]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".engine", ".state", ".venv", ".*_cache", ".hypothesis", "__pycache__", "dist"
)
# The tests that treat every kind alike.
TESTS = (
    "tests/injected_faults/test_page.py",
    "tests/injected_faults/test_service_faults.py",
    "tests/recorded_states",
    "tests/test_declarations.py",
    "tests/test_engine.py",
    "tests/test_examples.py",
    "tests/test_lifecycle.py",
    "tests/test_package.py",
    "tests/test_public_api.py",
    "tests/test_readme.py",
)
CHECKS = (
    ["ruff", "format", "--check", "--quiet"],
    ["ruff", "check", "--quiet"],
    ["mypy", "provider/pulumi_roster/ibm/squad.py"],
    ["lint-imports", "--no-logo"],
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, with an environment that imports the copy's packages."""
    folder = tmp_path / "repository"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    if ENGINE.exists():
        (folder / ".engine").symlink_to(ENGINE.parent)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    [packages] = (folder / ".venv" / "lib").glob("python3*/site-packages")
    paths = [folder / "provider", folder / "emulator", sysconfig.get_path("purelib")]
    (packages / "copy.pth").write_text("\n".join(map(str, paths)))
    return folder


def perform(steps: str, folder: Path) -> None:
    """Write the files and insert the lines that the blocks of the steps describe."""
    for language, block in re.findall(r"```(\w+)\n(.*?)```", steps, re.DOTALL):
        head, _, body = block.partition("\n")
        path = folder / head.split()[1]
        if language == "diff":
            lines = body.splitlines()
            before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
            text = path.read_text()
            assert text.count(before) == 1, f"{head}: the place to insert at must occur once"
            path.write_text(text.replace(before, "\n".join(line[1:] for line in lines)))
        else:
            path.parent.mkdir(exist_ok=True)
            with path.open("a") as file:
                file.write(body)


def test_the_ten_steps_add_a_resource(copy: Path) -> None:
    assert re.findall(r"^\*\*(\d+)\. ", STEPS, re.MULTILINE) == [str(number) for number in range(1, 11)]
    perform(STEPS, copy)
    python = str(copy / ".venv" / "bin" / "python")
    for check in CHECKS:
        run(check, copy)
    if ENGINE.exists():
        run([python, "-m", "recorded_states.record"], copy)
    run([python, "-m", "injected_faults.page"], copy)
    run([python, "-m", "tools.public_api"], copy)
    shown = run(
        [python, "-m", "pytest", "-v", "-p", "no:cacheprovider", *TESTS, "-k", "squad or table or page or record"], copy
    )
    assert re.search(r"test_lifecycle\.py::\S+\[ibm\.Squad\] PASSED", shown)
    assert re.search(r"test_example\[08-squads\] (PASSED|SKIPPED)", shown)


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command that must succeed, and return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(folder / "tests")
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
