"""State and rules of identity groups."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from roster_emulator.appsec.errors import Refusal
from roster_emulator.store import Row
from roster_emulator.world import World

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Content:
    """What a caller says of a group; ``None`` where nothing is said."""

    name: str
    description: str | None = None
    members: Sequence[str] | None = None


def list_all(world: World, start: int = 0) -> list[dict[str, Any]]:
    """All groups, the oldest first, from the ``start``-th on."""
    rows = world.store.all("SELECT * FROM appsec_groups ORDER BY serial")
    return [_shown(row) for row in rows[max(0, start) :]]


def get(world: World, group_id: str) -> dict[str, Any]:
    """A group by its id."""
    return _shown(_row(world, group_id))


def create(world: World, content: Content) -> dict[str, Any]:
    """Makes a group. A name, spelled the same, is there once."""
    _check(world, content)
    if _named(world, content.name) is not None:
        raise Refusal(409, name=content.name)
    serial, now = _next_serial(world), int(world.now() * 1_000_000)
    world.store.run(
        "INSERT INTO appsec_groups VALUES (?, ?, ?, ?, ?, ?, ?)",
        *(serial, f"group-{serial:03}", content.name, content.description or ""),
        *(_kept(content.members or ()), now, now),
    )
    return get(world, f"group-{serial:03}")


def update(world: World, group_id: str, content: Content) -> dict[str, Any]:
    """Replaces a group, or merges into it where the switch says so."""
    row = _row(world, group_id)
    _check(world, content)
    other = _named(world, content.name)
    if other is not None and other["id"] != group_id:
        status = world.switches.appsec_rename_conflict
        raise Refusal(status, "Group with the same name exists.", name=content.name)
    merge = world.switches.appsec_put == "merge"
    description, members = content.description, None if content.members is None else _kept(content.members)
    world.store.run(
        "UPDATE appsec_groups SET name = ?, description = ?, members = ?, updated_at = ? WHERE id = ?",
        content.name,
        (row["description"] if merge else "") if description is None else description,
        (row["members"] if merge else "[]") if members is None else members,
        # Two writes in the same microsecond must still be told apart.
        max(int(world.now() * 1_000_000), row["updated_at"] + 1),
        group_id,
    )
    return get(world, group_id)


def delete(world: World, group_id: str) -> None:
    """Deletes a group."""
    _row(world, group_id)
    world.store.run("DELETE FROM appsec_groups WHERE id = ?", group_id)


def _check(world: World, content: Content) -> None:
    if not content.name.strip():
        raise Refusal(400, "Invalid group name")
    known = world.switches.appsec_known_members
    strange = [
        member for member in content.members or () if not member.strip() or (known is not None and member not in known)
    ]
    if strange:
        raise Refusal(400, "Invalid members", members=strange)


def _kept(members: Sequence[str]) -> str:
    return json.dumps(list(dict.fromkeys(members)))


def _row(world: World, group_id: str) -> Row:
    row = world.store.one("SELECT * FROM appsec_groups WHERE id = ?", group_id)
    if row is None:
        raise Refusal(404)
    return row


def _named(world: World, name: str) -> Row | None:
    return world.store.one("SELECT id FROM appsec_groups WHERE name = ?", name)


def _next_serial(world: World) -> int:
    """An id is never given twice, also when the last group is gone."""
    serial = int(world.store.value("SELECT last FROM appsec_serials") or 0) + 1
    world.store.run("DELETE FROM appsec_serials")
    world.store.run("INSERT INTO appsec_serials VALUES (?)", serial)
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
