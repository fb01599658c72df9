"""Calls Britive directly, for what a test changes or reads outside the provider."""

from __future__ import annotations

from typing import Any

import httpx

from roster_emulator import Running
from testkit.no_tls import NO_TLS

APP = "app-demo"


def britive(world: Running, method: str, path: str, json: Any = None) -> Any:
    """Sends one request below ``/api/apps/`` with the development token. Returns the body."""
    headers = {"Authorization": "TOKEN roster-dev"}
    url = f"{world.url}/api/apps/{path}"
    reply = httpx.request(method, url, json=json, headers=headers, trust_env=False, verify=NO_TLS)
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.content else None


def britive_tree(world: Running, app: str = APP) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Returns the groups and the environments of an application."""
    tree = britive(world, "GET", app)["rootEnvironmentGroup"] or {}
    return tree.get("environmentGroups", []), tree.get("environments", [])


def britive_names(world: Running, app: str = APP) -> list[str]:
    """Returns the sorted names of all groups and environments, without the root group."""
    groups, environments = britive_tree(world, app)
    return sorted(row["name"] for row in [*groups, *environments] if row.get("parentId") != "")


def britive_root(world: Running, app: str = APP) -> str:
    """Returns the id of the root group, and creates the group if it is missing."""
    groups, _ = britive_tree(world, app)
    found = [row["id"] for row in groups if not row["parentId"]]
    return str(found[0]) if found else britive_group(world, "", "root", app)


def britive_group(world: Running, parent: str, name: str, app: str = APP, **more: Any) -> str:
    """Creates an environment group and returns its id."""
    body = {"name": name, "description": "", "parentId": parent, **more}
    return str(britive(world, "POST", f"{app}/root-environment-group/groups", body)["id"])


def britive_environment(world: Running, parent: str, name: str, app: str = APP, **more: Any) -> str:
    """Creates an environment and returns its id."""
    body = {"name": name, "description": "", "parentGroupId": parent, **more}
    return str(britive(world, "POST", f"{app}/root-environment-group/environments", body)["id"])


def britive_change_group(world: Running, group: str, app: str = APP, **fields: Any) -> None:
    """Changes a group, as a person in the console does."""
    britive(world, "PATCH", f"{app}/root-environment-group/groups/{group}", fields)


def britive_change_environment(world: Running, environment: str, app: str = APP, **properties: Any) -> None:
    """Changes properties of an environment, as a person in the console does."""
    values = [{"name": name, "value": value} for name, value in properties.items()]
    britive(world, "PATCH", f"{app}/environments/{environment}/properties", {"propertyTypes": values})


def britive_delete_group(world: Running, group: str, app: str = APP) -> None:
    """Deletes a group."""
    britive(world, "DELETE", f"{app}/environment-groups/{group}")


def britive_delete_environment(world: Running, environment: str, app: str = APP) -> None:
    """Deletes an environment."""
    britive(world, "DELETE", f"{app}/environments/{environment}")


def britive_users(world: Running, environment: str, account: int | str, app: str = APP) -> list[str]:
    """Returns the users that are mapped to an account in an environment."""
    rows = britive(world, "GET", f"{app}/environments/{environment}/accounts/{account}/users")
    return [row["userId"] for row in rows]


def britive_map(world: Running, environment: str, account: int | str, *users: str, app: str = APP) -> None:
    """Maps users to an account in an environment."""
    britive(world, "POST", f"{app}/environments/{environment}/accounts/{account}/users", list(users))


def britive_unmap(world: Running, environment: str, account: int | str, user: str, app: str = APP) -> None:
    """Removes a mapping."""
    britive(world, "DELETE", f"{app}/environments/{environment}/accounts/{account}/users/{user}")
