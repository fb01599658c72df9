"""Checks that README is true: its commands run, its program works, its tables agree with the code."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import httpx

import pulumi_roster
from pulumi_roster.catalog import RESOURCES, handler_class, systems
from roster_emulator import Running
from support.ibm_api import ibm_group
from support.program import ROOT, Program
from testkit.ibm import exchange

README = (ROOT / "README.md").read_text()
SYSTEMS = sorted({kind.partition(".")[0] for kind in RESOURCES})


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def rows(heading: str) -> dict[str, list[str]]:
    """Return the first table under a heading: the code words of its first column -> the other columns."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found: dict[str, list[str]] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        for word in re.findall(r"`([^`]+)`", cells[0]) if cells else []:
            found[word] = cells[1:]
    return found


def test_the_first_program_runs_with_the_first_commands(tmp_path: Path, emulator: Running) -> None:
    (commands, *_), (body,) = blocks("sh"), blocks("python")
    program = Program(tmp_path / "project", emulator.url)
    (program.folder / "__main__.py").write_text(body)
    install, enter, *lines = [shlex.split(line, comments=True) for line in commands.splitlines()]
    assert install == ["pip", "install", "."]  # test_packaging.py runs it
    assert enter[0] == "cd"
    assert lines[-1] == ["pulumi", "up"]
    for first, *words in lines[:-1]:
        assert first == "pulumi"
        program.pulumi(*words, answer="YOUR-API-KEY")
    program.up()
    assert set(program.resources()) == {"admins", "admins-members"}
    assert program.resources()["admins"]["inputs"]["account_id"] == "YOUR-ACCOUNT-ID"
    assert program.pulumi("config", "get", "roster:ibmApiKey").out == "YOUR-API-KEY\n"
    assert "YOUR-API-KEY" not in program.export()
    program.destroy()


def test_make_has_the_targets_of_the_readme() -> None:
    targets = [line.split()[1] for line in blocks("sh")[1].splitlines()]
    assert targets == ["up", "up", "down", "test"]
    for target in {*targets, "help", "wheel"}:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_emulator_injects_the_fault_of_the_readme(emulator: Running) -> None:
    assert exchange(emulator.url, "bad-key").status_code == 400
    curl, _, body, address = shlex.split(blocks("sh")[2])
    assert curl == "curl"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    path = address.removeprefix("http://127.0.0.1:8400")
    with httpx.Client(base_url=emulator.url, trust_env=False) as client:
        assert client.post(path, content=body, headers=kind).status_code in (200, 201)
        assert client.get(path).json()[0]["status"] == 503


def test_every_resource_is_in_the_table() -> None:
    table = rows("Resources")
    assert sorted(kind for kind in table if "." in kind) == RESOURCES
    for kind in RESOURCES:
        handler, (import_key, example) = handler_class(kind), table[kind]
        assert import_key == f"`{handler.import_key}`"
        for link in re.findall(r"\]\(([^)]+)\)", example):
            assert (ROOT / link / "__main__.py").exists()
            assert kind in (ROOT / link / "__main__.py").read_text(), f"{link} shows {kind}"


def test_the_keys_of_the_readme_exist() -> None:
    section = README.partition("## Configuration\n")[2].partition("\n## ")[0]
    named = {key for line in section.splitlines() if line.startswith("- ") for key in re.findall(r"`(\w+)`", line)}
    assert named
    assert named <= {setting.key for system in systems() for setting in system.settings}


def test_every_look_up_is_named() -> None:
    for name in SYSTEMS:
        package = getattr(pulumi_roster, name)
        for function in package.__all__:
            if function.islower():
                assert f"`{name}.{function}`" in README, f"{name}.{function}"


def test_a_run_shows_the_error_of_the_readme(tmp_path: Path, emulator: Running) -> None:
    [error] = blocks("text")
    program = Program(tmp_path / "project", emulator.url)
    there = ibm_group(emulator, "platform-admins")
    program.write('roster.ibm.AccessGroup("admins", name="platform-admins")')
    shown = program.up(code=1).text.replace(there, "AccessGroupId-4147b50a")
    for line in error.splitlines():
        assert line.strip() in shown, shown
