"""Holds the state and rules of environment groups. A root group has no parent, and there may be several."""

from __future__ import annotations

from typing import Any

from roster_emulator.britive import applications, environments, errors
from roster_emulator.state import State
from roster_emulator.store import Row

ROOT = "root"


def every(state: State, app: Row) -> list[Row]:
    """Return all groups of an application, the oldest first."""
    return state.store.all("SELECT * FROM britive_environment_group WHERE app_id = ? ORDER BY number", app["id"])


def find(state: State, app: Row, group_id: str) -> Row | None:
    """Return a group, or ``None``."""
    return state.store.one("SELECT * FROM britive_environment_group WHERE app_id = ? AND id = ?", app["id"], group_id)


def require(state: State, app: Row, group_id: str) -> Row:
    """Return the group of a path. Raise if it does not exist."""
    group = find(state, app, group_id)
    if group is None:
        raise errors.absent(state, "Environment group", group_id)
    return group


def create(state: State, app: Row, name: str, description: str | None, parent_id: str) -> Row:
    """Create a group. Without a parent and named ``root``, in any case, it is a root group."""
    applications.require_manual(app)
    if not parent_id and name.lower() == ROOT:
        if not state.switches.britive_root_twice and any(is_root(group) for group in every(state, app)):
            raise errors.duplicate("Environment group", name)
    else:
        if find(state, app, parent_id) is None:
            raise errors.unknown_parent(state, parent_id)
        _describe(state, description)
        _refuse_duplicate(state, app, name, parent_id)
    return add(state, app, applications.new_id(), name, description, parent_id)


def add(
    state: State,
    app: Row,
    group_id: str,
    name: str,
    description: str | None,
    parent_id: str,
    kind: str = "group",
    native_id: str | None = None,
) -> Row:
    """Store a group without any check."""
    state.store.run(
        "INSERT INTO britive_environment_group (app_id, id, name, description, parent_id, type, native_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        app["id"],
        group_id,
        name,
        description,
        parent_id,
        kind,
        native_id,
    )
    return require(state, app, group_id)


def update(state: State, app: Row, group: Row, name: str, description: str | None, parent_id: str) -> Row:
    """Change name, description and, if the switch allows a move, the parent."""
    applications.require_manual(app)
    if is_root(group) and name != group["name"]:
        raise errors.invalid("The root environment group cannot be renamed.")
    if parent_id != group["parent_id"]:
        _check_move(state, app, group, parent_id)
    if not is_root(group):
        _describe(state, description)
    if (name, parent_id) != (group["name"], group["parent_id"]):
        _refuse_duplicate(state, app, name, parent_id)
    state.store.run(
        "UPDATE britive_environment_group SET name = ?, description = ?, parent_id = ? WHERE number = ?",
        name,
        description,
        parent_id,
        group["number"],
    )
    return require(state, app, group["id"])


def delete(state: State, app: Row, group: Row) -> None:
    """Delete a group. The last root group stays, and a switch decides about a group that is not empty."""
    applications.require_manual(app)
    if is_root(group) and sum(is_root(other) for other in every(state, app)) == 1:
        raise errors.invalid("The root environment group cannot be deleted.")
    groups, inside = children(state, app, group), environments.within(state, app, group["id"])
    if (groups or inside) and state.switches.britive_nonempty_group != "cascade":
        conflict = state.switches.britive_nonempty_group == "conflict"
        message = f"Environment group '{group['name']}' is not empty."
        raise errors.Refusal(409 if conflict else 400, errors.VALIDATION, message)
    for child in groups:
        delete(state, app, child)
    for environment in inside:
        environments.delete(state, app, environment)
    state.store.run("DELETE FROM britive_environment_group WHERE number = ?", group["number"])


def is_root(group: Row) -> bool:
    """Return whether a group has no parent."""
    return not group["parent_id"]


def children(state: State, app: Row, group: Row) -> list[Row]:
    """Return the groups directly in a group."""
    return state.store.all(
        "SELECT * FROM britive_environment_group WHERE app_id = ? AND parent_id = ? ORDER BY number",
        app["id"],
        group["id"],
    )


def tree(state: State, app: Row) -> dict[str, Any]:
    """Return all groups and environments as two flat lists."""
    return {
        "environmentGroups": [entry(group) for group in every(state, app)],
        "environments": [environments.shown(item) for item in environments.every(state, app)],
    }


def entry(group: Row) -> dict[str, Any]:
    """Return a group as the flat list of an application shows it."""
    return {
        "id": group["id"],
        "name": group["name"],
        "description": group["description"],
        "parentId": group["parent_id"],
        "internalParentId": "",
        "type": group["type"],
    }


def shown(state: State, app: Row, group: Row) -> dict[str, Any]:
    """Return a group as the reply to its creation shows it."""
    return {
        "name": group["name"],
        "description": group["description"],
        "id": group["id"],
        "parentId": group["parent_id"],
        "nativeId": group["native_id"],
        "nativeParentId": group["native_parent_id"],
        "childGroupIds": [child["id"] for child in children(state, app, group)],
        "childEnvironmentIds": [child["id"] for child in environments.within(state, app, group["id"])],
        "type": group["type"],
        "internalParentId": "",
    }


def _describe(state: State, description: str | None) -> None:
    if state.switches.britive_description_required and not description:
        raise errors.invalid("Description must not be empty.")


def _refuse_duplicate(state: State, app: Row, name: str, parent_id: str) -> None:
    if state.switches.britive_unique_names and any(
        (other["name"], other["parent_id"]) == (name, parent_id) for other in every(state, app)
    ):
        raise errors.duplicate("Environment group", name)


def _check_move(state: State, app: Row, group: Row, parent_id: str) -> None:
    if not state.switches.britive_move or is_root(group):
        raise errors.invalid("The parent of an environment group cannot be changed.")
    above = find(state, app, parent_id)
    if above is None:
        raise errors.unknown_parent(state, parent_id)
    while above is not None:
        if above["id"] == group["id"]:
            raise errors.invalid("An environment group cannot be moved into itself.")
        above = find(state, app, above["parent_id"])
