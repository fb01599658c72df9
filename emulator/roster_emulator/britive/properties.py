"""Properties of environments. ``displayName`` and ``description`` are the environment's own name and description.

A secret is never kept: it reads back as ``*`` once it has been set.
"""

from __future__ import annotations

import json
from typing import Any

from roster_emulator.britive import applications, environments, errors
from roster_emulator.britive.catalog import BOOLEAN, INTEGER, NAMED, SECRETS, TYPES, Property
from roster_emulator.state import State
from roster_emulator.store import Row

MASK = "*"


def read(state: State, app: Row, environment: Row) -> dict[str, Any]:
    """All properties with their values."""
    rows = state.store.all(
        "SELECT name, value FROM britive_property WHERE app_id = ? AND environment_id = ?",
        app["id"],
        environment["id"],
    )
    values = {item.name: item.default for item in _known(app)}
    values |= {row["name"]: json.loads(row["value"]) for row in rows}
    return {"displayName": environment["name"], "description": environment["description"]} | values


def write(state: State, app: Row, environment: Row, changes: dict[str, Any]) -> None:
    """Sets properties; ``null`` brings the default back. All or none."""
    known = {item.name: item for item in (*NAMED, *_known(app))}
    for name, value in changes.items():
        if name not in known:
            message = f"Property '{name}' does not exist in applications of type '{app['type']}'."
            raise errors.problem(400, errors.UNKNOWN_PROPERTY, message)
        _check(known[name], value)
    environments.rename(
        state,
        app,
        environment,
        changes.pop("displayName", environment["name"]),
        changes.pop("description", environment["description"]),
    )
    for name, value in changes.items():
        key = (app["id"], environment["id"], name)
        state.store.run("DELETE FROM britive_property WHERE app_id = ? AND environment_id = ? AND name = ?", *key)
        if value is not None:
            kept = MASK if known[name].type in SECRETS else value
            state.store.run("INSERT INTO britive_property VALUES (?, ?, ?, ?)", *key, json.dumps(kept))


def tested(state: State, app: Row, environment: Row) -> dict[str, Any]:
    """The test of an environment: it succeeds once the required properties are set."""
    values = read(state, app, environment)
    missing = [item.name for item in (*NAMED, *_known(app)) if item.required and not values[item.name]]
    if missing:
        return {"success": False, "message": f"Missing properties: {', '.join(missing)}"}
    return {"success": True, "message": "Test successful."}


def shown(state: State, app: Row, environment: Row) -> dict[str, Any]:
    """An environment in the likeness of an application, as reading it and changing its properties show it."""
    values = read(state, app, environment)
    entry = applications.catalog_entry(TYPES[app["type"]])
    entry["propertyTypes"] = [
        {"name": item.name, "description": item.description, "type": item.type, "value": values[item.name]}
        for item in (*NAMED, *_known(app))
    ]
    return {
        **environments.listed(app, environment),
        "catalogAppId": entry["catalogAppId"],
        "catalogAppName": entry["name"],
        "catalogAppDisplayName": app["name"],
        "parentGroupId": environment["parent_group_id"],
        "status": "active",
        "catalogApplication": entry,
    }


def _known(app: Row) -> tuple[Property, ...]:
    return TYPES[app["type"]].properties


def _check(item: Property, value: Any) -> None:
    if value is None:
        fits = not item.required
    elif item.type == BOOLEAN:
        fits = isinstance(value, bool)
    elif item.type == INTEGER:
        fits = isinstance(value, int) and not isinstance(value, bool)
    else:
        fits = isinstance(value, str) and bool(value.strip() or not item.required)
    if not fits:
        raise errors.invalid(f"Property '{item.name}' has no valid value of type {item.type}.")
