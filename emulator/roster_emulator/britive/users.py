"""Holds the users of the tenant, as far as mappings need them."""

from __future__ import annotations

import json
from typing import Any

from roster_emulator.britive import errors
from roster_emulator.britive.models import User
from roster_emulator.state import State

COLUMNS = User.columns()


def every(state: State) -> list[dict[str, Any]]:
    """Return all users, by id."""
    return [json.loads(row["data"]) for row in state.store.all("SELECT data FROM britive_user ORDER BY id")]


def find(state: State, user_id: str) -> dict[str, Any] | None:
    """Return a user, or ``None``."""
    data = state.store.value("SELECT data FROM britive_user WHERE id = ?", user_id)
    return None if data is None else dict(json.loads(data))


def require(state: State, user_id: str) -> dict[str, Any]:
    """Return a user by its id. Raise a ``Problem`` (404) if there is none."""
    user = find(state, user_id)
    if user is None:
        raise errors.absent(state, "User", user_id)
    return user


def search(state: State, text: str) -> list[dict[str, Any]]:
    """Return the users that have ``text``, in any case, in one of their names."""
    wanted = text.lower()
    fields = ("userId", "username", "email", "firstName", "lastName", "name")
    return [user for user in every(state) if any(wanted in user[field].lower() for field in fields)]


def put(state: State, user: User) -> None:
    """Add a user, or replace the one with the same id."""
    state.store.run(
        "INSERT INTO britive_user VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
        user.user_id,
        user.model_dump_json(by_alias=True),
    )
