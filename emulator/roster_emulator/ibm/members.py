"""Holds the state and rules of memberships.

Functions that handle many items return one dict for each item, in the form of the reply. A failed item changes nothing
and does not stop the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from roster_emulator.api import Call
from roster_emulator.ibm import errors, groups
from roster_emulator.ibm.errors import Refusal
from roster_emulator.state import State
from roster_emulator.store import Row

PREFIXES = {"user": "IBMid-", "service": "iam-ServiceId-", "profile": "iam-Profile-"}
LIMIT_REACHED = "Group membership limit reached. A member can be a member of at most {limit} groups"
SORTS = {"id": "iam_id", "name": "name COLLATE NOCASE", "email": "email COLLATE NOCASE"}

_NAMES = """COALESCE(i.name, CASE m.type WHEN 'user' THEN 'User ' WHEN 'service' THEN 'Service ID ' ELSE 'Profile ' END
    || m.iam_id) AS name,
    CASE m.type WHEN 'user' THEN COALESCE(i.email, lower(substr(m.iam_id, 7)) || '@example.com') END AS email,
    CASE m.type WHEN 'user' THEN NULL ELSE COALESCE(i.description, '') END AS description"""


def kind_of(iam_id: str) -> str | None:
    """Return the type of a valid iam_id, which follows from its prefix."""
    for kind, prefix in PREFIXES.items():
        if re.fullmatch(rf"{prefix}[\w.@-]+", iam_id, re.ASCII):
            return kind
    return None


def add(call: Call, group_id: str, iam_id: str, kind: str, author: str) -> dict[str, Any]:
    """Add one identity to one group. Return its status with times or errors. An existing member stays as it is."""
    state = call.state
    unknown = state.store.one("SELECT 1 FROM ibm_identities WHERE iam_id = ? AND known = 0", iam_id)
    if kind_of(iam_id) != kind or unknown:
        return errors.item(call.trace, 400)
    there = find(state, group_id, iam_id)
    if there is not None:
        if state.switches.readd_conflict:
            return errors.item(call.trace, 409, "The entity is already in the requested state.")
        return _times(there)
    held = state.store.value("SELECT COUNT(*) FROM ibm_members WHERE iam_id = ? AND membership_type = 'static'", iam_id)
    if held >= state.switches.identity_limit:
        # The service shows empty times here, which the official client cannot parse.
        message = LIMIT_REACHED.format(limit=state.switches.identity_limit)
        return {"type": kind, "created_at": "", "created_by_id": "", **errors.item(call.trace, 403, message)}
    put(state, group_id, iam_id, kind, "static", author)
    added = find(state, group_id, iam_id)
    assert added is not None
    return _times(added)


def put(state: State, group_id: str, iam_id: str, kind: str, membership_type: str, author: str) -> None:
    """Store a membership without any check."""
    state.store.run(
        "INSERT OR IGNORE INTO ibm_members VALUES (?, ?, ?, ?, ?, ?)",
        *(group_id, iam_id, kind, membership_type, state.timestamp(), author),
    )


def find(state: State, group_id: str, iam_id: str, membership_type: str = "static") -> Row | None:
    """Return a membership, or ``None``."""
    return state.store.one(
        "SELECT * FROM ibm_members WHERE group_id = ? AND iam_id = ? AND membership_type = ?",
        *(group_id, iam_id, membership_type),
    )


def present(state: State, group_id: str, iam_id: str) -> bool:
    """Return whether the identity is a static or dynamic member."""
    return state.store.one("SELECT 1 FROM ibm_members WHERE group_id = ? AND iam_id = ?", group_id, iam_id) is not None


def remove(state: State, group_id: str, iam_id: str) -> bool:
    """Remove a static membership. Return ``False`` if there is none."""
    return (
        state.store.run(
            "DELETE FROM ibm_members WHERE group_id = ? AND iam_id = ? AND membership_type = 'static'", group_id, iam_id
        )
        > 0
    )


def add_many(call: Call, group_id: str, kinds: Mapping[str, str], author: str) -> list[dict[str, Any]]:
    """Add many identities to one group. ``kinds`` has the type of each iam_id."""

    def one(iam_id: str) -> dict[str, Any]:
        added = add(call, group_id, iam_id, kinds[iam_id], author)
        return {"type": kinds[iam_id], **added} if added["status_code"] == 200 else added

    return _each(call, "iam_id", kinds, one)


def add_to_many(
    call: Call, iam_id: str, kind: str, account_id: str, group_ids: Sequence[str], author: str
) -> list[dict[str, Any]]:
    """Add one identity to many groups of an account."""

    def one(group_id: str) -> dict[str, Any]:
        if group_id == groups.PUBLIC:
            return errors.item(call.trace, 405, f"Cannot add members for: {groups.PUBLIC}")
        if not call.state.store.one("SELECT 1 FROM ibm_groups WHERE id = ? AND account_id = ?", group_id, account_id):
            return errors.item(call.trace, 404, "Group not found in account")
        added = add(call, group_id, iam_id, kind, author)
        return {"status_code": 200} if added["status_code"] == 200 else added

    return _each(call, "access_group_id", group_ids, one)


def remove_many(call: Call, group_id: str, iam_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Remove many identities from one group."""

    def one(iam_id: str) -> dict[str, Any]:
        return {"status_code": 204} if remove(call.state, group_id, iam_id) else errors.item(call.trace, 404)

    items = _each(call, "iam_id", iam_ids, one)
    if call.state.switches.bulk_absent_404 and all(item["status_code"] == 404 for item in items):
        raise Refusal(404, "membership_not_found", errors.ITEM_MESSAGES[404])
    return items


