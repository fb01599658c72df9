"""HTTP translation: applications, environment groups, environments, scans."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from roster_emulator.api import Call, Reply, Route
from roster_emulator.britive import (
    applications,
    environments,
    errors,
    groups,
    properties,
    scans,
)
from roster_emulator.store import Row

Name = Annotated[str, Field(pattern=r"\S")]


class NewGroup(BaseModel):
    """Body of the creation of a group. The vendor's Go client leaves ``type`` out."""

    name: Name
    description: str | None = None
    type: Literal["group"] = "group"
    parentId: str | None = None


class GroupChange(BaseModel):
    """Body of the change of a group; what it lacks stays."""

    id: str | None = None
    name: Name | None = None
    description: str | None = None
    parentId: str | None = None


class NewEnvironment(BaseModel):
    """Body of the creation of an environment. The vendor's document calls its ``type`` a group."""

    name: Name
    description: str | None = None
    type: Literal["environment", "group"] = "environment"
    parentGroupId: str | None = None


class PropertyChange(BaseModel):
    """One property. ``value`` is any JSON value."""

    name: str
    value: Any = None


class PropertyChanges(BaseModel):
    """Body of the change of an environment's properties."""

    propertyTypes: list[PropertyChange]


_NEW_GROUP = TypeAdapter(NewGroup)
_GROUP_CHANGE = TypeAdapter(GroupChange)
_NEW_ENVIRONMENT = TypeAdapter(NewEnvironment)
_PROPERTY_CHANGES = TypeAdapter(PropertyChanges)


def application(call: Call) -> Row:
    """The application that the path names."""
    return applications.require(call.state, call.params["app"])


def root(call: Call, app: Row) -> dict[str, Any] | None:
    """The tree of an application, ``None`` while it is empty."""
    tree = groups.tree(call.state, app)
    return tree if any(tree.values()) else None


def get_application(call: Call) -> Reply:
    """One application with its tree, also as ``?view=minimized``."""
    empty = call.state.switches.britive_absent_app == "empty"
    if empty and applications.find(call.state, call.params["app"]) is None:
        return Reply(200)
    app = application(call)
    form = applications.minimized if call.query.get("view") == "minimized" else applications.shown
    return Reply(200, form(app, root(call, app)))


def get_tree(call: Call) -> Reply:
    """The whole tree, or with ``view=summary`` the names of its environments or groups (``type``)."""
    app = application(call)
    if call.query.get("view") != "summary":
        return Reply(200, groups.tree(call.state, app))
    kind = call.query.get("type", "environments")
    if kind not in ("environments", "environmentGroups"):
        raise errors.invalid("Query parameter 'type' must be environments or environmentGroups.")
    rows = (environments if kind == "environments" else groups).every(call.state, app)
    return Reply(200, [{"name": row["name"], "id": row["id"], "type": row["type"]} for row in rows])


def create_group(call: Call) -> Reply:
    """Makes an environment group."""
    app, wanted = application(call), call.read(_NEW_GROUP)
    group = groups.create(call.state, app, wanted.name, wanted.description, wanted.parentId or "")
    return Reply(201, groups.shown(call.state, app, group))


def update_group(call: Call) -> Reply:
    """Changes an environment group."""
    app = application(call)
    group, wanted = groups.require(call.state, app, call.params["group"]), call.read(_GROUP_CHANGE)
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
    """Deletes an environment group."""
    app = application(call)
    groups.delete(call.state, app, groups.require(call.state, app, call.params["group"]))
    return Reply(200)


def list_environments(call: Call) -> Reply:
    """All environments."""
    app = application(call)
    return Reply(200, [environments.listed(app, row) for row in environments.every(call.state, app)])


def create_environment(call: Call) -> Reply:
    """Makes an environment."""
    app, wanted = application(call), call.read(_NEW_ENVIRONMENT)
    made = environments.create(call.state, app, wanted.name, wanted.description, wanted.parentGroupId or "")
    return Reply(201, environments.shown(made))


def get_environment(call: Call) -> Reply:
    """One environment with its properties."""
    app, row = _environment(call)
    return Reply(200, properties.shown(call.state, app, row))


def update_properties(call: Call) -> Reply:
    """Changes properties of an environment."""
    app, row = _environment(call)
    changes = {item.name: item.value for item in call.read(_PROPERTY_CHANGES).propertyTypes}
    properties.write(call.state, app, row, changes)
    return Reply(200, properties.shown(call.state, app, environments.require(call.state, app, row["id"])))


def test_environment(call: Call) -> Reply:
    """Tests the properties of an environment; a failure is no error."""
    return Reply(200, properties.tested(call.state, *_environment(call)))


def delete_environment(call: Call) -> Reply:
    """Deletes an environment."""
    app, row = _environment(call)
    environments.delete(call.state, app, row)
    return Reply(200)


def scan_environment(call: Call) -> Reply:
    """Starts a scan of an environment."""
    app, row = _environment(call)
    return Reply(200, scans.shown(call.state, scans.start(call.state, app, row["id"])))


def scan_status(call: Call) -> Reply:
    """How far a scan is."""
    return Reply(200, scans.shown(call.state, scans.require(call.state, call.params["task"])))


def _environment(call: Call) -> tuple[Row, Row]:
    app = application(call)
    return app, environments.require(call.state, app, call.params["environment"])


APP = "/api/apps/{app}"
TREE = f"{APP}/root-environment-group"
ENVIRONMENT = f"{APP}/environments/{{environment}}"

ROUTES = (
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
)
