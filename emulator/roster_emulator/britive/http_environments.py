"""Translates HTTP of environment groups and environments."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from roster_emulator.api import Call, Reply, Route
from roster_emulator.britive import environment_groups, environments, errors, properties
from roster_emulator.britive.http_applications import APP, ENVIRONMENT, Name, application, environment


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


def get_tree(call: Call) -> Reply:
    """``GET .../root-environment-group``: the tree; ``view=summary`` has names only (``type``)."""
    app = application(call)
    if call.query.get("view") != "summary":
        return Reply(200, environment_groups.tree(call.state, app))
    kind = call.query.get("type", "environments")
    if kind not in ("environments", "environmentGroups"):
        raise errors.invalid("Query parameter 'type' must be environments or environmentGroups.")
    rows = (environments if kind == "environments" else environment_groups).every(call.state, app)
    return Reply(200, [{"name": row["name"], "id": row["id"], "type": row["type"]} for row in rows])


def create_group(call: Call) -> Reply:
    """``POST .../root-environment-group/groups``."""
    app, wanted = application(call), call.read(NewGroup)
    group = environment_groups.create(call.state, app, wanted.name, wanted.description, wanted.parentId or "")
    return Reply(201, environment_groups.shown(call.state, app, group))


def update_group(call: Call) -> Reply:
    """``PATCH .../root-environment-group/groups/{group}``."""
    app = application(call)
    group, wanted = environment_groups.require(call.state, app, call.params["group"]), call.read(GroupChange)
    if wanted.id not in (None, group["id"]):
        raise errors.invalid("The id in the body differs from the id in the path.")
    changed = environment_groups.update(
        call.state,
        app,
        group,
        wanted.name or group["name"],
        wanted.description if "description" in wanted.model_fields_set else group["description"],
        group["parent_id"] if wanted.parentId is None else wanted.parentId,
    )
    return Reply(200, environment_groups.shown(call.state, app, changed))


def delete_group(call: Call) -> Reply:
    """``DELETE .../environment-groups/{group}``."""
    app = application(call)
    environment_groups.delete(call.state, app, environment_groups.require(call.state, app, call.params["group"]))
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
    app, row = environment(call)
    return Reply(200, properties.shown(call.state, app, row))


def update_properties(call: Call) -> Reply:
    """``PATCH .../environments/{environment}/properties``."""
    app, row = environment(call)
    changes = {item.name: item.value for item in call.read(PropertyChanges).propertyTypes}
    properties.write(call.state, app, row, changes)
    return Reply(200, properties.shown(call.state, app, environments.require(call.state, app, row["id"])))


def test_environment(call: Call) -> Reply:
    """``POST .../environments/{environment}/tests``: 200 even if the test fails."""
    return Reply(200, properties.tested(call.state, *environment(call)))


def delete_environment(call: Call) -> Reply:
    """``DELETE .../environments/{environment}``."""
    app, row = environment(call)
    environments.delete(call.state, app, row)
    return Reply(200)


TREE = f"{APP}/root-environment-group"

ROUTES = (
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
)
