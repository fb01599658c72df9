"""Looks up the contents of a Britive application. A program calls these functions while it runs.

Source: https://docs.britive.com/v1/docs/manage-environments

All functions return an empty list if nothing matches. They raise ``InvalidArguments`` before they send anything,
``SettingsError`` if the connection does not exist or is not complete, ``BadRequest`` if the application does not exist,
``NotFound`` if the environment does not, ``Unauthorized`` or ``Forbidden`` if the token may not read the application,
and the other classes of :mod:`pulumi_roster.errors` that say why the service did not answer.

The module :mod:`.link_lookups` lists which accounts, permissions and groups belong together.
"""

from __future__ import annotations

from typing import Any

from typing_extensions import Unpack

from ..look_ups import NonEmpty, look_up
from ..managed import program_client
from .account_mapping import ACCOUNTS
from .application import EnvironmentGroupState, EnvironmentState, Node, read_tree
from .connection import SYSTEM
from .results import EnvironmentGroupResult, EnvironmentResult, EnvironmentSummary
from .scan_queries import Query, rows, unpaged
from .scan_results import ScannedAccount, ScannedGroup, ScannedPermission

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


@look_up()
def list_environments(application_id: NonEmpty, *, connection: str = "default") -> list[EnvironmentResult]:
    """List the environments of an application, in the service's order, in one call.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [EnvironmentResult.parse(_fields(node)) for node in nodes if isinstance(node, EnvironmentState)]


@look_up()
def list_environment_groups(application_id: NonEmpty, *, connection: str = "default") -> list[EnvironmentGroupResult]:
    """List the environment groups of an application, with the root group, in the service's order, in one call.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [EnvironmentGroupResult.parse(_fields(node)) for node in nodes if isinstance(node, EnvironmentGroupState)]


def _fields(node: Node) -> dict[str, Any]:
    """Return what the service says about a node, without the defaults of the state."""
    return node.model_dump(exclude_unset=True, warnings=False)


@look_up()
def summarize_environments(application_id: NonEmpty, *, connection: str = "default") -> list[EnvironmentSummary]:
    """List the id, name and type of each environment of an application, in one call.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    return _summary(application_id, "environments", connection)


@look_up()
def summarize_environment_groups(application_id: NonEmpty, *, connection: str = "default") -> list[EnvironmentSummary]:
    """List the id, name and type of each environment group of an application, in one call.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    return _summary(application_id, "environmentGroups", connection)


def _summary(application_id: str, type: str, connection: str) -> list[EnvironmentSummary]:
    path, query = "/api/apps/{}/root-environment-group", {"view": "summary", "type": type}
    reply = program_client(SYSTEM, connection).get(path, application_id, params=query)
    return [reply.parse_result(EnvironmentSummary, row) for row in reply.rows()]


@look_up()
def list_accounts(
    application_id: NonEmpty,
    *,
    environment_id: NonEmpty | None = None,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedAccount]:
    """List the accounts that the last scan found in an environment.

    :param application_id: the application.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param include_members: whether each account also has its permissions and groups.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        permissions and groups. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    if legacy_api:
        return unpaged(ScannedAccount, ACCOUNTS, application_id, environment_id, {}, include_members, **query)
    return rows(ScannedAccount, ACCOUNTS, application_id, environment_id, include_members=include_members, **query)


@look_up()
def list_permissions(
    application_id: NonEmpty,
    *,
    environment_id: NonEmpty | None = None,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedPermission]:
    """List the permissions that the last scan found in an environment.

    :param application_id: the application.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param include_members: whether each permission also has its accounts and groups.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        accounts and groups. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
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


@look_up()
def list_groups(
    application_id: NonEmpty,
    *,
    environment_id: NonEmpty | None = None,
    include_members: bool = False,
    legacy_api: bool = False,
    **query: Unpack[Query],
) -> list[ScannedGroup]:
    """List the groups that the last scan found in an environment.

    :param application_id: the application.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param include_members: whether each group also has its accounts and permissions.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        accounts and permissions. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    if legacy_api:
        return unpaged(
            ScannedGroup, PERMISSIONS, application_id, environment_id, {"type": "group"}, include_members, **query
        )
    return rows(ScannedGroup, GROUPS, application_id, environment_id, include_members=include_members, **query)
