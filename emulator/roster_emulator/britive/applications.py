"""Holds the state and rules of applications."""

from __future__ import annotations

import secrets
import string
from typing import Any

from roster_emulator.britive import errors
from roster_emulator.britive.catalog import STRING, TYPES, ApplicationType
from roster_emulator.state import State
from roster_emulator.store import Row

_ALPHABET = string.ascii_lowercase + string.digits


def new_id(length: int = 16) -> str:
    """Return a new id in the form of the service."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def every(state: State) -> list[Row]:
    """Return all applications, the oldest first."""
    return state.store.all("SELECT * FROM britive_application ORDER BY number")


def find(state: State, app_id: str) -> Row | None:
    """Return an application, or ``None``."""
    return state.store.one("SELECT * FROM britive_application WHERE id = ?", app_id)


def require(state: State, app_id: str) -> Row:
    """Return an application. An unknown one is a bad request (400), not a 404."""
    app = find(state, app_id)
    if app is None:
        raise errors.Refusal(400, errors.UNKNOWN_APPLICATION, f"App id '{app_id}' does not exist.")
    return app


def create(state: State, name: str, kind: ApplicationType) -> Row:
    """Create an application without a root group. Names are unique."""
    if state.store.one("SELECT id FROM britive_application WHERE name = ?", name):
        raise errors.duplicate("Application", name)
    return add(state, new_id(20), name, kind)


def add(state: State, app_id: str, name: str, kind: ApplicationType) -> Row:
    """Store an application without any check."""
    state.store.run("INSERT INTO britive_application (id, name, type) VALUES (?, ?, ?)", app_id, name, kind.name)
    return require(state, app_id)


def delete(state: State, app: Row) -> None:
    """Delete an application with its content."""
    state.store.run("DELETE FROM britive_application WHERE id = ?", app["id"])


def require_manual(app: Row) -> None:
    """Refuse a change of environments in an application that scans them."""
    if not TYPES[app["type"]].manual:
        raise errors.unsupported(f"Applications of type '{app['type']}' do not support manual environments.")


def catalog_entry(kind: ApplicationType) -> dict[str, Any]:
    """Return a type of application as the catalog shows it."""
    return {
        "catalogAppId": kind.number,
        "name": kind.name,
        "key": kind.key,
        "version": "1.0",
        "supportsEnvironmentScanning": not kind.manual,
        "requiresHierarchicalModel": True,
        "propertyTypes": [{"name": "displayName", "type": STRING, "value": None}],
    }


def minimized(app: Row, root: dict[str, Any] | None) -> dict[str, Any]:
    """Return an application as ``?view=minimized`` shows it."""
    kind = TYPES[app["type"]]
    return {
        "appContainerId": app["id"],
        "catalogAppId": kind.number,
        "catalogAppName": kind.name,
        "catalogAppDisplayName": app["name"],
        "status": "active",
        "rootEnvironmentGroup": root,
    }


def shown(app: Row, root: dict[str, Any] | None) -> dict[str, Any]:
    """Return an application as the API shows it."""
    entry = catalog_entry(TYPES[app["type"]])
    entry["propertyTypes"] = [{"name": "displayName", "type": STRING, "value": app["name"]}]
    return {**minimized(app, root), "userAccountMappings": [], "catalogApplication": entry}
