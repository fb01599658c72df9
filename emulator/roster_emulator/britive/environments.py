"""Holds the state and rules of environments."""

from __future__ import annotations

from typing import Any

from roster_emulator.britive import applications, errors
from roster_emulator.britive.catalog import TYPES
from roster_emulator.state import State
from roster_emulator.store import Row


def every(state: State, app: Row) -> list[Row]:
    """Return all environments of an application, the oldest first."""
    return state.store.all("SELECT * FROM britive_environment WHERE app_id = ? ORDER BY number", app["id"])


def within(state: State, app: Row, group_id: str) -> list[Row]:
    """Return the environments directly in a group."""
    return state.store.all(
        "SELECT * FROM britive_environment WHERE app_id = ? AND parent_group_id = ? ORDER BY number",
        app["id"],
        group_id,
    )


def find(state: State, app: Row, environment_id: str) -> Row | None:
    """Return an environment, or ``None``."""
    return state.store.one("SELECT * FROM britive_environment WHERE app_id = ? AND id = ?", app["id"], environment_id)


def require(state: State, app: Row, environment_id: str) -> Row:
    """Return the environment of a path. Raise if it does not exist."""
    environment = find(state, app, environment_id)
    if environment is None:
        raise errors.absent(state, "Environment", environment_id)
    return environment


def create(state: State, app: Row, name: str, description: str | None, parent_group_id: str) -> Row:
    """Create an environment in a group."""
    applications.require_manual(app)
    if not _is_group(state, app, parent_group_id):
        raise errors.unknown_parent(state, parent_group_id)
    refuse_duplicate(state, app, name, parent_group_id)
    return add(state, app, applications.new_id(), name, description, parent_group_id)


def add(
    state: State,
    app: Row,
    environment_id: str,
    name: str,
    description: str | None,
    parent_group_id: str,
    kind: str = "environment",
) -> Row:
    """Store an environment without any check."""
    state.store.run(
        "INSERT INTO britive_environment (app_id, id, name, description, parent_group_id, type)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        app["id"],
        environment_id,
        name,
        description,
        parent_group_id,
        kind,
    )
    return require(state, app, environment_id)


def rename(state: State, app: Row, environment: Row, name: str, description: str | None) -> None:
    """Change name and description."""
    if name != environment["name"]:
        refuse_duplicate(state, app, name, environment["parent_group_id"])
    state.store.run(
        "UPDATE britive_environment SET name = ?, description = ? WHERE number = ?",
        name,
        description,
        environment["number"],
    )


def delete(state: State, app: Row, environment: Row) -> None:
    """Delete an environment with its mappings."""
    applications.require_manual(app)
    for table in ("mapping", "checkout", "scan"):
        state.store.run(
            f"DELETE FROM britive_{table} WHERE app_id = ? AND environment_id = ?", app["id"], environment["id"]
        )
    state.store.run("DELETE FROM britive_environment WHERE number = ?", environment["number"])


def refuse_duplicate(state: State, app: Row, name: str, parent_group_id: str) -> None:
    """Refuse (409) a second environment of the same name in one group, if the switch wants names unique."""
    if state.switches.britive_unique_names and any(
        other["name"] == name for other in within(state, app, parent_group_id)
    ):
        raise errors.duplicate("Environment", name)


def scope(state: State, app: Row, scope_id: str) -> str:
    """Return the environment id, or group id, under which accounts are listed.

    In an application that scans its environments, the path may name a group instead of an environment. The vendor's
    client names the root group.
    """
    if not TYPES[app["type"]].manual and _is_group(state, app, scope_id):
        return scope_id
    environment_id: str = require(state, app, scope_id)["id"]
    return environment_id


def listed(app: Row, environment: Row) -> dict[str, Any]:
    """Return an environment as ``GET .../environments`` shows it, with field names of its own."""
    return {
        "appContainerId": app["id"],
        "environmentId": environment["id"],
        "environmentName": environment["name"],
    }


def shown(environment: Row) -> dict[str, Any]:
    """Return an environment as the reply to its creation shows it."""
    return {
        "id": environment["id"],
        "name": environment["name"],
        "description": environment["description"],
        "parentGroupId": environment["parent_group_id"],
        "type": environment["type"],
        "internalParentId": "",
        "status": "active",
    }


def _is_group(state: State, app: Row, group_id: str) -> bool:
    # environment_groups.py imports this module, so this module cannot import it.
    return bool(
        state.store.one("SELECT id FROM britive_environment_group WHERE app_id = ? AND id = ?", app["id"], group_id)
    )
