"""State and rules of applications."""

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
    """An id as the service makes them."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def find(state: State, app_id: str) -> Row | None:
    """An application, or ``None``."""
    return state.store.one("SELECT * FROM britive_application WHERE id = ?", app_id)


def require(state: State, app_id: str) -> Row:
    """An application; an unknown one is a bad request (400), not a 404."""
    app = find(state, app_id)
    if app is None:
        raise errors.problem(400, errors.UNKNOWN_APPLICATION, f"App id '{app_id}' does not exist.")
    return app


def add(state: State, app_id: str, name: str, kind: ApplicationType) -> Row:
    """Puts an application in place, without any rule."""
    state.store.run("INSERT INTO britive_application (id, name, type) VALUES (?, ?, ?)", app_id, name, kind.name)
    return require(state, app_id)


def manual(app: Row) -> None:
    """Refuses to make, change or delete by hand what a scan of the application finds."""
    if not TYPES[app["type"]].manual:
        raise errors.unsupported(f"Applications of type '{app['type']}' do not support manual environments.")


def catalog_entry(kind: ApplicationType) -> dict[str, Any]:
    """A type of application as the catalogue shows it."""
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
    """An application with ``?view=minimized``."""
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
    """An application in full."""
    entry = catalog_entry(TYPES[app["type"]])
    entry["propertyTypes"] = [{"name": "displayName", "type": STRING, "value": app["name"]}]
    return {**minimized(app, root), "userAccountMappings": [], "catalogApplication": entry}
