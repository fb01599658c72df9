"""Programs and files from the Go module proxy, pinned by a small go.mod and go.sum of ours, kept for all clones.

Each set lies in the cache folder as `<name>-<version>-<digest of every go.mod and go.sum>`.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.steps import SetupError, cache_folder, keep, link, run, step

ADVICE = (
    "Is the Go module proxy reachable (`go env GOPROXY`), and is there room on the disk and 2 GB of memory? "
    "`make setup` goes on where it stopped."
)


@dataclass(frozen=True)
class GoModule:
    """A module that a folder of ours pins with a go.mod and a go.sum."""

    folder: Path
    module: str

    @property
    def version(self) -> str:
        """The version that go.mod requires, such as `v3.230.0`."""
        found = re.search(rf"^(?:require)?\s+{re.escape(self.module)} (v\S+)", self.pins()[0].decode(), re.MULTILINE)
        if found is None:
            raise SetupError(f"{self.folder}/go.mod does not require {self.module}.")
        return found[1]

    def pins(self) -> tuple[bytes, bytes]:
        """What go.mod and go.sum hold."""
        return (self.folder / "go.mod").read_bytes(), (self.folder / "go.sum").read_bytes()


class Part(ABC):
    """Something that is made from one module: files with the `names`."""

    source: GoModule
    takes: str  # how long, in words, on two cores

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """The files that `make` puts into its folder."""

    @abstractmethod
    def make(self, go: str, place: Path) -> None:
        """Put the files into the folder `place`."""


@dataclass(frozen=True)
class GoProgram(Part):
    """A program to build: `package` of `source`, and what the linker and the environment are told."""

    source: GoModule
    package: str
    takes: str
    variables: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        return [self.package.rpartition("/")[2]]

    def make(self, go: str, place: Path) -> None:
        flags = ["-s", "-w", *(f"-X {name}={value}" for name, value in self.variables.items())]
        command = [go, "build", "-mod=readonly", "-trimpath", "-p", "2", "-ldflags", " ".join(flags), "-o", str(place)]
        run([*command, self.package], advice=ADVICE, cwd=self.source.folder, env=self.env)


@dataclass(frozen=True)
class GoScripts(Part):
    """Scripts that lie in the folder of a module; `files` are their paths in it."""

    source: GoModule
    files: Sequence[str]
    takes: str

    @property
    def names(self) -> Sequence[str]:
        return [Path(file).name for file in self.files]

    def make(self, go: str, place: Path) -> None:
        command = [go, "mod", "download", "-json", self.source.module]
        folder = Path(json.loads(run(command, advice=ADVICE, cwd=self.source.folder))["Dir"])
        for file, name in zip(self.files, self.names, strict=True):
            shutil.copyfile(folder / file, place / name)
            (place / name).chmod(0o755)


def provide(go: str, name: str, parts: Sequence[Part]) -> None:
    """Link the parts into `.engine/bin`, making them first where the cache does not hold them.

    They lie in one folder, since a program may look for the others beside itself.
    """
    place = _place(name, parts)
    keep(place, lambda unfinished: _make(go, unfinished, parts))
    for part in parts:
        for file in part.names:
            link(place / file)


def _place(name: str, parts: Sequence[Part]) -> Path:
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for part in parts:
        for content in part.source.pins():
            digest.update(content)
    return cache_folder() / f"{name}-{parts[0].source.version.lstrip('v')}-{digest.hexdigest()[:12]}"


def _make(go: str, place: Path, parts: Sequence[Part]) -> None:
    for part in parts:
        with step(f"{', '.join(part.names)} {part.source.version}, from Go modules ({part.takes} on two cores)"):
            part.make(go, place)
