"""State of the tenant's users, as far as mapping needs them."""

from __future__ import annotations

import json
from typing import Any

from roster_emulator.britive.models import User
from roster_emulator.state import State

COLUMNS = User.columns()


def every(state: State) -> list[dict[str, Any]]:
    """All users, by id."""
    return [json.loads(row["data"]) for row in state.store.all("SELECT data FROM britive_user ORDER BY id")]


def find(state: State, user_id: str) -> dict[str, Any] | None:
    """A user, or ``None``."""
    data = state.store.value("SELECT data FROM britive_user WHERE id = ?", user_id)
    return None if data is None else dict(json.loads(data))


def put(state: State, user: User) -> None:
    """Adds a user or changes the one with the same id."""
    state.store.run(
        "INSERT INTO britive_user VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
        user.user_id,
        user.model_dump_json(by_alias=True),
    )
