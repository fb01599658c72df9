"""Programs and files from the Go module proxy, pinned by a small go.mod and go.sum of ours, kept for all clones.

Each lies in the cache folder as `<name>-<version>-<digest of go.mod and go.sum>`. It is made under another name and
then renamed, so that a folder under its final name is always whole.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.steps import CHECKOUT, SetupError, cache_folder, link, locked, run, step

ADVICE = (
    "Is the Go module proxy reachable (`go env GOPROXY`), and is there room on the disk and 2 GB of memory? "
    "`make setup` goes on where it stopped."
)


@dataclass(frozen=True)
class GoModule:
    """A module that a folder of ours pins, and what it is known as in the cache."""

    name: str
    folder: Path  # holds go.mod and go.sum, below the checkout
    module: str

    @property
    def version(self) -> str:
        """The version that go.mod requires, such as `v3.230.0`."""
        text = (CHECKOUT / self.folder / "go.mod").read_text()
        found = re.search(rf"^(?:require)?\s+{re.escape(self.module)} (v\S+)", text, re.MULTILINE)
        if found is None:
            raise SetupError(f"{self.folder}/go.mod does not require {self.module}.")
        return found[1]

    def cached(self) -> Path:
        """The folder of the cache that holds, or will hold, what is made from this module."""
        digest = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
        for name in ("go.mod", "go.sum"):
            digest.update((CHECKOUT / self.folder / name).read_bytes())
        return cache_folder() / f"{self.name}-{self.version.lstrip('v')}-{digest.hexdigest()[:12]}"


@dataclass(frozen=True)
class GoProgram:
    """A program to build: `package` of `source`, and what the linker and the environment are told."""

    source: GoModule
    package: str
    takes: str  # how long, in words, on two cores
    variables: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def provide(self, go: str) -> None:
        """Link the program into `.engine/bin`, building it first where the cache does not hold it."""
        what = f"{self.source.name} {self.source.version}, built from its Go module (takes {self.takes})"
        _provide(self.source, what, lambda place: self._build(go, place), [self.package.rpartition("/")[2]])

    def _build(self, go: str, place: Path) -> None:
        flags = ["-s", "-w", *(f"-X {name}={value}" for name, value in self.variables.items())]
        command = [go, "build", "-mod=readonly", "-trimpath", "-p", "2", "-ldflags", " ".join(flags), "-o", str(place)]
        run([*command, self.package], advice=ADVICE, cwd=CHECKOUT / self.source.folder, env=self.env)


@dataclass(frozen=True)
class GoFiles:
    """Scripts that lie in the folder of a module, as `files` name them from the module's root."""

    source: GoModule
    files: Sequence[str]

    def provide(self, go: str) -> None:
        """Link the files into `.engine/bin`, fetching the module first where the cache does not hold them."""
        what = f"{self.source.name} {self.source.version}, from its Go module (takes seconds)"
        _provide(self.source, what, lambda place: self._fetch(go, place), [Path(file).name for file in self.files])

    def _fetch(self, go: str, place: Path) -> None:
        answer = run(
            [go, "mod", "download", "-json", self.source.module],
            advice=ADVICE,
            cwd=CHECKOUT / self.source.folder,
            env={"GOFLAGS": "-mod=readonly"},
        )
        for file in self.files:
            script = place / Path(file).name
            shutil.copyfile(Path(json.loads(answer)["Dir"]) / file, script)
            script.chmod(0o755)


def _provide(source: GoModule, what: str, make: Callable[[Path], None], names: Sequence[str]) -> None:
    """Have `make` fill the source's folder in the cache unless it is there, and link `names` of it."""
    place = source.cached()
    if not place.exists():
        with locked(place.with_name(f"{place.name}.lock"), f"the build of {source.name} in another clone"):
            if not place.exists():
                with step(what):
                    _make(place, make)
    for name in names:
        link(place / name)


def _make(place: Path, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as folder:
        unfinished = Path(folder) / place.name
        unfinished.mkdir()
        make(unfinished)
        unfinished.rename(place)
