"""Checks the packages that we ship: they are complete, and install into an empty environment."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from support.installing import make_environment, uv
from support.program import ROOT

RUNTIME = {"httpx", "pulumi", "pydantic", "tenacity", "typing-extensions"}
EXTRAS = {"rich", "roster-emulator", "typer"}
EMULATOR = {"httpx", "pydantic", "starlette", "typing-extensions", "uvicorn"}
PROJECTS = {"pulumi_roster": ROOT, "roster_emulator": ROOT / "emulator"}

# Imports every module except the command, and prints the installed distributions.
PROBE = """
import importlib, importlib.metadata, json, pkgutil
import pulumi_roster
assert pulumi_roster.__version__ == importlib.metadata.version("pulumi-roster")
for module in pkgutil.walk_packages(pulumi_roster.__path__, "pulumi_roster."):
    if not module.name.startswith("pulumi_roster.cli"):
        importlib.import_module(module.name)
print(json.dumps([found.metadata["Name"].lower().replace("_", "-") for found in importlib.metadata.distributions()]))
"""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(project: Path, to: Path, *targets: str) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-d", to, *targets, cwd=project)


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        listed = archive.namelist()
    assert len(listed) == len(set(listed))
    return set(listed)


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def required(wheel: Path, *, extra: bool) -> set[str]:
    lines = metadata(wheel).get_all("Requires-Dist") or []
    return {re.split(r"[^\w-]", line)[0] for line in lines if ("extra ==" in line) is extra}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of both projects, as `make wheel` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    for project in PROJECTS.values():
        build(project, folder)
    return folder


@pytest.mark.parametrize("package", PROJECTS)
def test_a_wheel_holds_its_package_the_type_marker_and_the_licence(dist: Path, package: str) -> None:
    found = names(only(dist, f"{package}-*.whl"))
    assert {f"{package}/__init__.py", f"{package}/py.typed"} <= found
    assert any(re.fullmatch(rf"{package}-[^/]+\.dist-info/licenses/LICENSE", name) for name in found)
    assert {name.split("/")[0].partition("-")[0] for name in found} == {package}


def test_the_wheel_tells_pulumi_that_there_is_no_plugin(dist: Path) -> None:
    with zipfile.ZipFile(only(dist, "pulumi_roster-*.whl")) as archive:
        assert json.loads(archive.read("pulumi_roster/pulumi-plugin.json")) == {"resource": False, "name": "roster"}


@pytest.mark.parametrize("package", PROJECTS)
def test_a_source_archive_builds_the_same_wheel(dist: Path, package: str, tmp_path: Path) -> None:
    with tarfile.open(only(dist, f"{package}-*.tar.gz")) as archive:
        archive.extractall(tmp_path)
    build(only(tmp_path, f"{package}-*"), tmp_path / "built", "-t", "wheel")
    assert names(only(tmp_path / "built", "*.whl")) == names(only(dist, f"{package}-*.whl"))


def test_the_source_archive_holds_what_the_readme_links_to(dist: Path) -> None:
    with tarfile.open(only(dist, "pulumi_roster-*.tar.gz")) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    folders = {str(parent) for name in held for parent in Path(name).parents}
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert links
    assert [link for link in links if link not in held | folders] == []


def test_the_wheels_require_what_they_import(dist: Path) -> None:
    ours, emulator = only(dist, "pulumi_roster-*.whl"), only(dist, "roster_emulator-*.whl")
    assert required(ours, extra=False) == RUNTIME
    assert required(ours, extra=True) - {"pulumi-roster"} == EXTRAS
    assert required(emulator, extra=False) == EMULATOR


def test_addresses_are_placeholders_until_the_first_release(dist: Path) -> None:
    addresses = metadata(only(dist, "pulumi_roster-*.whl")).get_all("Project-URL") or []
    released = "not released yet" not in (ROOT / "CHANGELOG.md").read_text()
    assert addresses
    for address in addresses:
        assert (".example" in address) is not released, address


def test_the_provider_works_without_the_emulator(dist: Path, tmp_path: Path) -> None:
    programs = install(dist, tmp_path, "pulumi-roster")
    installed = set(json.loads(run(programs / "python", "-W", "error", "-c", PROBE, cwd=tmp_path)))
    assert installed >= RUNTIME | {"pulumi-roster"}
    assert not installed & (EXTRAS | {"starlette", "uvicorn"})
    refused = subprocess.run([programs / "roster"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "pip install ./emulator '.[emulator]'" in refused.stderr


def test_the_extra_installs_the_emulator(dist: Path, tmp_path: Path) -> None:
    programs = install(dist, tmp_path, "pulumi-roster[emulator]")
    assert "--port" in run(programs / "roster", "emulate", "--help", cwd=tmp_path)


def test_the_commands_of_the_readme_install_from_a_clone(tmp_path: Path) -> None:
    python = make_environment(tmp_path / "environment", sys.executable) / "python"
    commands = re.findall(r"\bpip install ([^`#\n]+)", (ROOT / "README.md").read_text())
    assert len(commands) == 2
    for command in commands:
        uv("pip", "install", "--dry-run", "--python", python, "--directory", ROOT, *shlex.split(command))


def install(dist: Path, folder: Path, package: str) -> Path:
    """Install a package from `dist`, with our pinned versions, into an empty environment; return its programs."""
    pins = folder / "pins.txt"  # without hashes, which pins.txt would have to give for our wheels too
    pins.write_text("\n".join(re.findall(r"^\S+==[^\\\n]+", (ROOT / "constraints/dev.txt").read_text(), re.M)))
    programs = make_environment(folder / "environment", sys.executable)
    uv("pip", "install", "--python", programs / "python", "--find-links", dist, "--constraint", pins, package)
    return programs
