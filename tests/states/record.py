"""Records a state of this version, for later versions to read: ``PYTHONPATH=tests .venv/bin/python -m states.record``.

It runs a program with every kind against an emulator, and keeps three files in ``tests/states/VERSION/``:
``state.json`` (what ``pulumi stack export`` gives, without what tells of this machine), ``world.json`` (what the
services hold then) and ``program.txt``. ``docs/guarantees.md`` says when.

``world.json`` holds the rows of the emulator's tables. Tables of a later emulator may have more columns: :func:`put`
fills them. What a later emulator has no place for any more is an error, which says so.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from roster_emulator import Running, running
from roster_emulator.store import Store
from support.program import Program

STATES = Path(__file__).resolve().parent
OF_THIS_MACHINE = ("sourcePosition", "stackTrace")
EMULATOR = "http://127.0.0.1:1"
"""Stands in a state for the emulator's address, which is part of the configuration that Pulumi keeps there."""

World = dict[str, dict[str, list[dict[str, Any]]]]
"""API, table, rows, as ``Running.dump`` gives them."""

PROGRAM = """
import os

later = os.environ["STATES_STAGE"] == "later"

group = roster.ibm.AccessGroup("ibm-group", name="operators" if later else "platform", description="On call")
roster.ibm.AccessGroup("ibm-second", name="second", connection="second", force_delete=not later)
roster.ibm.AccessGroupMembers(
    "ibm-members",
    access_group_id=group.id,
    members=["IBMid-anna", "iam-ServiceId-deploy" if later else "IBMid-bert"],
)
roster.ibm.AccessGroupMembership(
    "ibm-membership", access_group_id=group.id, iam_id="iam-Profile-ops" if later else "iam-Profile-audit"
)
shared = roster.ibm.AccessGroup("ibm-shared", name="shared", adopt=True, force_delete=True)
roster.ibm.MemberAccessGroups(
    "ibm-groups", iam_id="IBMid-cara", access_group_ids=[shared.id] if later else [group.id, shared.id], exclusive=True
)
roster.ibm.AccessGroupRule(
    "ibm-rule",
    access_group_id=group.id,
    name="sso",
    expiration=8 if later else 12,
    realm_name="https://idp.example.com/saml",
    conditions=[
        roster.ibm.Condition(claim="groups", operator="IN", value=["b", "a"]),
        roster.ibm.Condition(claim="level", operator="EQUALS", value=2 if later else 1),
        roster.ibm.Condition(claim="active", operator="NOT_EQUALS", value=True),
    ],
)

people = roster.vault.IdentityGroup(
    "vault-group",
    name="operators" if later else "Platform",
    policies=["deploy", "Read"] if later else ["deploy"],
    metadata={"owner": "platform", "cost/center": "42"},
    member_entity_ids=[] if later else ["entity-alice"],
)
parent = roster.vault.IdentityGroup("vault-parent", name="parent")
roster.vault.IdentityGroup("vault-outside", name="outside", type="external", policies=["guest"])
roster.vault.GroupMembers(
    "vault-members",
    group_id=parent.id,
    member_entity_ids=["entity-bob"],
    member_group_ids=[] if later else [people.id],
)

team = roster.appsec.IdentityGroup("appsec-group", name="operators" if later else "platform", description="On call")
roster.appsec.IdentityGroup("appsec-whole", name="whole", members=["anna@example.com" if later else "bert@example.com"])
roster.appsec.GroupMembers(
    "appsec-members", group_id=team.id, members=["user-101", "user-102"] if later else ["user-101"], exclusive=True
)

stage = roster.britive.EnvironmentGroup(
    "britive-group", app_id="app-demo", name="stage", description="Before production" if later else ""
)
live = roster.britive.EnvironmentGroup("britive-live", app_id="app-demo", name="live", parent_id=stage.id)
place = roster.britive.Environment(
    "britive-environment", app_id="app-demo", name="eu", parent_group_id=stage.id if later else live.id
)
roster.britive.AccountMapping(
    "britive-mapping", app_id="app-demo", environment_id=place.id, account_id=2801, user_id="user-bob"
)
"""

STRANGERS: dict[str, Any] = {
    "ibm": {
        "groups": [{"name": "shared", "members": ["IBMid-stranger"]}, {"name": "theirs", "members": ["IBMid-anna"]}]
    },
    "vault": {"groups": [{"name": "theirs", "policies": ["theirs"], "member_entity_ids": ["entity-alice"]}]},
}


def project(folder: Path, emulator: Running, text: str) -> Program:
    """A project with the program, at its first stage."""
    program = Program(folder, emulator.url)
    program.configure(secret=None, **{"connections.second.emulator": emulator.url})
    program.write(text)
    program.environment["STATES_STAGE"] = "first"
    return program


def load(emulator: Running, world: World) -> None:
    """Lets the services hold what was recorded, and nothing else."""
    emulator.reset()
    store = emulator.application.state.store
    store.clear()
    put(store, world)


def put(store: Store, world: World) -> None:
    """Puts recorded rows into tables that may have grown since: a column that came later has its default, or, where the
    table has none and wants a value, empty text or 0.

    :raises LookupError: a table or a column is there no more.
    """
    with store.transaction():
        store.run("PRAGMA defer_foreign_keys = ON")
        for api, tables in world.items():
            for table, rows in tables.items():
                _fill(store, f"{api}_{table}", rows)


def _fill(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    columns = store.all('SELECT name, type, dflt_value FROM pragma_table_info(?) WHERE "notnull"', table)
    wanted = {row["name"]: "" if row["type"] == "TEXT" else 0 for row in columns if row["dflt_value"] is None}
    known = {row["name"] for row in store.all("SELECT name FROM pragma_table_info(?)", table)}
    for row in rows:
        if gone := row.keys() - known:
            raise LookupError(f"{table} has no {', '.join(sorted(gone))} any more: say here where recorded values went")
        whole = {**wanted, **row}
        names, marks = ", ".join(f'"{name}"' for name in whole), ", ".join("?" * len(whole))
        store.run(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *whole.values())


def main() -> None:
    """Records the version that is installed."""
    to = STATES / version("pulumi-roster")
    if to.exists():
        sys.exit(f"{to.name} is recorded already; what was released does not change")
    with running() as emulator, tempfile.TemporaryDirectory() as folder:
        emulator.seed(**STRANGERS)
        program = project(Path(folder) / "project", emulator, PROGRAM)
        program.up()
        program.unchanged()
        state, world = json.loads(program.export().replace(emulator.url, EMULATOR)), emulator.dump()
    to.mkdir()
    (to / "program.txt").write_text(PROGRAM)
    (to / "world.json").write_text(_text(world))
    (to / "state.json").write_text(_text(_impersonal(state)))


def _impersonal(state: dict[str, Any]) -> dict[str, Any]:
    deployment = state["deployment"]
    resources = [
        {name: value for name, value in row.items() if name not in OF_THIS_MACHINE} for row in deployment["resources"]
    ]
    manifest = {"time": "2020-01-01T00:00:00Z", "magic": "", "version": ""}
    return {"version": state["version"], "deployment": {"manifest": manifest, "resources": resources}}


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
