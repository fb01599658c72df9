"""Refreshes, changes and destroys the recorded states of this version and of earlier ones."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_roster.catalog import RESOURCES
from pulumi_roster.engine import Engine
from recorded_states.record import EMULATOR, STATES, create_project, load, put
from roster_emulator import Running
from roster_emulator.store import Store
from support.every_kind import described
from support.program import kind_of, writes

VERSIONS = sorted(path.name for path in STATES.iterdir() if (path / "state.json").exists())
RELEASED = version("pulumi-roster")
RECORD = "run: make record"


def recorded(version: str, name: str) -> Any:
    return json.loads((STATES / version / name).read_text())


def ours(state: dict[str, Any]) -> list[dict[str, Any]]:
    rows = state["deployment"]["resources"]
    return [row for row in rows if row["type"].startswith("pulumi-python:dynamic/roster/")]


def test_this_version_is_recorded() -> None:
    assert RELEASED in VERSIONS, RECORD


def test_every_kind_is_recorded() -> None:
    assert {kind_of(row) for row in ours(recorded(RELEASED, "state.json"))} == {*RESOURCES}, RECORD


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_contains_no_secret_and_no_path_of_a_machine(version: str) -> None:
    paths = r"/(home|root|tmp|var|work|Users|private)/|[A-Z]:\\\\|stackTrace|sourcePosition"
    secrets = r"ciphertext|encryptionsalt|4dabf18193072939515e22adb298388d|roster-dev|eyJ[\w-]{10,}\."
    for path in (STATES / version).iterdir():
        found = re.search(f"{paths}|{secrets}", path.read_text())
        assert not found, f"{path.name} contains {found}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_pickle_contains_only_the_kind(version: str) -> None:
    for row in ours(recorded(version, "state.json")):
        engine = dill.loads(base64.b64decode(row["inputs"]["__provider"]))
        assert vars(engine) == {"kind": kind_of(row)}
        assert row["outputs"]["__provider"] == row["inputs"]["__provider"]


def test_recorded_rows_fit_into_tables_with_new_columns() -> None:
    store = Store(
        None,
        "CREATE TABLE api_things (id TEXT PRIMARY KEY, note TEXT NOT NULL, number INTEGER NOT NULL, perhaps TEXT,"
        " given TEXT NOT NULL DEFAULT 'so')",
    )
    put(store, {"api": {"things": [{"id": "one"}]}})
    assert store.all("SELECT * FROM api_things") == [
        {"id": "one", "note": "", "number": 0, "perhaps": None, "given": "so"}
    ]
    with pytest.raises(LookupError, match="api_things has no column old"):
        put(store, {"api": {"things": [{"id": "two", "old": 1}]}})
    assert len(store.all("SELECT * FROM api_things")) == 1
    store.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_state_can_be_refreshed_changed_and_destroyed(
    version: str, tmp_path: Path, emulator: Running
) -> None:
    expected = recorded(version, "expected.json")
    load(emulator, recorded(version, "services.json"))
    program = create_project(tmp_path / "project", emulator, (STATES / version / "program.txt").read_text())
    state = tmp_path / "state.json"
    state.write_text((STATES / version / "state.json").read_text().replace(EMULATOR, emulator.url))
    program.pulumi("stack", "import", "--file", str(state))
    before = emulator.dump()
    emulator.clear_requests()

    program.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    program.unchanged()
    assert writes(emulator) == {}, "the refresh of a recorded state must write nothing"
    assert emulator.dump() == before

    program.environment["STAGE"] = "later"
    changed = program.up().steps
    assert {name for _, name in changed} == {*expected["changed"]}
    program.unchanged()

    program.destroy()
    assert program.resources() == {}
    assert described(emulator.dump()) == expected["destroyed"]


# A class of the same name is enough to write and read the pickle. It needs no other code of ours, and no pulumi.
STAND_IN = """
class Engine:
    def __init__(self, kind):
        self.kind = kind

    def __reduce__(self):
        return Engine, (self.kind,)
"""
OTHER_PYTHON = """
import base64, pickle, sys
sys.path[:0] = sys.argv[1:3]
import dill
from pulumi_roster.engine import Engine
engine = dill.loads(base64.b64decode(sys.argv[3]))
print(base64.b64encode(dill.dumps(engine, protocol=pickle.DEFAULT_PROTOCOL, recurse=True)).decode())
"""


def interpreter(name: str) -> str | None:
    """Return the path of a Python: on PATH, or among those of pyenv."""
    for found in [shutil.which(name), *map(str, Path.home().glob(f".pyenv/versions/*/bin/{name}"))]:
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return None


@pytest.mark.parametrize("name", ["python3.10", "python3.11", "python3.12", "python3.13"])
def test_every_python_reads_and_writes_the_same_pickle(name: str, tmp_path: Path) -> None:
    found = interpreter(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    [pickled] = {
        row["inputs"]["__provider"]
        for row in ours(recorded(RELEASED, "state.json"))
        if row["inputs"].get("name") == "sso"
    }
    package = tmp_path / "pulumi_roster"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "engine.py").write_text(STAND_IN)
    command = [found, "-I", "-c", OTHER_PYTHON, str(tmp_path), str(Path(dill.__file__).parents[1]), pickled]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.strip() == pickled == serialize_provider(Engine("ibm.AccessGroupRule"))
