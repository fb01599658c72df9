"""What is shipped: the wheel installs into an empty environment and needs only what it imports there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
RUNTIME = {"httpx", "pulumi", "pydantic", "tenacity", "typing-extensions"}
EXTRAS = {"rich", "starlette", "typer", "uvicorn"}

# Imports every module but those of the extras, and tells which distributions are there.
PROBE = """
import importlib, importlib.metadata, json, pkgutil
import pulumi_roster
for module in pkgutil.walk_packages(pulumi_roster.__path__, "pulumi_roster."):
    if not module.name.startswith(("pulumi_roster.cli", "roster_emulator")):
        importlib.import_module(module.name)
print(json.dumps([found.metadata["Name"].lower().replace("_", "-") for found in importlib.metadata.distributions()]))
"""


def run(*command: str | Path, cwd: Path = CHECKOUT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_the_package_its_type_marker_and_the_licence(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert "pulumi_roster/__init__.py" in names
    assert "pulumi_roster/py.typed" in names
    assert json.loads(wheel.read("pulumi_roster/pulumi-plugin.json")) == {"resource": False, "name": "roster"}
    assert len(names) == len(set(names))
    assert any(re.fullmatch(r"pulumi_roster-[^/]+\.dist-info/licenses/LICENSE", name) for name in names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"pulumi_roster"}


def test_the_wheel_asks_for_the_run_time_dependencies_and_offers_the_rest_as_extras(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    required = Parser().parsestr(wheel.read(name).decode()).get_all("Requires-Dist") or []
    without_extra = {re.split(r"[^\w-]", line)[0] for line in required if "extra ==" not in line}
    with_extra = {re.split(r"[^\w-]", line)[0] for line in required if "extra ==" in line}
    assert without_extra == RUNTIME
    assert with_extra - {"pulumi-roster"} == EXTRAS


def test_pip_installs_the_wheel_into_an_empty_environment(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    assert wheel.filename
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    pins = tmp_path / "pins.txt"  # the versions alone: pip takes no hashes for what it was not told to install
    pins.write_text("\n".join(re.findall(r"^\S+==[^\\\n]+", (CHECKOUT / "constraints/dev.txt").read_text(), re.M)))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile")
    run(*pip, "--constraint", pins, wheel.filename)
    installed = set(json.loads(run(python, "-W", "error", "-c", PROBE, cwd=tmp_path)))
    assert installed >= RUNTIME | {"pulumi-roster"}
    assert not installed & EXTRAS
