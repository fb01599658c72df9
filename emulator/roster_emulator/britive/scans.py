"""State and rules of scans.

A scan takes ``britive_scan_seconds`` by the emulator's clock, which a test may put ahead.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from roster_emulator.britive import applications, environments, errors
from roster_emulator.britive.catalog import TYPES
from roster_emulator.state import State
from roster_emulator.store import Row


def start(state: State, app: Row, environment_id: str) -> Row:
    """Start a scan of an environment."""
    if not TYPES[app["type"]].manual:
        raise errors.unsupported(f"Applications of type '{app['type']}' do not support a scan of environments.")
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
    """A scan by its task."""
    scan = state.store.one("SELECT * FROM britive_scan WHERE id = ?", task_id)
    if scan is None:
        raise errors.absent(state, "Task", task_id)
    return scan


def done(state: State, app: Row, scope_id: str) -> bool:
    """Whether the accounts of an environment are known: always, unless the switch asks for a finished scan first."""
    if not state.switches.britive_scan_first:
        return True
    return bool(
        state.store.one(
            "SELECT id FROM britive_scan WHERE app_id = ? AND environment_id = ? AND ends <= ?",
            app["id"],
            scope_id,
            state.now(),
        )
    )


def shown(state: State, scan: Row) -> dict[str, Any]:
    """A scan as the task's status shows it."""
    finished = scan["ends"] <= state.now()
    return {
        "taskId": scan["id"],
        "appContainerId": scan["app_id"],
        "environmentId": scan["environment_id"],
        "status": "Success" if finished else "InProgress",
        "startTime": _timestamp(scan["started"]),
        "endTime": _timestamp(scan["ends"]) if finished else None,
    }


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