def remove_from_all(call: Call, iam_id: str, account_id: str) -> list[dict[str, Any]]:
    """Remove one identity from every group of an account in which it is a static member."""
    rows = call.state.store.all(
        "SELECT group_id FROM ibm_members JOIN ibm_groups ON ibm_groups.id = group_id "
        "WHERE iam_id = ? AND account_id = ? AND membership_type = 'static' ORDER BY group_id",
        *(iam_id, account_id),
    )
    if not rows:
        raise Refusal(404, "no_groups_found", f"No groups found for member: {iam_id}")

    def one(group_id: str) -> dict[str, Any]:
        remove(call.state, group_id, iam_id)
        return {"status_code": 204}

    return _each(call, "access_group_id", [row["group_id"] for row in rows], one)


def select(
    state: State, group_id: str, membership_type: str, kind: str | None, sort: str | None, start: int, count: int
) -> tuple[int, list[Row]]:
    """Return the number of members that match, and the rows of one page.

    ``sort`` is a field, or ``-`` and a field for the reverse order. Without it, the oldest come first.
    """
    where, values = ["group_id = ?"], [group_id]
    if membership_type != "all":
        where.append("membership_type = ?")
        values.append(membership_type)
    if kind is not None:
        where.append("type = ?")
        values.append(kind)
    order = "m.rowid"
    if sort is not None:
        order = f"{SORTS[sort.removeprefix('-')]} {'DESC' if sort.startswith('-') else 'ASC'}, m.iam_id"
    condition = " AND ".join(where)
    return state.store.value(f"SELECT COUNT(*) FROM ibm_members WHERE {condition}", *values), state.store.all(
        f"SELECT m.*, {_NAMES} FROM ibm_members m LEFT JOIN ibm_identities i USING (iam_id) "
        f"WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        *(*values, count, start),
    )


def _each(call: Call, key_name: str, keys: Iterable[str], act: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    items = []
    for index, key in enumerate(keys):
        error = call.item_error(key, index)
        done = act(key) if error is None else errors.item(call.trace, error.status, error.message, error.code)
        items.append({key_name: key, **done})
    return items


def _times(member: Row) -> dict[str, Any]:
    return {"created_at": member["created_at"], "created_by_id": member["created_by_id"], "status_code": 200}
