"""Holds the state and rules of mappings: the users that may use an account in an environment.

An automatic mapping, which the service made by the user's e-mail or name, holds in every environment and cannot be
removed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from roster_emulator.britive import environments, errors, users
from roster_emulator.state import State
from roster_emulator.store import Row

EVERYWHERE = ""


def mapped(state: State, app: Row, scope: str) -> dict[int, list[dict[str, Any]]]:
    """Return the users of each account in an environment, ordered by user id."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(state, app, scope):
        found[row["account_id"]].append(json.loads(row["data"]))
    return found


def of(state: State, app: Row, scope: str, account_id: int) -> list[dict[str, Any]]:
    """Return the users of one account in an environment."""
    return [json.loads(row["data"]) for row in _rows(state, app, scope, account_id)]


def available(state: State, app: Row, scope: str, account_id: int) -> list[dict[str, Any]]:
    """Return the active users that are not mapped yet."""
    there = {user["userId"] for user in of(state, app, scope, account_id)}
    return [user for user in users.every(state) if user["userId"] not in there and user["status"] == "active"]


def add(state: State, app: Row, scope: str, account_id: int, user_ids: Sequence[str]) -> None:
    """Map users in one environment. If one of them cannot be mapped, map none."""
    for user_id in dict.fromkeys(user_ids):
        _check_user(state, user_id)
        if not _insert(state, app, scope, account_id, user_id):
            _refuse_second(state, account_id, user_id)


def add_everywhere(state: State, app: Row, scope: str, account_id: int, user_id: str) -> None:
    """Map a user in all environments of the application."""
    _check_user(state, user_id)
    made = [_insert(state, app, each, account_id, user_id) for each in _scopes(state, app, scope)]
    if not any(made):
        _refuse_second(state, account_id, user_id)


def spread(state: State, app: Row, scope: str, account_id: int) -> None:
    """Map the users of the account in this environment to it in all other environments too."""
    for user in of(state, app, scope, account_id):
        for each in _scopes(state, app, scope):
            _insert(state, app, each, account_id, user["userId"])


def remove(state: State, app: Row, scope: str, account_id: int, user_id: str, force_checkin: bool) -> None:
    """End a mapping in one environment. ``force_checkin`` checks in the profiles of the user that use the account."""
    row = _find(state, app, scope, account_id, user_id)
    if row is None:
        raise errors.absent(state, "Mapping of user", user_id)
    if row["automatic"]:
        message = f"User '{user_id}' was mapped automatically and cannot be unmapped manually."
        raise errors.Refusal(400, errors.AUTOMATIC, message)
    key = (app["id"], scope, account_id, user_id)
    where = "WHERE app_id = ? AND environment_id = ? AND account_id = ? AND user_id = ?"
    if state.store.one(f"SELECT 1 FROM britive_checkout {where}", *key) and not force_checkin:
        message = f"User '{user_id}' has checked out profiles that use the account."
        raise errors.Refusal(400, errors.GENERIC, message)
    for table in ("checkout", "mapping"):
        state.store.run(f"DELETE FROM britive_{table} {where}", *key)


def put(state: State, app: Row, scope: str, account_id: int, user_id: str, automatic: bool) -> None:
    """Store a mapping without any check."""
    state.store.run(
        "INSERT OR REPLACE INTO britive_mapping VALUES (?, ?, ?, ?, ?)",
        app["id"],
        scope,
        account_id,
        user_id,
        automatic,
    )


def check_out(state: State, app: Row, scope: str, account_id: int, user_id: str) -> None:
    """Store that a user has checked out a profile that uses the account."""
    state.store.run(
        "INSERT OR REPLACE INTO britive_checkout VALUES (?, ?, ?, ?)", app["id"], scope, account_id, user_id
    )


def _rows(state: State, app: Row, scope: str, account_id: int | None = None) -> list[Row]:
    # If there is an automatic mapping and one of this environment, the automatic one counts.
    return state.store.all(
        "SELECT account_id, user_id, MAX(automatic) AS automatic, data"
        " FROM britive_mapping JOIN britive_user ON britive_user.id = user_id"
        " WHERE app_id = ? AND environment_id IN (?, ?) AND account_id = coalesce(?, account_id)"
        " GROUP BY account_id, user_id ORDER BY account_id, user_id",
        app["id"],
        scope,
        EVERYWHERE,
        account_id,
    )


def _find(state: State, app: Row, scope: str, account_id: int, user_id: str) -> Row | None:
    rows = _rows(state, app, scope, account_id)
    return next((row for row in rows if row["user_id"] == user_id), None)


def _scopes(state: State, app: Row, scope: str) -> list[str]:
    return list(dict.fromkeys([scope, *(environment["id"] for environment in environments.every(state, app))]))


def _insert(state: State, app: Row, scope: str, account_id: int, user_id: str) -> bool:
    if _find(state, app, scope, account_id, user_id) is not None:
        return False
    put(state, app, scope, account_id, user_id, automatic=False)
    return True


def _check_user(state: State, user_id: str) -> None:
    user = users.find(state, user_id)
    if user is None:
        raise errors.Refusal(400, errors.ABSENT, f"User '{user_id}' does not exist.")
    if user["status"] != "active":
        raise errors.Refusal(400, errors.INACTIVE_USER, f"User '{user_id}' is inactive.")


def _refuse_second(state: State, account_id: int, user_id: str) -> None:
    if not state.switches.britive_remap:
        message = f"User '{user_id}' is already mapped to account '{account_id}'."
        raise errors.Refusal(400, errors.MAPPED, message)
