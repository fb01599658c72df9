"""Looks up the contents of a Britive application. A program calls these functions while it runs.

Source: https://docs.britive.com/v1/docs/manage-environments

Parameters of several functions:

- ``environment_id``: the environment. For an application that scans its own environments, ``None`` selects the root
  group, which covers all environments.
- ``page``, ``size``, ``sort``, ``filter``, ``connection``: see :class:`~.scan_queries.Query`.
- ``include_members``: whether each row also has its accounts, permissions and groups.
- ``legacy_api``: whether to use the older call, which returns a few more fields and accepts only ``connection``.

All functions raise ``BadRequest`` if the application does not exist, and ``NotFound`` if the environment does not.
The module :mod:`.link_lookups` lists which accounts, permissions and groups belong together.
"""

from __future__ import annotations

from typing_extensions import Unpack

from ..managed import program_client
from .account_mapping import ACCOUNTS
from .application import EnvironmentGroupState, EnvironmentState, read_tree
from .connection import SYSTEM
from .scan_queries import Query, rows, unpaged
from .scan_results import EnvironmentSummary, ScannedAccount, ScannedGroup, ScannedPermission

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


def list_environments(application_id: str, *, connection: str = "default") -> list[EnvironmentState]:
    """List the environments of an application, in one call. ``parent`` is the id of the parent group."""
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [node for node in nodes if isinstance(node, EnvironmentState)]


def list_environment_groups(application_id: str, *, connection: str = "default") -> list[EnvironmentGroupState]:
    """List the environment groups of an application, in one call. The ``parent`` of the root group is ""."""
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [node for node in nodes if isinstance(node, EnvironmentGroupState)]


def summarize_environments(application_id: str, *, connection: str = "default") -> list[EnvironmentSummary]:
    """List the id, name and type of each environment of an application."""
    return _summary(application_id, "environments", connection)


def summarize_environment_groups(application_id: str, *, connection: str = "default") -> list[EnvironmentSummary]:
    """List the id, name and type of each environment group of an application."""
    return _summary(application_id, "environmentGroups", connection)


def _summary(application_id: str, type: str, connection: str) -> list[EnvironmentSummary]:
    path, query = "/api/apps/{}/root-environment-group", {"view": "summary", "type": type}
    reply = program_client(SYSTEM, connection).get(path, application_id, params=query)
    return [reply.parse_row(EnvironmentSummary, row) for row in reply.rows()]


def list_accounts(
    application_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedAccount]:
    """List the accounts of an environment. The module describes the parameters."""
    if legacy_api:
        return unpaged(ScannedAccount, ACCOUNTS, application_id, environment_id, {}, include_members, **query)
    return rows(ScannedAccount, ACCOUNTS, application_id, environment_id, include_members=include_members, **query)


def list_permissions(
    application_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedPermission]:
    """List the permissions of an environment. The module describes the parameters."""
    if legacy_api:
        return unpaged(
            ScannedPermission,
            PERMISSIONS,
            application_id,
            environment_id,
            {"type": "permission"},
            include_members,
            **query,
        )
    return rows(
        ScannedPermission, PERMISSIONS, application_id, environment_id, include_members=include_members, **query
    )


def list_groups(
    application_id: str,
    environment_id: str | None = None,
    *,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedGroup]:
    """List the groups of an environment. The module describes the parameters."""
    if legacy_api:
        return unpaged(
            ScannedGroup, PERMISSIONS, application_id, environment_id, {"type": "group"}, include_members, **query
        )
    return rows(ScannedGroup, GROUPS, application_id, environment_id, include_members=include_members, **query)
