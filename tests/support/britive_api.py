"""Calls Britive directly, for what a test changes or reads outside the provider."""

from __future__ import annotations

from typing import Any

import httpx

from roster_emulator import Running
from testkit.no_tls import NO_TLS

APP = "app-demo"


def britive(server: Running, method: str, path: str, json: Any = None) -> Any:
    """Send one request below ``/api/apps/`` with the development token. Return the body."""
    headers = {"Authorization": "TOKEN roster-dev"}
    url = f"{server.url}/api/apps/{path}"
    reply = httpx.request(method, url, json=json, headers=headers, trust_env=False, verify=NO_TLS)
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.content else None


def britive_tree(server: Running, app: str = APP) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the groups and the environments of an application."""
    tree = britive(server, "GET", app)["rootEnvironmentGroup"] or {}
    return tree.get("environmentGroups", []), tree.get("environments", [])


def britive_names(server: Running, app: str = APP) -> list[str]:
    """Return the sorted names of all groups and environments, without the root group."""
    groups, environments = britive_tree(server, app)
    return sorted(row["name"] for row in [*groups, *environments] if row.get("parentId") != "")


def britive_root(server: Running, app: str = APP) -> str:
    """Return the id of the root group. Create the group if it is missing."""
    groups, _ = britive_tree(server, app)
    found = [row["id"] for row in groups if not row["parentId"]]
    return str(found[0]) if found else britive_group(server, "", "root", app)


def britive_group(server: Running, parent: str, name: str, app: str = APP, **more: Any) -> str:
    """Create an environment group and return its id."""
    body = {"name": name, "description": "", "parentId": parent, **more}
    return str(britive(server, "POST", f"{app}/root-environment-group/groups", body)["id"])


def britive_environment(server: Running, parent: str, name: str, app: str = APP, **more: Any) -> str:
    """Create an environment and return its id."""
    body = {"name": name, "description": "", "parentGroupId": parent, **more}
    return str(britive(server, "POST", f"{app}/root-environment-group/environments", body)["id"])


def britive_change_group(server: Running, group: str, app: str = APP, **fields: Any) -> None:
    """Change a group, as a person in the console does."""
    britive(server, "PATCH", f"{app}/root-environment-group/groups/{group}", fields)


def britive_change_environment(server: Running, environment: str, app: str = APP, **properties: Any) -> None:
    """Change properties of an environment, as a person in the console does."""
    values = [{"name": name, "value": value} for name, value in properties.items()]
    britive(server, "PATCH", f"{app}/environments/{environment}/properties", {"propertyTypes": values})


def britive_delete_group(server: Running, group: str, app: str = APP) -> None:
    """Delete a group."""
    britive(server, "DELETE", f"{app}/environment-groups/{group}")


def britive_delete_environment(server: Running, environment: str, app: str = APP) -> None:
    """Delete an environment."""
    britive(server, "DELETE", f"{app}/environments/{environment}")


def britive_users(server: Running, environment: str, account: int | str, app: str = APP) -> list[str]:
    """Return the users that are mapped to an account in an environment."""
    rows = britive(server, "GET", f"{app}/environments/{environment}/accounts/{account}/users")
    return [row["userId"] for row in rows]


def britive_map(server: Running, environment: str, account: int | str, *users: str, app: str = APP) -> None:
    """Map users to an account in an environment."""
    britive(server, "POST", f"{app}/environments/{environment}/accounts/{account}/users", list(users))


def britive_unmap(server: Running, environment: str, account: int | str, user: str, app: str = APP) -> None:
    """Remove a mapping."""
    britive(server, "DELETE", f"{app}/environments/{environment}/accounts/{account}/users/{user}")
