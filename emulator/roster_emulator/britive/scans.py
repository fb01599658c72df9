"""State and rules of scans.

A scan takes ``britive_scan_seconds`` by the emulator's clock, which a test may put ahead.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from roster_emulator.britive import applications, environments, errors
from roster_emulator.britive.catalog import TYPES
from roster_emulator.store import Row
from roster_emulator.world import World


def start(world: World, app: Row, environment_id: str = "") -> Row:
    """Starts a scan of an environment or, where the type scans its environments itself, of the application."""
    if TYPES[app["type"]].manual != bool(environment_id):
        what = "environments" if environment_id else "the application"
        raise errors.unsupported(f"Applications of type '{app['type']}' do not support a scan of {what}.")
    if environment_id:
        environments.require(world, app, environment_id)
    task_id, now = applications.new_id(), world.now()
    world.store.run(
        "INSERT INTO britive_scan (id, app_id, environment_id, started, ends) VALUES (?, ?, ?, ?, ?)",
        task_id,
        app["id"],
        environment_id,
        now,
        now + world.switches.britive_scan_seconds,
    )
    return require(world, task_id)


def require(world: World, task_id: str) -> Row:
    """A scan by its task."""
    scan = world.store.one("SELECT * FROM britive_scan WHERE id = ?", task_id)
    if scan is None:
        raise errors.absent(world, "Task", task_id)
    return scan


def history(world: World, app: Row) -> list[dict[str, Any]]:
    """All scans of an application, the newest first."""
    scans = world.store.all("SELECT * FROM britive_scan WHERE app_id = ? ORDER BY number DESC", app["id"])
    names = {environment["id"]: environment["name"] for environment in environments.every(world, app)}
    return [{**shown(world, scan), "name": names.get(scan["environment_id"], app["name"])} for scan in scans]


def done(world: World, app: Row, scope_id: str) -> bool:
    """Whether the accounts of an environment are known: always, unless the switch asks for a finished scan first."""
    if not world.switches.britive_scan_first:
        return True
    return bool(
        world.store.one(
            "SELECT id FROM britive_scan WHERE app_id = ? AND environment_id IN (?, '') AND ends <= ?",
            app["id"],
            scope_id,
            world.now(),
        )
    )


def shown(world: World, scan: Row) -> dict[str, Any]:
    """A scan as the task's status shows it."""
    finished = scan["ends"] <= world.now()
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
