"""Copies a project with the program of every kind, together with an emulator, from a template that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulumi_roster.catalog import RESOURCES
from roster_emulator import Running, running
from support.every_kind import BEFORE, EXPECTED, OTHERS, PROGRAM, described
from support.program import Program, engine_environment, kind_of, tuning, writes
from support.subjects import Direct, session_for


class Project(Program):
    """A copy of a prepared project that uses one emulator."""

    def __init__(self, folder: Path, emulator_url: str, prepared: Path) -> None:
        self.folder = folder
        shutil.copytree(prepared, folder)
        self.environment = {
            **engine_environment(folder, emulator_url),
            "ROSTER_TUNING": tuning(quiet=0.1),
            "STAGE": "first",
            "ADOPT": "",
        }

    @property
    def stage(self) -> str:
        """The stage of the program, ``first`` or ``later``."""
        return self.environment["STAGE"]

    @stage.setter
    def stage(self, name: str) -> None:
        self.environment["STAGE"] = name

    def locked(self) -> bool:
        """Return whether a run has left its lock."""
        return any((self.folder / ".pulumi/locks").rglob("*.json"))

    def unlock(self) -> None:
        """Take the first documented step after a killed run: remove its lock, and an empty file beside the state."""
        for attributes in (self.folder / ".pulumi").rglob("*.attrs"):
            if attributes.stat().st_size == 0:
                attributes.unlink()
        if self.locked():
            self.pulumi("cancel", "--yes")
            assert not self.locked()

    def recover(self) -> list[str]:
        """Take all documented steps after a killed run. Return the resources that had to be adopted."""
        self.unlock()
        adopted: list[str] = []
        while (ran := self.up(code=None)).code:
            refused = {name: text for name, text in ran.errors.items() if "AlreadyExists: " in text}
            assert refused, ran.text
            for name, text in refused.items():
                assert name not in adopted, text
                assert "already exists as " in text
                assert "set adopt=True to adopt the existing object" in text
            adopted += refused
            self.environment["ADOPT"] = " ".join(adopted)
        return adopted


@dataclass(frozen=True)
class Stack:
    """One test's own project and emulator."""

    project: Project
    emulator: Running

    def described(self) -> list[str]:
        """Describe what the services hold."""
        return described(self.emulator.dump())

    def assert_declared(self) -> None:
        """Assert that the services hold what the program declares and what others own, and that no step is left."""
        assert self.described() == EXPECTED[self.project.stage]
        self.emulator.clear_requests()
        self._assert_no_step_is_left()
        assert writes(self.emulator) == {}

    def _assert_no_step_is_left(self) -> None:
        """Compare the inputs and outputs in the state, as a preview after a successful ``up`` does.

        A preview takes 3 s of processor time, ten times as long. Other tests of this folder run previews too.
        """
        rows = self.project.resources().values()
        assert {kind_of(row) for row in rows} == {*RESOURCES}
        for row in rows:
            assert not row.get("delete"), f"{row['urn']} is still to be deleted"
            inputs = {name: value for name, value in row["inputs"].items() if name != "__provider"}
            subject = Direct(kind_of(row), session_for(self.emulator.url))
            assert not subject.diff(row["id"], row["outputs"], inputs).changed, f"{row['urn']} differs from the program"


@dataclass(frozen=True)
class Template:
    """A folder with a project and the data of its emulator."""

    folder: Path

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Stack]:
        """Copy both to another folder and start the emulator."""
        data = folder / "emulator.db"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.folder / "emulator.db", data)
        with running(data=data) as emulator:
            yield Stack(Project(folder / "project", emulator.url, self.folder / "project"), emulator)


def create_new_template(folder: Path) -> Template:
    """Create the project and the objects of other people. The program does not run."""
    folder.mkdir()
    with running(data=folder / "emulator.db") as emulator:
        emulator.seed(**OTHERS)
        assert described(emulator.dump()) == BEFORE
        Program(folder / "project", emulator.url).write(PROGRAM)
    return Template(folder)


def create_first_template(folder: Path, new: Template) -> Template:
    """Run ``pulumi up`` for the first stage."""
    with new.copy(folder) as stack:
        stack.project.up()
        assert stack.described() == EXPECTED["first"]
    return Template(folder)
