"""Runs a Pulumi project in a folder of its own with the real engine, through the ``pulumi`` command."""

from __future__ import annotations

import functools
import json
import os
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from roster_emulator import Running

STACK = "dev"
ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / ".engine" / "bin"

# Before each run, Pulumi asks pip which packages are installed. That takes a quarter of a run's processor time, and the
# answer is always the same. This script is the tests' Python, except that it reads the answer from a file.
_PIP_LIST = ("-m", "pip", "list", "-v", "--format", "json")
_PYTHON = """#!/bin/sh
[ "$*" = {question} ] && exec cat {answer}
exec {python} "$@"
"""

# The files of an empty stack, by project. A copy replaces `pulumi stack init`.
_EMPTY_STACKS: dict[str, dict[Path, bytes]] = {}


@functools.cache
def _installed_packages() -> bytes:
    return subprocess.check_output([sys.executable, *_PIP_LIST])


def engine_environment(folder: Path, emulator_url: str) -> dict[str, str]:
    """Return the environment of a ``pulumi`` process that writes only to ``folder`` and uses only the emulator."""
    keep = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **keep,
        "PATH": os.pathsep.join([str(ENGINE), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        # Pulumi finds the selected stack by the path of the project, and a copied project has another path.
        "PULUMI_STACK": STACK,
        "PULUMI_PYTHON_CMD": str(_python(folder / "home")),
        "PULUMI_DEBUG_COMMANDS": "1",  # for --event-log
        "ROSTER_EMULATOR": emulator_url,
        "ROSTER_TUNING": tuning(),
        "ROSTER_TIMEOUT_SECONDS": "20",
        "NO_PROXY": "*",
    }


def tuning(*, settle: float = 1, quiet: float = 1) -> str:
    """Return the value of ROSTER_TUNING with these clocks, in seconds."""
    return json.dumps({"settleSeconds": settle, "quietSeconds": quiet})


def _python(folder: Path) -> Path:
    """Write the script that runs Python for Pulumi."""
    folder.mkdir(parents=True, exist_ok=True)
    script, answer = folder / "python", folder / "packages.json"
    answer.write_bytes(_installed_packages())
    question, *paths = map(shlex.quote, (" ".join(_PIP_LIST), str(answer), sys.executable))
    script.write_text(_PYTHON.format(question=question, answer=paths[0], python=paths[1]))
    script.chmod(0o755)
    return script


@dataclass(frozen=True)
class Ran:
    """The result of a command: its exit code, its output, and its steps.

    :param steps: operation and resource in the order in which they ended, such as ``("create", "admins")``. Only
        resources of this package count, without those that stayed the same.
    :param errors: the error messages by the name of the resource ("" for the program itself).
    """

    code: int
    out: str
    steps: tuple[tuple[str, str], ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.out


class Program:
    """One project with one stack. ``write`` replaces its program; most other methods are Pulumi's own commands."""

    def __init__(
        self, folder: Path, emulator_url: str, *, project: str = "test", example: Path | None = None, backend: str = ""
    ) -> None:
        """Create the project and its stack.

        :param example: the folder of a project to copy.
        :param backend: where Pulumi keeps the state, by default in the folder.
        """
        self.folder = folder
        if example is not None:
            shutil.copytree(example, folder, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
            self.write("")
        self.environment = engine_environment(folder, emulator_url)
        if shutil.which("pulumi", path=self.environment["PATH"]) is None:
            pytest.skip("there is no Pulumi engine here: `make setup` fetches one")
        if backend:
            self.environment["PULUMI_BACKEND_URL"] = backend
            self._create_stack()
        else:
            self._copy_stack()

    def _create_stack(self) -> None:
        self.pulumi("stack", "init", STACK)

    def _copy_stack(self) -> None:
        """Copy the files of an empty stack. The first stack of each project is created."""
        project = (self.folder / "Pulumi.yaml").read_text()
        if project not in _EMPTY_STACKS:
            before = {*self.folder.rglob("*")}
            self._create_stack()
            files = [path for path in self.folder.rglob("*") if path.is_file() and path not in before]
            _EMPTY_STACKS[project] = {path.relative_to(self.folder): path.read_bytes() for path in files}
        for path, content in _EMPTY_STACKS[project].items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)

    def write(self, body: str) -> None:
        """Replace the program; ``roster`` and ``pulumi`` are imported for it."""
        head = "import pulumi\nimport pulumi_roster as roster\n"
        (self.folder / "__main__.py").write_text(head + textwrap.dedent(body))

    def pulumi(self, *words: str, code: int | None = 0, answer: str = "") -> Ran:
        """Run one command.

        :param code: the expected exit code, ``None`` for any.
        :param answer: the text for its standard input.
        """
        events = self.folder / "events.json"
        events.unlink(missing_ok=True)
        logged = ["--event-log", str(events)] if words[0] in {"up", "preview", "refresh", "destroy"} else []
        done = subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *words, *logged],
            cwd=self.folder,
            env=self.environment,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        ran = Ran(done.returncode, done.stdout, *_steps_and_errors(events))
        assert code is None or ran.code == code, f"pulumi {' '.join(words)} ended with {ran.code}:\n{ran.out}"
        return ran

    def configure(self, *, secret: Mapping[str, str] | None = None, **plain: str) -> None:
        """Set stack configuration. Keys are paths below ``roster:``, such as ``connections.second.ibmToken``."""
        given = [("--secret", secret or {}), ("--plaintext", plain)]
        words = [
            word for how, values in given for key, value in values.items() for word in (how, f"roster:{key}={value}")
        ]
        self.pulumi("config", "set-all", "--path", *words)

    def up(self, *words: str, code: int | None = 0) -> Ran:
        return self.pulumi("up", "--yes", "--skip-preview", *words, code=code)

    def preview(self, *words: str, code: int | None = 0) -> Ran:
        return self.pulumi("preview", "--diff", *words, code=code)

    def refresh(self, *words: str, code: int | None = 0) -> Ran:
        return self.pulumi("refresh", "--yes", "--skip-preview", *words, code=code)

    def destroy(self, *words: str, code: int | None = 0) -> Ran:
        return self.pulumi("destroy", "--yes", "--skip-preview", *words, code=code)

    def unchanged(self) -> None:
        """Assert that a preview finds nothing to do."""
        self.pulumi("preview", "--expect-no-changes")

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the resources of this package in the state, by their name within the program."""
        [state] = (self.folder / ".pulumi" / "stacks").glob(f"*/{STACK}.json")
        found = (json.loads(state.read_text())["checkpoint"]["latest"] or {}).get("resources") or []
        return {
            row["urn"].rsplit("::", 1)[1]: row
            for row in found
            if row["type"].startswith("pulumi-python:dynamic/roster/")
        }

    def export(self) -> str:
        """Return the state as text."""
        return self.pulumi("stack", "export").out


def kind_of(row: Mapping[str, Any]) -> str:
    """Return the kind of a resource in the state, such as ``ibm.AccessGroup``."""
    return str(row["type"]).removeprefix("pulumi-python:dynamic/roster/").replace(":", ".")


def writes(emulator: Running) -> dict[str, int]:
    """Count the requests that change something, by route."""
    return {route: count for route, count in emulator.requests().items() if not route.startswith(("GET ", "HEAD "))}


def _steps_and_errors(events: Path) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """Read steps and errors from the engine's log of events."""
    steps: list[tuple[str, str]] = []
    errors: dict[str, str] = defaultdict(str)
    for line in events.read_text().splitlines() if events.exists() else []:
        event = json.loads(line)
        done = (event.get("resOutputsEvent") or {}).get("metadata") or {}
        if done.get("type", "").startswith("pulumi-python:dynamic/roster/") and done["op"] != "same":
            steps.append((done["op"], done["urn"].rsplit("::", 1)[1]))
        diagnostic = event.get("diagnosticEvent") or {}
        if diagnostic.get("severity") == "error":
            errors[diagnostic.get("urn", "").rpartition("::")[2]] += diagnostic["message"]
    return tuple(steps), dict(errors)
