"""Look-ups of a Britive application: plain functions that a program calls while it runs, with the resources' client.

Source: https://docs.britive.com/v1/docs/manage-environments

Parameters that many of them share:

- ``environment_id``: where it is None, the root group stands for all environments; for applications that scan their
  own.
- ``page``, ``size``, ``sort``, ``filter``, ``connection``: see :class:`~.reading.Query`.
- ``include_members``: also what belongs to each row.
- ``deprecated``: by the older call, which tells a few fields more, and knows of the others the connection alone.

All raise ``BadRequest`` for an application, and ``NotFound`` for an environment, that does not exist. What belongs to
an account, a permission or a group is looked up by :mod:`.relations`.
"""

from __future__ import annotations

from typing_extensions import Unpack

from ..managed import program_client
from .account_mapping import ACCOUNTS
from .connection import SYSTEM
from .reading import Query, rows, unpaged
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
    nodes = read_tree(program_client(SYSTEM, connection), app_id)
    return [node for node in nodes if isinstance(node, EnvironmentState)]


def list_environment_groups(app_id: str, *, connection: str = "default") -> list[EnvironmentGroupState]:
    """The environment groups of an application, in one call. ``parent`` is the group above, "" of the root group."""
    nodes = read_tree(program_client(SYSTEM, connection), app_id)
    return [node for node in nodes if isinstance(node, EnvironmentGroupState)]


def summarize_environments(app_id: str, *, connection: str = "default") -> list[Summary]:
    """The environments of an application in brief: id, name and type."""
    return _summary(app_id, "environments", connection)


def summarize_environment_groups(app_id: str, *, connection: str = "default") -> list[Summary]:
    """The environment groups of an application in brief: id, name and type."""
    return _summary(app_id, "environmentGroups", connection)


def _summary(app_id: str, type: str, connection: str) -> list[Summary]:
    path, query = "/api/apps/{}/root-environment-group", {"view": "summary", "type": type}
    reply = program_client(SYSTEM, connection).get(path, app_id, params=query)
    return [reply.parse_row(Summary, row) for row in reply.rows()]


def list_accounts(
    app_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    deprecated: bool = False,
    **query: Unpack[Query],
) -> list[Account]:
    """The accounts of an environment. The parameters are those of the module."""
    if deprecated:
        return unpaged(Account, ACCOUNTS, app_id, environment_id, {}, include_members, **query)
    return rows(Account, ACCOUNTS, app_id, environment_id, include_members=include_members, **query)


def list_permissions(
    app_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    deprecated: bool = False,
    **query: Unpack[Query],
) -> list[Permission]:
    """The permissions of an environment. The parameters are those of the module."""
    if deprecated:
        return unpaged(
            Permission, PERMISSIONS, app_id, environment_id, {"type": "permission"}, include_members, **query
        )
    return rows(Permission, PERMISSIONS, app_id, environment_id, include_members=include_members, **query)


def list_groups(
    app_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    deprecated: bool = False,
    **query: Unpack[Query],
) -> list[Group]:
    """The groups of an environment. The parameters are those of the module."""
    if deprecated:
        return unpaged(Group, PERMISSIONS, app_id, environment_id, {"type": "group"}, include_members, **query)
    return rows(Group, GROUPS, app_id, environment_id, include_members=include_members, **query)
