"""Holds the state and rules of identity groups."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from roster_emulator.appsec.errors import Refusal
from roster_emulator.state import State
from roster_emulator.store import Row

# Times are in microseconds since the epoch.
SCHEMA = """
CREATE TABLE IF NOT EXISTS appsec_groups (
    serial INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    members TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS appsec_serials (
    last INTEGER NOT NULL
);
"""

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Content:
    """The content of a request; ``None`` for a field that it leaves out."""

    name: str
    description: str | None = None
    members: Sequence[str] | None = None


def list_all(state: State, start: int = 0) -> list[dict[str, Any]]:
    """Return all groups from the ``start``-th on, the oldest first."""
    rows = state.store.all("SELECT * FROM appsec_groups ORDER BY serial")
    return [_shown(row) for row in rows[max(0, start) :]]


def get(state: State, group_id: str) -> dict[str, Any]:
    """Return a group by its id."""
    return _shown(_row(state, group_id))


def create(state: State, content: Content) -> dict[str, Any]:
    """Create a group. Names are unique and case-sensitive."""
    _check(state, content)
    if _named(state, content.name) is not None:
        raise Refusal(409, name=content.name)
    serial, now = _next_serial(state), int(state.now() * 1_000_000)
    state.store.run(
        "INSERT INTO appsec_groups VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(serial, f"group-{serial:03}", content.name, content.description or ""),
        *(_kept(content.members or ()), now, now),
    )
    return get(state, f"group-{serial:03}")


def update(state: State, group_id: str, content: Content) -> dict[str, Any]:
    """Replace a group, or merge into it if the switch says so."""
    row = _row(state, group_id)
    _check(state, content)
    other = _named(state, content.name)
    if other is not None and other["id"] != group_id:
        status = state.switches.appsec_rename_conflict
        raise Refusal(status, "Group with the same name exists.", name=content.name)
    merge = state.switches.appsec_put == "merge"
    description, members = content.description, None if content.members is None else _kept(content.members)
    state.store.run(
        "UPDATE appsec_groups SET name = ?, description = ?, members = ?, updated_at = ? WHERE id = ?",
        content.name,
        (row["description"] if merge else "") if description is None else description,
        (row["members"] if merge else "[]") if members is None else members,
        # Two writes in the same microsecond still get different times.
        max(int(state.now() * 1_000_000), row["updated_at"] + 1),
        group_id,
    )
    return get(state, group_id)


def delete(state: State, group_id: str) -> None:
    """Delete a group."""
    _row(state, group_id)
    state.store.run("DELETE FROM appsec_groups WHERE id = ?", group_id)


def _check(state: State, content: Content) -> None:
    if not content.name.strip():
        raise Refusal(400, "Invalid group name")
    known = state.switches.appsec_known_members
    unknown = [
        member for member in content.members or () if not member.strip() or (known is not None and member not in known)
    ]
    if unknown:
        raise Refusal(400, "Invalid members", members=unknown)


def _kept(members: Sequence[str]) -> str:
    return json.dumps(list(dict.fromkeys(members)))


def _row(state: State, group_id: str) -> Row:
    row = state.store.one("SELECT * FROM appsec_groups WHERE id = ?", group_id)
    if row is None:
        raise Refusal(404)
    return row


def _named(state: State, name: str) -> Row | None:
    return state.store.one("SELECT id FROM appsec_groups WHERE name = ?", name)


def _next_serial(state: State) -> int:
    """Return the next number. Ids are never reused, not even the id of the last group."""
    serial = int(state.store.value("SELECT last FROM appsec_serials") or 0) + 1
    state.store.run("DELETE FROM appsec_serials")
    state.store.run("INSERT INTO appsec_serials VALUES (?)", serial)
    return serial


def _shown(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "members": json.loads(row["members"]),
        "createdAt": _timestamp(row["created_at"]),
        "updatedAt": _timestamp(row["updated_at"]),
    }


def _timestamp(microseconds: int) -> str:
    return (EPOCH + timedelta(microseconds=microseconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
