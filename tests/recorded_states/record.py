"""Records the state of this version, which later versions must be able to read. ``make record`` runs it.

It runs the program of every kind against an emulator, and writes four files to ``tests/recorded_states/VERSION/``:

- ``program.txt``
- ``state.json``: the output of ``pulumi stack export`` after the first stage, without what describes this machine
- ``services.json``: the rows of the emulator's tables at that time
- ``expected.json``: the resources that the later stage changes, and what the services hold after a destroy

A test fails until the installed version is recorded.

Tables of a later emulator may have more columns; :func:`put` fills them. If a later emulator has dropped a table or a
column, :func:`put` raises an error.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from roster_emulator import Running, running
from roster_emulator.store import Store
from support import every_kind
from support.emulator_state import EmulatorState
from support.program import Program

STATES = Path(__file__).resolve().parent
CHANGELOG = STATES.parents[1] / "CHANGELOG.md"
OF_THIS_MACHINE = ("sourcePosition", "stackTrace")
EMULATOR = "http://127.0.0.1:1"
"""Stands in a recorded state for the emulator's address, which is part of the configuration that Pulumi keeps."""

Dump = dict[str, dict[str, list[dict[str, Any]]]]
"""Rows by API and table, as ``Running.dump`` returns them."""

# Forms that the program of every kind does not have: another connection, exclusive sets, adoption, other value types.
PROGRAM = f"""{every_kind.PROGRAM}
roster.ibm.AccessGroup("ibm-second", name="second", connection="second", force_delete=not later)
adopted_group = roster.ibm.AccessGroup("ibm-adopted", name="adopted", adopt=True, force_delete=True)
roster.ibm.MemberAccessGroups(
    "ibm-exclusive", iam_id="IBMid-dora", access_group_ids=[] if later else [adopted_group.id], exclusive=True
)
roster.ibm.AccessGroupRule(
    "ibm-values",
    access_group_id=adopted_group.id,
    name="",
    expiration=1,
    realm_name="https://idp.example.com/saml",
    conditions=[
        roster.ibm.Condition(claim="groups", operator="IN", value=["b", "a"]),
        roster.ibm.Condition(claim="level", operator="EQUALS", value=2 if later else 1),
        roster.ibm.Condition(claim="active", operator="NOT_EQUALS", value=True),
    ],
)
roster.vault.IdentityGroup(
    "vault-external",
    name="External",
    type="external",
    policies=["guest", "Read"],
    metadata={{"cost/center": "43" if later else "42"}},
)
team = roster.appsec.IdentityGroup("appsec-team", name="team")
roster.appsec.IdentityGroupMembers(
    "appsec-exclusive", group_id=team.id, members=["user-101", "user-102"] if later else ["user-101"], exclusive=True
)
roster.britive.EnvironmentGroup("britive-nested", application_id="app-demo", name="nested", parent_id=britive_live.id)
"""
ADOPTED: dict[str, Any] = {"ibm": {"groups": [{"name": "adopted", "members": ["IBMid-other"]}]}}
"""What the program adopts, beside ``every_kind.OTHERS``."""


def create_project(folder: Path, emulator: Running, text: str) -> Program:
    """Create a project with the program, at its first stage."""
    program = Program(folder, emulator.url)
    program.configure(secret=None, **{"connections.second.emulator": emulator.url})
    program.write(text)
    program.environment |= {"STAGE": "first", "ADOPT": ""}
    return program


def load(emulator: Running, dump: Dump) -> None:
    """Replace everything that the services hold by what was recorded."""
    put(EmulatorState(emulator).replace_all(), dump)


def put(store: Store, dump: Dump) -> None:
    """Put recorded rows into tables that may have more columns now.

    A new column gets its default. If it has none and needs a value, it gets an empty text or 0.

    :raises LookupError: a recorded column no longer exists.
    """
    with store.transaction():
        store.run("PRAGMA defer_foreign_keys = ON")
        for api, tables in dump.items():
            for table, rows in tables.items():
                _put_rows(store, f"{api}_{table}", rows)


def _put_rows(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    columns = store.all('SELECT name, type, dflt_value FROM pragma_table_info(?) WHERE "notnull"', table)
    needed = {row["name"]: "" if row["type"] == "TEXT" else 0 for row in columns if row["dflt_value"] is None}
    known = {row["name"] for row in store.all("SELECT name FROM pragma_table_info(?)", table)}
    for row in rows:
        if gone := row.keys() - known:
            raise LookupError(f"{table} has no column {', '.join(sorted(gone))}: say here where recorded values go")
        complete = {**needed, **row}
        names, marks = ", ".join(f'"{name}"' for name in complete), ", ".join("?" * len(complete))
        store.run(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *complete.values())


def main() -> None:
    """Record the installed version. A recording is replaced until its version is released, and never after that."""
    this = version("pulumi-roster")
    to = STATES / this
    if to.exists():
        if f"## {this}, not released yet" not in CHANGELOG.read_text():
            sys.exit(f"{this} is released, so its recording must not change. Raise the version in pyproject.toml.")
        shutil.rmtree(to)
    with running() as emulator, tempfile.TemporaryDirectory() as folder:
        emulator.seed(**every_kind.OTHERS)
        emulator.seed(**ADOPTED)
        program = create_project(Path(folder) / "project", emulator, PROGRAM)
        program.up()
        program.unchanged()
        state, dump = json.loads(program.export().replace(emulator.url, EMULATOR)), emulator.dump()
        program.environment["STAGE"] = "later"
        changed = sorted({name for _, name in program.up().steps})
        program.destroy()
        expected = {"changed": changed, "destroyed": every_kind.described(emulator.dump())}
    to.mkdir()
    (to / "program.txt").write_text(PROGRAM)
    (to / "services.json").write_text(_text(dump))
    (to / "expected.json").write_text(_text(expected))
    (to / "state.json").write_text(_text(_without_this_machine(state)))


def _without_this_machine(state: dict[str, Any]) -> dict[str, Any]:
    resources = [
        {name: value for name, value in row.items() if name not in OF_THIS_MACHINE}
        for row in state["deployment"]["resources"]
    ]
    manifest = {"time": "2020-01-01T00:00:00Z", "magic": "", "version": ""}
    return {"version": state["version"], "deployment": {"manifest": manifest, "resources": resources}}


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
