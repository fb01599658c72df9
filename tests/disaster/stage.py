"""A project with the program of ``everything`` and an emulator of its own, copied from one that was prepared once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from disaster.everything import BEFORE, DECLARED, PROGRAM, SOMEBODY_ELSES, World, world
from roster_emulator import Running, running
from support.program import Program, engine_environment


class Project(Program):
    """A copy of a project that was prepared, at one emulator."""

    def __init__(self, folder: Path, emulator_url: str, prepared: Path) -> None:
        self.folder = folder
        shutil.copytree(prepared, folder)
        self.environment = {
            **engine_environment(folder, emulator_url),
            # Which stack is selected is kept by the path of the project, and that is another one.
            "PULUMI_STACK": "dev",
            "ROSTER_QUIET_SECONDS": "0.1",
            "DISASTER_STAGE": "first",
            "DISASTER_ADOPT": "",
        }

    @property
    def stage(self) -> str:
        return self.environment["DISASTER_STAGE"]

    @stage.setter
    def stage(self, name: str) -> None:
        self.environment["DISASTER_STAGE"] = name

    def locked(self) -> bool:
        return any((self.folder / ".pulumi/locks").rglob("*.json"))

    def unlock(self) -> None:
        """The first step of the way back: a killed run may have left its lock, or an empty file beside the state."""
        for attributes in (self.folder / ".pulumi").rglob("*.attrs"):
            if attributes.stat().st_size == 0:
                attributes.unlink()
        if self.locked():
            self.pulumi("cancel", "--yes")
            assert not self.locked()

    def up_again(self) -> list[str]:
        """The documented way back. Answers which resources had to be adopted."""
        self.unlock()
        adopted: list[str] = []
        while (ran := self.up(code=None)).code:
            refused = {name: text for name, text in ran.errors.items() if "AlreadyExists: " in text}
            assert refused, ran.text
            for name, text in refused.items():
                assert name not in adopted, text
                assert "it exists already as " in text
                assert "set adopt=True to adopt it" in text
            adopted += refused
            self.environment["DISASTER_ADOPT"] = " ".join(adopted)
        return adopted


@dataclass(frozen=True)
class Scene:
    """One moment's own project and emulator."""

    project: Project
    emulator: Running

    def world(self) -> World:
        return world(self.emulator.dump())

    def assert_declared(self) -> None:
        """Asserts that there is what is declared and what was there before, no more, and that nothing is left to do."""
        assert self.world() == DECLARED[self.project.stage]
        self.emulator.clear_requests()
        self.project.unchanged()
        assert writes(self.emulator) == {}


def writes(emulator: Running) -> dict[str, int]:
    """How often each route that changes something was called."""
    return {route: count for route, count in emulator.requests().items() if not route.startswith(("GET ", "HEAD "))}


@dataclass(frozen=True)
class Prepared:
    """A project and the file of its emulator, to be copied."""

    folder: Path

    @contextmanager
    def scene(self, folder: Path) -> Iterator[Scene]:
        data = folder / "emulator.db"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.folder / "emulator.db", data)
        with running(data=data) as emulator:
            yield Scene(Project(folder / "project", emulator.url, self.folder / "project"), emulator)


def prepare_empty(folder: Path) -> Prepared:
    """Nothing of ours is there yet."""
    folder.mkdir()
    with running(data=folder / "emulator.db") as emulator:
        emulator.seed(**SOMEBODY_ELSES)
        assert world(emulator.dump()) == BEFORE
        Program(folder / "project", emulator.url).write(PROGRAM)
    return Prepared(folder)


def prepare_first(folder: Path, empty: Prepared) -> Prepared:
    """The first stage is up."""
    with empty.scene(folder) as scene:
        scene.project.up()
        assert scene.world() == DECLARED["first"]
    return Prepared(folder)
