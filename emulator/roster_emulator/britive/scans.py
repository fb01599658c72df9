"""Holds the state and rules of scans.

A scan takes ``britive_scan_seconds`` by the emulator's clock, which a test may put ahead.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from roster_emulator.britive import applications, environments, errors
from roster_emulator.britive.catalog import TYPES
from roster_emulator.state import State
from roster_emulator.store import Row


def start(state: State, app: Row, environment_id: str = "") -> Row:
    """Start a scan of an environment or, if the type of the application scans its environments, of the application."""
    if TYPES[app["type"]].manual != bool(environment_id):
        scope = "environments" if environment_id else "the application"
        raise errors.unsupported(f"Applications of type '{app['type']}' do not support a scan of {scope}.")
    if environment_id:
        environments.require(state, app, environment_id)
    task_id, now = applications.new_id(), state.now()
    state.store.run(
        "INSERT INTO britive_scan (id, app_id, environment_id, started, ends) VALUES (?, ?, ?, ?, ?)",
        task_id,
        app["id"],
        environment_id,
        now,
        now + state.switches.britive_scan_seconds,
    )
    return require(state, task_id)


def require(state: State, task_id: str) -> Row:
    """Return a scan by its task."""
    scan = state.store.one("SELECT * FROM britive_scan WHERE id = ?", task_id)
    if scan is None:
        raise errors.absent(state, "Task", task_id)
    return scan


def history(state: State, app: Row) -> list[dict[str, Any]]:
    """Return all scans of an application, the newest first."""
    scans = state.store.all("SELECT * FROM britive_scan WHERE app_id = ? ORDER BY number DESC", app["id"])
    names = {environment["id"]: environment["name"] for environment in environments.every(state, app)}
    return [{**shown(state, scan), "name": names.get(scan["environment_id"], app["name"])} for scan in scans]


def done(state: State, app: Row, scope_id: str) -> bool:
    """Return whether accounts of an environment show. Always, unless the switch asks for a finished scan first."""
    if not state.switches.britive_scan_first:
        return True
    return bool(
        state.store.one(
            "SELECT id FROM britive_scan WHERE app_id = ? AND environment_id IN (?, '') AND ends <= ?",
            app["id"],
            scope_id,
            state.now(),
        )
    )


def shown(state: State, scan: Row) -> dict[str, Any]:
    """Return a scan as the status of its task shows it."""
    finished = scan["ends"] <= state.now()
    return {
        "taskId": scan["id"],
        "appContainerId": scan["app_id"],
        "environmentId": scan["environment_id"] or None,
        "status": "Success" if finished else "InProgress",
        "startTime": _timestamp(scan["started"]),
        "endTime": _timestamp(scan["ends"]) if finished else None,
    }


COLUMNS = frozenset({"name", "status", "startTime", "endTime"})


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
