"""What each step of set-up shares: telling what is done and how long it took, running programs, locks, places."""

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
OLDEST_GO = (1, 21)  # the first that fetches the Go release which a go.mod asks for
LINES_SHOWN = 25


class SetupError(Exception):
    """A step that failed. The text says which, and what to do about it."""


def say(text: str) -> None:
    """Tell the user something at once, also where the output is a file."""
    print(text, flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what begins and, when it went well, how many seconds it took."""
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
    """Run a program quietly and return what it wrote to stdout.

    `advice` is what the user should do when it fails; SetupError carries it after the last lines of the output.
    """
    try:
        done = subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True)
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error}\n{advice}") from error
    if done.returncode:
        shown = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LINES_SHOWN:])
        words = shlex.join(str(word) for word in command)
        raise SetupError(f"`{words}` ended with {done.returncode}:\n{shown}\n{advice}")
    return done.stdout


def cache_folder() -> Path:
    """Where built programs are kept for all clones: `pulumi-roster` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pulumi-roster"


@contextmanager
def locked(path: Path, holder: str) -> Iterator[None]:
    """Hold the lock file `path`; where somebody else holds it, say so and wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for {holder} to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(place: Path, fill: Callable[[Path], None]) -> None:
    """Have `fill` make the folder `place` of the cache, unless it is there.

    It is made under another name, by one clone at a time, and then renamed: a folder under its final name is whole.
    """
    if place.exists():
        return
    with locked(place.with_name(f"{place.name}.lock"), f"another clone, which makes {place.name},"):
        if place.exists():
            return
        with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent) as folder:
            unfinished = Path(folder) / place.name
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(place)


def link(target: Path) -> None:
    """Put `target` under its own name into `.engine/bin`, in place of what was there."""
    ENGINE_BIN.mkdir(parents=True, exist_ok=True)
    place = ENGINE_BIN / target.name
    if place.is_symlink() and place.readlink() == target:
        return
    fresh = place.with_name(f".{place.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(place)


def unlink(name: str) -> None:
    """Take `name` out of `.engine/bin`."""
    (ENGINE_BIN / name).unlink(missing_ok=True)


def outside_path() -> str:
    """PATH without the folders of this checkout, so that what set-up made is not mistaken for the user's own."""
    own = {str(ENGINE_BIN), str(VENV / "bin")}
    return os.pathsep.join(folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder not in own)


def usable_go() -> str | None:
    """The path of a `go` that can build our tools, or None."""
    go = shutil.which("go")
    if go is None:
        return None
    found = re.search(r"go(\d+)\.(\d+)", run([go, "version"], advice="Mend the Go installation, or take it off PATH."))
    return go if found and (int(found[1]), int(found[2])) >= OLDEST_GO else None
