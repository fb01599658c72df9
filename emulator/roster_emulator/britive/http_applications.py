"""Translates HTTP of applications and scans."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from roster_emulator.api import Call, Reply, Route
from roster_emulator.britive import applications, environment_groups, environments, errors, paging, scanned, scans
from roster_emulator.britive.catalog import TYPES
from roster_emulator.store import Row

APP = "/api/apps/{app}"
ENVIRONMENT = f"{APP}/environments/{{environment}}"

Name = Annotated[str, Field(pattern=r"\S")]


class NewApplication(BaseModel):
    """The body that creates an application."""

    catalogAppId: int
    catalogAppDisplayName: Name


def application(call: Call) -> Row:
    """Return the application of the path."""
    return applications.require(call.state, call.params["app"])


def environment(call: Call) -> tuple[Row, Row]:
    """Return the application and the environment of the path."""
    app = application(call)
    return app, environments.require(call.state, app, call.params["environment"])


def list_applications(call: Call) -> Reply:
    """``GET /api/apps``."""
    return Reply(200, [applications.shown(app, _root(call, app)) for app in applications.every(call.state)])


def get_application(call: Call) -> Reply:
    """``GET /api/apps/{app}``: an application with its tree, even with ``?view=minimized``."""
    empty = call.state.switches.britive_absent_app == "empty"
    if empty and applications.find(call.state, call.params["app"]) is None:
        return Reply(200)
    app = application(call)
    form = applications.minimized if call.query.get("view") == "minimized" else applications.shown
    return Reply(200, form(app, _root(call, app)))


def create_application(call: Call) -> Reply:
    """``POST /api/apps``: create an application of a type of the catalog."""
    wanted = call.read(NewApplication)
    kind = next((kind for kind in TYPES.values() if kind.number == wanted.catalogAppId), None)
    if kind is None:
        raise errors.invalid(f"Catalog app id '{wanted.catalogAppId}' does not exist.")
    return Reply(201, applications.shown(applications.create(call.state, wanted.catalogAppDisplayName, kind), None))


def delete_application(call: Call) -> Reply:
    """``DELETE /api/apps?appContainerId=``."""
    applications.delete(call.state, applications.require(call.state, call.query.get("appContainerId", "")))
    return Reply(200)


def list_catalog(call: Call) -> Reply:
    """``GET /api/system/apps``: all types of application."""
    return Reply(200, [applications.catalog_entry(kind) for kind in TYPES.values()])


def scan_environment(call: Call) -> Reply:
    """``POST .../environments/{environment}/scans``."""
    app, row = environment(call)
    return Reply(200, scans.shown(call.state, scans.start(call.state, app, row["id"])))


def scan_application(call: Call) -> Reply:
    """``POST /api/apps/{app}/scan``."""
    paging.flag(call.query, "orgScanOnly")
    return Reply(200, scans.shown(call.state, scans.start(call.state, application(call))))


def scan_status(call: Call) -> Reply:
    """``GET /api/apps/tasks/{task}/status``."""
    return Reply(200, scans.shown(call.state, scans.require(call.state, call.params["task"])))


def scan_history(call: Call) -> Reply:
    """``GET /api/apps/{app}/scans/env-status/history``, in pages."""
    rows = scans.history(call.state, application(call))
    return Reply(200, paging.paged(rows, paging.required(call.query, call.shift), scans.COLUMNS))


def scan_changes(call: Call) -> Reply:
    """``GET .../{kind}/memberships-last-scan-delta``: the rows that are not ``Unchanged``."""
    app = application(call)
    scope = environments.scope(call.state, app, call.params["environment"])
    kind = call.params["kind"]
    if kind == "accounts":
        rows = scanned.accounts(call.state, app, scope, members=False)
    elif kind in ("permissions", "groups"):
        rows = scanned.permissions(call.state, app, scope, groups=kind == "groups", members=False)
    else:
        return errors.general(404)
    return Reply(200, [row for row in rows if row["scanStatus"] != "Unchanged"])


def _root(call: Call, app: Row) -> dict[str, Any] | None:
    """Return the tree of an application, ``None`` while it is empty."""
    tree = environment_groups.tree(call.state, app)
    return tree if any(tree.values()) else None


ROUTES = (
    Route("GET", "/api/apps", list_applications),
    Route("POST", "/api/apps", create_application),
    Route("DELETE", "/api/apps", delete_application),
    Route("GET", "/api/system/apps", list_catalog),
    Route("GET", "/api/apps/tasks/{task}/status", scan_status),
    Route("GET", APP, get_application),
    Route("POST", f"{APP}/scan", scan_application),
    Route("GET", f"{APP}/scans/env-status/history", scan_history),
    Route("GET", f"{ENVIRONMENT}/{{kind}}/memberships-last-scan-delta", scan_changes),
    Route("POST", f"{ENVIRONMENT}/scans", scan_environment),
)
