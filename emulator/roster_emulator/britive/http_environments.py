"""Translates HTTP of applications, environment groups, environments and scans."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from roster_emulator.api import Call, Reply, Route
from roster_emulator.britive import (
    applications,
    environments,
    errors,
    groups,
    paging,
    properties,
    scanned,
    scans,
)
from roster_emulator.britive.catalog import TYPES
from roster_emulator.store import Row

Name = Annotated[str, Field(pattern=r"\S")]


class NewApplication(BaseModel):
    """The body that creates an application."""

    catalogAppId: int
    catalogAppDisplayName: Name


class NewGroup(BaseModel):
    """The body that creates a group. The vendor's Go client leaves ``type`` out."""

    name: Name
    description: str | None = None
    type: Literal["group"] = "group"
    parentId: str | None = None


class GroupChange(BaseModel):
    """The body that changes a group. Fields that it lacks stay."""

    id: str | None = None
    name: Name | None = None
    description: str | None = None
    parentId: str | None = None


class NewEnvironment(BaseModel):
    """The body that creates an environment. The vendor's document gives ``group`` as its ``type``."""

    name: Name
    description: str | None = None
    type: Literal["environment", "group"] = "environment"
    parentGroupId: str | None = None


class PropertyChange(BaseModel):
    """A property to set. ``value`` is any JSON value."""

    name: str
    value: Any = None


class PropertyChanges(BaseModel):
    """The body that changes properties of an environment."""

    propertyTypes: list[PropertyChange]


def application(call: Call) -> Row:
    """Return the application of the path."""
    return applications.require(call.state, call.params["app"])


def root(call: Call, app: Row) -> dict[str, Any] | None:
    """Return the tree of an application, ``None`` while it is empty."""
    tree = groups.tree(call.state, app)
    return tree if any(tree.values()) else None


def list_applications(call: Call) -> Reply:
    """``GET /api/apps``."""
    return Reply(200, [applications.shown(app, root(call, app)) for app in applications.every(call.state)])


def get_application(call: Call) -> Reply:
    """``GET /api/apps/{app}``: an application with its tree, also with ``?view=minimized``."""
    empty = call.state.switches.britive_absent_app == "empty"
    if empty and applications.find(call.state, call.params["app"]) is None:
        return Reply(200)
    app = application(call)
    form = applications.minimized if call.query.get("view") == "minimized" else applications.shown
    return Reply(200, form(app, root(call, app)))


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


def get_tree(call: Call) -> Reply:
    """``GET .../root-environment-group``: the tree; ``view=summary`` has names only (``type``)."""
    app = application(call)
    if call.query.get("view") != "summary":
        return Reply(200, groups.tree(call.state, app))
    kind = call.query.get("type", "environments")
    if kind not in ("environments", "environmentGroups"):
        raise errors.invalid("Query parameter 'type' must be environments or environmentGroups.")
    rows = (environments if kind == "environments" else groups).every(call.state, app)
    return Reply(200, [{"name": row["name"], "id": row["id"], "type": row["type"]} for row in rows])


def create_group(call: Call) -> Reply:
    """``POST .../root-environment-group/groups``."""
    app, wanted = application(call), call.read(NewGroup)
    group = groups.create(call.state, app, wanted.name, wanted.description, wanted.parentId or "")
    return Reply(201, groups.shown(call.state, app, group))


def update_group(call: Call) -> Reply:
    """``PATCH .../root-environment-group/groups/{group}``."""
    app = application(call)
    group, wanted = groups.require(call.state, app, call.params["group"]), call.read(GroupChange)
    if wanted.id not in (None, group["id"]):
        raise errors.invalid("The id in the body is another one than in the path.")
    changed = groups.update(
        call.state,
        app,
        group,
        wanted.name or group["name"],
        wanted.description if "description" in wanted.model_fields_set else group["description"],
        group["parent_id"] if wanted.parentId is None else wanted.parentId,
    )
    return Reply(200, groups.shown(call.state, app, changed))


def delete_group(call: Call) -> Reply:
    """``DELETE .../environment-groups/{group}``."""
    app = application(call)
    groups.delete(call.state, app, groups.require(call.state, app, call.params["group"]))
    return Reply(200)


def list_environments(call: Call) -> Reply:
    """``GET .../environments``."""
    app = application(call)
    return Reply(200, [environments.listed(app, row) for row in environments.every(call.state, app)])


def create_environment(call: Call) -> Reply:
    """``POST .../root-environment-group/environments``."""
    app, wanted = application(call), call.read(NewEnvironment)
    made = environments.create(call.state, app, wanted.name, wanted.description, wanted.parentGroupId or "")
    return Reply(201, environments.shown(made))


def get_environment(call: Call) -> Reply:
    """``GET .../environments/{environment}``: an environment with its properties."""
    app, row = _environment(call)
    return Reply(200, properties.shown(call.state, app, row))


def update_properties(call: Call) -> Reply:
    """``PATCH .../environments/{environment}/properties``."""
    app, row = _environment(call)
    changes = {item.name: item.value for item in call.read(PropertyChanges).propertyTypes}
    properties.write(call.state, app, row, changes)
    return Reply(200, properties.shown(call.state, app, environments.require(call.state, app, row["id"])))


def test_environment(call: Call) -> Reply:
    """``POST .../environments/{environment}/tests``: 200 also if the test fails."""
    return Reply(200, properties.tested(call.state, *_environment(call)))


def delete_environment(call: Call) -> Reply:
    """``DELETE .../environments/{environment}``."""
    app, row = _environment(call)
    environments.delete(call.state, app, row)
    return Reply(200)


def scan_environment(call: Call) -> Reply:
    """``POST .../environments/{environment}/scans``."""
    app, row = _environment(call)
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


def _environment(call: Call) -> tuple[Row, Row]:
    app = application(call)
    return app, environments.require(call.state, app, call.params["environment"])


APP = "/api/apps/{app}"
TREE = f"{APP}/root-environment-group"
ENVIRONMENT = f"{APP}/environments/{{environment}}"

ROUTES = (
    Route("GET", "/api/apps", list_applications),
    Route("POST", "/api/apps", create_application),
    Route("DELETE", "/api/apps", delete_application),
    Route("GET", "/api/system/apps", list_catalog),
    Route("GET", "/api/apps/tasks/{task}/status", scan_status),
    Route("GET", APP, get_application),
    Route("GET", TREE, get_tree),
    Route("POST", f"{TREE}/groups", create_group),
    Route("PATCH", f"{TREE}/groups/{{group}}", update_group),
    Route("DELETE", f"{APP}/environment-groups/{{group}}", delete_group),
    Route("POST", f"{TREE}/environments", create_environment),
    Route("GET", f"{APP}/environments", list_environments),
    Route("GET", ENVIRONMENT, get_environment),
    Route("DELETE", ENVIRONMENT, delete_environment),
    Route("PATCH", f"{ENVIRONMENT}/properties", update_properties),
    Route("POST", f"{ENVIRONMENT}/tests", test_environment),
    Route("POST", f"{ENVIRONMENT}/scans", scan_environment),
    Route("POST", f"{APP}/scan", scan_application),
    Route("GET", f"{APP}/scans/env-status/history", scan_history),
    Route("GET", f"{ENVIRONMENT}/{{kind}}/memberships-last-scan-delta", scan_changes),
)
