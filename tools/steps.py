"""Provides what all steps of set-up share: progress messages, running programs, locks and folders."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENGINE_BIN = CHECKOUT / ".engine" / "bin"
VENV = CHECKOUT / ".venv"
OLDEST_GO = (1, 21)  # the first that downloads the Go release that a go.mod requires
LINES_SHOWN = 25


class SetupError(Exception):
    """A step failed. The text names the step, and says how to continue."""


def say(text: str) -> None:
    """Print a line at once, even if the output is a file."""
    print(text, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print the name of a step and, if it succeeds, how many seconds it took."""
    say(f"==> {what}")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.0f} s")


def run(
    command: Sequence[str | Path],
    *,
    advice: str,
    cwd: Path = CHECKOUT,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a program quietly and return its stdout.

    If the program fails, SetupError contains the last lines of its output and then `advice`.
    """
    try:
        done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True)
    except OSError as error:
        raise SetupError(f"cannot run {command[0]}: {error}\n{advice}") from error
    if done.returncode:
        shown = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LINES_SHOWN:])
        words = shlex.join(str(word) for word in command)
        raise SetupError(f"`{words}` ended with {done.returncode}:\n{shown}\n{advice}")
    return done.stdout


def cache_folder() -> Path:
    """Return the folder of built programs for all clones: `pulumi-roster` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pulumi-roster"


@contextmanager
def locked(path: Path, holder: str) -> Iterator[None]:
    """Hold the lock file `path`. If another process holds it, print that and wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for {holder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def create_once(folder: Path, fill: Callable[[Path], None]) -> None:
    """Call `fill` to create `folder` in the cache, unless it exists.

    One clone at a time fills the folder under a temporary name and renames it, so the final name is always complete.
    """
    if folder.exists():
        return
    with locked(folder.with_name(f"{folder.name}.lock"), f"another clone that builds {folder.name}"):
        if folder.exists():
            return
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder.parent) as parent:
            unfinished = Path(parent) / folder.name
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(folder)


def link(target: Path) -> None:
    """Link `target` into `.engine/bin` under its own name, and replace an older link."""
    ENGINE_BIN.mkdir(parents=True, exist_ok=True)
    place = ENGINE_BIN / target.name
    if place.is_symlink() and place.readlink() == target:
        return
    fresh = place.with_name(f".{place.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(place)


def unlink(name: str) -> None:
    """Remove the link `name` from `.engine/bin`."""
    (ENGINE_BIN / name).unlink(missing_ok=True)


def outside_path() -> str:
    """Return PATH without the folders of this checkout, so that it contains only the user's own programs."""
    own = {str(ENGINE_BIN), str(VENV / "bin")}
    return os.pathsep.join(folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder not in own)


def usable_go() -> str | None:
    """Return the path of a `go` that can build our tools, or None."""
    go = shutil.which("go")
    if go is None:
        return None
    found = re.search(r"go(\d+)\.(\d+)", run([go, "version"], advice="Repair Go, or remove it from PATH."))
    return go if found and (int(found[1]), int(found[2])) >= OLDEST_GO else None
