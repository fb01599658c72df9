"""States that earlier versions wrote, and this one: they are refreshed, changed and destroyed by today's code."""

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
from roster_emulator import Running
from roster_emulator.store import Store
from states.record import EMULATOR, STATES, load, project, put

VERSIONS = sorted(path.name for path in STATES.iterdir() if (path / "state.json").exists())
RELEASED = version("pulumi-roster")


def recorded(version: str, name: str) -> Any:
    return json.loads((STATES / version / name).read_text())


def ours(state: dict[str, Any]) -> list[dict[str, Any]]:
    rows = state["deployment"]["resources"]
    return [row for row in rows if row["type"].startswith("pulumi-python:dynamic/")]


def kind(row: dict[str, Any]) -> str:
    return str(row["type"]).removeprefix("pulumi-python:dynamic/").replace(":", ".")


def test_this_version_is_recorded() -> None:
    assert RELEASED in VERSIONS, "PYTHONPATH=tests .venv/bin/python -m states.record"


def test_every_kind_is_recorded() -> None:
    assert {kind(row) for row in ours(recorded(RELEASED, "state.json"))} == {*RESOURCES}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_tells_nothing_of_a_machine_and_no_secret(version: str) -> None:
    paths = r"/(home|root|tmp|var|work|Users|private)/|[A-Z]:\\\\|stackTrace|sourcePosition"
    secrets = r"ciphertext|encryptionsalt|4dabf18193072939515e22adb298388d|roster-dev|eyJ[\w-]{10,}\."
    for path in (STATES / version).iterdir():
        found = re.search(f"{paths}|{secrets}", path.read_text())
        assert not found, f"{path.name} holds {found}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_pickle_is_a_name(version: str) -> None:
    for row in ours(recorded(version, "state.json")):
        engine = dill.loads(base64.b64decode(row["inputs"]["__provider"]))
        assert vars(engine) == {"kind": kind(row)}
        assert row["outputs"]["__provider"] == row["inputs"]["__provider"]


def test_a_recorded_world_outlives_what_is_added_to_the_emulators_tables() -> None:
    store = Store(
        None,
        "CREATE TABLE api_things (id TEXT PRIMARY KEY, note TEXT NOT NULL, number INTEGER NOT NULL, perhaps TEXT,"
        " given TEXT NOT NULL DEFAULT 'so')",
    )
    put(store, {"api": {"things": [{"id": "one"}]}})
    assert store.all("SELECT * FROM api_things") == [
        {"id": "one", "note": "", "number": 0, "perhaps": None, "given": "so"}
    ]
    with pytest.raises(LookupError, match="api_things has no old any more"):
        put(store, {"api": {"things": [{"id": "two", "old": 1}]}})
    assert len(store.all("SELECT * FROM api_things")) == 1
    store.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_state_is_read_changed_and_destroyed(version: str, tmp_path: Path, emulator: Running) -> None:
    load(emulator, recorded(version, "world.json"))
    program = project(tmp_path / "project", emulator, (STATES / version / "program.txt").read_text())
    state = tmp_path / "state.json"
    state.write_text((STATES / version / "state.json").read_text().replace(EMULATOR, emulator.url))
    program.pulumi("stack", "import", "--file", str(state))
    before = emulator.dump()
    emulator.clear_requests()

    program.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    program.unchanged()
    writes = [route for route in emulator.requests() if not route.startswith(("GET ", "HEAD ", "LIST "))]
    assert writes == [], "a state of an earlier version is no difference"
    assert emulator.dump() == before

    program.environment["STATES_STAGE"] = "later"
    changed = program.up().steps
    assert {name for _, name in changed} == {
        "ibm-group", "ibm-second", "ibm-members", "ibm-membership", "ibm-groups", "ibm-rule",
        "vault-group", "vault-members", "appsec-group", "appsec-whole", "appsec-members",
        "britive-group", "britive-environment", "britive-mapping",
    }  # fmt: skip
    program.unchanged()

    program.destroy()
    assert program.resources() == {}
    after = emulator.dump()
    assert {row["name"] for row in after["ibm"]["groups"]} == {"theirs"}
    assert {row["iam_id"] for row in after["ibm"]["members"]} == {"IBMid-anna"}
    assert {row["name"] for row in after["vault"]["groups"]} == {"theirs"}
    assert after["appsec"]["groups"] == []
    assert {row["name"] for row in after["britive"]["environment_group"]} == {"root"}
    assert after["britive"]["environment"] == []


# What the pickle names is enough to write and to read it: no code of ours, nothing of pulumi.
OTHER_PYTHON = """
import base64, pickle, sys
sys.path[:0] = sys.argv[1:3]
import dill
from pulumi_roster.engine import Engine
engine = Engine()
engine.kind = dill.loads(base64.b64decode(sys.argv[3])).kind
print(base64.b64encode(dill.dumps(engine, protocol=pickle.DEFAULT_PROTOCOL, recurse=True)).decode())
"""


def interpreter(name: str) -> str | None:
    """Where a Python is: on the path, or among those of pyenv."""
    for found in [shutil.which(name), *map(str, Path.home().glob(f".pyenv/versions/*/bin/{name}"))]:
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return None


@pytest.mark.parametrize("name", ["python3.10", "python3.11", "python3.12", "python3.13"])
def test_every_python_reads_and_writes_the_same_pickle(name: str, tmp_path: Path) -> None:
    found = interpreter(name)
    if found is None:
        pytest.skip(f"there is no {name} here")
    [pickled] = {
        row["inputs"]["__provider"]
        for row in ours(recorded(RELEASED, "state.json"))
        if row["inputs"].get("name") == "sso"
    }
    package = tmp_path / "pulumi_roster"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "engine.py").write_text("class Engine:\n    pass\n")
    command = [found, "-I", "-c", OTHER_PYTHON, str(tmp_path), str(Path(dill.__file__).parents[1]), pickled]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.strip() == pickled == serialize_provider(Engine("ibm.AccessGroupRule"))
