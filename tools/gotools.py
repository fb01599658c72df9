"""Builds programs from the Go module proxy and keeps them in a cache for all clones.

A small go.mod and go.sum in this folder pin each program. The name of a set in the cache is
`<name>-<version>-<digest of these files>`.
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

from tools.steps import SetupError, cache_folder, create_once, link, run, step

ADVICE = (
    "Check that the Go module proxy is reachable (`go env GOPROXY`), and that memory (2 GB) and disk space are free. "
    "Then run `make setup` again: it continues where it stopped."
)


@dataclass(frozen=True)
class GoModule:
    """A Go module, and our folder with the go.mod and go.sum that pin it."""

    folder: Path
    module: str

    @property
    def version(self) -> str:
        """Return the version that go.mod requires, such as `v3.230.0`."""
        found = re.search(rf"^(?:require)?\s+{re.escape(self.module)} (v\S+)", self.pins()[0].decode(), re.MULTILINE)
        if found is None:
            raise SetupError(f"{self.folder}/go.mod does not require {self.module}.")
        return found[1]

    def pins(self) -> tuple[bytes, bytes]:
        """Return the contents of go.mod and go.sum."""
        return (self.folder / "go.mod").read_bytes(), (self.folder / "go.sum").read_bytes()


class Part(ABC):
    """Files that come from one module."""

    source: GoModule
    takes: str  # how long the build takes, in words, on two cores

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the names of the files."""

    @abstractmethod
    def make(self, go: str, place: Path) -> None:
        """Create the files in the folder `place`."""


@dataclass(frozen=True)
class GoProgram(Part):
    """A program to build from `package`, with the linker's variables and the environment of the build."""

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
    """Scripts in the folder of a module. `files` are their paths in it."""

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
    """Link the parts into `.engine/bin`, and build them first if the cache does not have them.

    All parts share one folder, because a program may look for the others beside itself.
    """
    place = _place(name, parts)
    create_once(place, lambda unfinished: _make(go, unfinished, parts))
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
