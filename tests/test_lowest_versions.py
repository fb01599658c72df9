"""Runs an example with the lowest allowed version of each direct dependency, on the oldest Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.installing import make_environment, uv
from support.program import ROOT, Program
from testkit.ibm import client

EXAMPLE = ROOT / "examples" / "07-company"  # it uses all four systems


def oldest_python() -> str:
    """Return the oldest Python on this machine that Roster supports."""
    names = [f"python3.{minor}" for minor in range(10, sys.version_info.minor)]
    beside = Path(sys.base_prefix).parent  # some tools install each version into a folder of its own
    candidates = [
        *(shutil.which(name) for name in names),
        *(str(path) for name in names for path in beside.glob(f"{name.removeprefix('python')}*/bin/{name}")),
    ]
    found = [(version, path) for path in candidates if path and (version := version_of(path))]
    return min(found)[1] if found else sys.executable


def version_of(python: str) -> tuple[int, ...]:
    """Return the version of a Python that can make environments, or an empty tuple."""
    code = "import sys, venv; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(map(int, done.stdout.split()))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with both packages and the lowest versions."""
    found = make_environment(tmp_path_factory.mktemp("lowest") / "environment", oldest_python())
    options = ["--quiet", "--resolution", "lowest-direct", "--python", str(found / "python")]
    uv("pip", "install", *options, f"{ROOT}[emulator]", ROOT / "emulator")
    return found


@pytest.fixture
def emulator_url(programs: Path) -> Iterator[str]:
    """An emulator that runs in the environment, so that its dependencies have their lowest versions too."""
    command = [str(programs / "roster"), "emulate", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            found = next((re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stdout), None)
            assert found, "the emulator did not say where it listens"
            yield found[0]
        finally:
            process.terminate()


def drift(emulator_url: str, group_id: str) -> None:
    """Change the description of an access group, as a person in the console would."""
    with client(emulator_url, "roster-dev") as ibm:
        revision = ibm.get(f"/v2/groups/{group_id}").headers["ETag"]
        reply = ibm.patch(f"/v2/groups/{group_id}", json={"description": "by hand"}, headers={"If-Match": revision})
        assert reply.status_code == 200


def lowest(project: Path) -> dict[str, str]:
    """Return the lower bound of each direct dependency, by name."""
    declared = (project / "pyproject.toml").read_text().partition("[project]")[2]
    return dict(re.findall(r'"([\w-]+)>=([\d.]+)', declared))


def test_the_environment_has_the_lowest_versions(programs: Path) -> None:
    code = "import importlib.metadata as m, sys; print(*(m.version(name) for name in sys.argv[1:]))"
    bounds = lowest(ROOT) | lowest(ROOT / "emulator")
    del bounds["typing-extensions"]  # other packages require a later version
    found = subprocess.check_output([programs / "python", "-c", code, *bounds], text=True).split()
    for name, bound, version in zip(bounds, bounds.values(), found, strict=True):
        assert f"{version}.".startswith(f"{bound}."), name


def test_an_example_runs_with_the_lowest_versions(programs: Path, emulator_url: str, tmp_path: Path) -> None:
    program = Program(tmp_path / "project", emulator_url, example=EXAMPLE)
    program.environment["PULUMI_PYTHON_CMD"] = str(programs / "python")
    program.environment["PATH"] = os.pathsep.join([str(programs), program.environment["PATH"]])
    program.up()
    group = program.resources()["platform-ibm"]
    drift(emulator_url, group["id"])
    program.refresh()
    assert program.resources()["platform-ibm"]["outputs"]["description"] == "by hand"
    assert program.up().steps == (("update", "platform-ibm"),)
    program.unchanged()
    program.destroy()
    assert not program.resources()
