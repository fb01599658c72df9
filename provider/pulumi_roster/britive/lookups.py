"""Look-ups of a Britive application: plain functions that a program calls while it runs, with the resources' client.

Source: https://docs.britive.com/v1/docs/manage-environments

Parameters that many of them share:

- ``environment_id``: where it is None, the root group stands for all environments; for applications that scan their
  own.
- ``page``: from 0; without it, all pages are read.
- ``size``: rows a page.
- ``sort``: a column and a direction, such as ``nativeName,asc``. Columns have the service's names.
- ``filter``: such as ``scanStatus eq Unchanged``.
- ``include_members``: also what belongs to each row.
- ``deprecated``: by the older call, which knows none of the four above, and tells a few fields more.

All raise ``BadRequest`` for an application, and ``NotFound`` for an environment, that does not exist. What belongs to
an account, a permission or a group is looked up by :mod:`.relations`.
"""

from __future__ import annotations

from typing import Any

from ..managed import program_client
from .account_mapping import ACCOUNTS
from .reading import Place
from .scanned import Account, Group, Permission, Summary
from .tree import EnvironmentGroupState, EnvironmentState, read_tree

__all__ = [
    "GROUPS",
    "PERMISSIONS",
    "list_accounts",
    "list_environment_groups",
    "list_environments",
    "list_groups",
    "list_permissions",
    "summarize_environment_groups",
    "summarize_environments",
]

PERMISSIONS = "/api/apps/{}/environments/{}/permissions"
GROUPS = "/api/apps/{}/environments/{}/groups"


def list_environments(app_id: str, *, connection: str = "default") -> list[EnvironmentState]:
    """The environments of an application, in one call; ``parent`` is the group above."""
    nodes = read_tree(program_client("britive", connection), app_id)
    return [node for node in nodes if isinstance(node, EnvironmentState)]


def list_environment_groups(app_id: str, *, connection: str = "default") -> list[EnvironmentGroupState]:
    """The environment groups of an application, in one call. ``parent`` is the group above, "" of the root group."""
    nodes = read_tree(program_client("britive", connection), app_id)
    return [node for node in nodes if isinstance(node, EnvironmentGroupState)]


def summarize_environments(app_id: str, *, connection: str = "default") -> list[Summary]:
    """The environments of an application in brief: id, name and type."""
    return _summary(app_id, "environments", connection)


def summarize_environment_groups(app_id: str, *, connection: str = "default") -> list[Summary]:
    """The environment groups of an application in brief: id, name and type."""
    return _summary(app_id, "environmentGroups", connection)


def _summary(app_id: str, type: str, connection: str) -> list[Summary]:
    path, query = "/api/apps/{}/root-environment-group", {"view": "summary", "type": type}
    reply = program_client("britive", connection).get(path, app_id, params=query)
    return [reply.parse_row(Summary, row) for row in reply.rows()]


def list_accounts(
    app_id: str,
    environment_id: str | None = None,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    include_members: bool = False,
    deprecated: bool = False,
    connection: str = "default",
) -> list[Account]:
    """The accounts of an environment. The parameters are those of the module."""
    query = _query(page, size, sort, filter, include_members)
    where = Place(app_id, environment_id, connection)
    return where.unpaged(Account, ACCOUNTS, query) if deprecated else where.rows(Account, ACCOUNTS, **query)


def list_permissions(
    app_id: str,
    environment_id: str | None = None,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    include_members: bool = False,
    deprecated: bool = False,
    connection: str = "default",
) -> list[Permission]:
    """The permissions of an environment. The parameters are those of the module."""
    query = _query(page, size, sort, filter, include_members)
    where = Place(app_id, environment_id, connection)
    if deprecated:
        return where.unpaged(Permission, PERMISSIONS, query, type="permission")
    return where.rows(Permission, PERMISSIONS, **query)


def list_groups(
    app_id: str,
    environment_id: str | None = None,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    include_members: bool = False,
    deprecated: bool = False,
    connection: str = "default",
) -> list[Group]:
    """The groups of an environment. The parameters are those of the module."""
    query = _query(page, size, sort, filter, include_members)
    where = Place(app_id, environment_id, connection)
    if deprecated:
        return where.unpaged(Group, PERMISSIONS, query, type="group")
    return where.rows(Group, GROUPS, **query)


def _query(page: int | None, size: int | None, sort: str | None, filter: str | None, members: bool) -> dict[str, Any]:
    return {"page": page, "size": size, "sort": sort, "filter": filter, "includeMembers": members or None}
