"""Looks up the contents of a Britive application. A program calls these functions while it runs.

Source: https://docs.britive.com/v1/docs/manage-environments

All functions return an empty list if nothing matches. They raise ``InvalidArguments`` before they send anything,
``SettingsError`` if the connection does not exist or is not complete, ``NotFound`` if the application or the
environment does not exist, ``Unauthorized`` or ``Forbidden`` if the token may not read the application, and the other
classes of :mod:`pulumi_roster.errors` that say why the service did not answer.

The module :mod:`.link_lookups` lists which accounts, permissions and groups belong together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from typing_extensions import Unpack

from ..lookups import NonEmpty, lookup
from ..managed import program_client
from .account_mapping import ACCOUNTS
from .application import EnvironmentGroupState, EnvironmentState, Node, is_unknown_application, read_tree
from .connection import SYSTEM
from .results import EnvironmentGroupResult, EnvironmentResult, EnvironmentSummary
from .scan_queries import Query, Row, rows, unpaged
from .scan_results import ScannedAccount, ScannedGroup, ScannedPermission

__all__ = [
    "GROUPS",
    "PERMISSIONS",
    "application_lookup",
    "list_accounts",
    "list_environment_group_summaries",
    "list_environment_groups",
    "list_environment_summaries",
    "list_environments",
    "list_groups",
    "list_permissions",
]

PERMISSIONS = "/api/apps/{}/environments/{}/permissions"
GROUPS = "/api/apps/{}/environments/{}/groups"

S = TypeVar("S", ScannedAccount, ScannedPermission, ScannedGroup)

application_lookup = lookup(is_missing=is_unknown_application)
"""The decorator of all look-ups of Britive. For them, an unknown application is a ``NotFound``."""


@application_lookup
def list_environments(application_id: NonEmpty, *, connection: str | None = "default") -> list[EnvironmentResult]:
    """List the environments of an application.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [EnvironmentResult.parse(_fields(node)) for node in nodes if isinstance(node, EnvironmentState)]


@application_lookup
def list_environment_groups(
    application_id: NonEmpty, *, connection: str | None = "default"
) -> list[EnvironmentGroupResult]:
    """List the environment groups of an application, with the root group.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    nodes = read_tree(program_client(SYSTEM, connection), application_id)
    return [EnvironmentGroupResult.parse(_fields(node)) for node in nodes if isinstance(node, EnvironmentGroupState)]


def _fields(node: Node) -> dict[str, Any]:
    """Return what the service says about a node, without the defaults of the state."""
    return node.model_dump(exclude_unset=True, warnings=False)


@application_lookup
def list_environment_summaries(
    application_id: NonEmpty, *, connection: str | None = "default"
) -> list[EnvironmentSummary]:
    """List the id, name and type of each environment of an application.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    return _summaries(application_id, "environments", connection)


@application_lookup
def list_environment_group_summaries(
    application_id: NonEmpty, *, connection: str | None = "default"
) -> list[EnvironmentSummary]:
    """List the id, name and type of each environment group of an application.

    :param application_id: the application.
    :param connection: the name of the set of credentials to use.
    """
    return _summaries(application_id, "environmentGroups", connection)


def _summaries(application_id: str, type: str, connection: str | None) -> list[EnvironmentSummary]:
    path, query = "/api/apps/{}/root-environment-group", {"view": "summary", "type": type}
    reply = program_client(SYSTEM, connection).get(path, application_id, params=query)
    return [reply.parse_result(EnvironmentSummary, row) for row in reply.rows()]


@application_lookup
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
    :param include_members: whether to ask for the permissions and groups of each account. By default, these fields are
        ``None``.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        permissions and groups. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    if legacy_api:
        found = unpaged(ACCOUNTS, application_id, environment_id, {}, include_members, **query)
    else:
        found = rows(ACCOUNTS, application_id, environment_id, include_members=include_members, **query)
    return _scanned(ScannedAccount, found, include_members or legacy_api)


@application_lookup
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
    :param include_members: whether to ask for the accounts and groups that have each permission. By default, these
        fields are ``None``.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        accounts and groups. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    if legacy_api:
        params = {"type": "permission"}
        found = unpaged(PERMISSIONS, application_id, environment_id, params, include_members, **query)
    else:
        found = rows(PERMISSIONS, application_id, environment_id, include_members=include_members, **query)
    return _scanned(ScannedPermission, found, include_members or legacy_api)


@application_lookup
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
    :param include_members: whether to ask for the accounts in each group, and for its permissions. By default, these
        fields are ``None``.
    :param legacy_api: whether to use the older call. It returns a few more fields, and always the
        accounts and permissions. It accepts no other option than ``connection``.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    if legacy_api:
        found = unpaged(PERMISSIONS, application_id, environment_id, {"type": "group"}, include_members, **query)
    else:
        found = rows(GROUPS, application_id, environment_id, include_members=include_members, **query)
    return _scanned(ScannedGroup, found, include_members or legacy_api)


_MEMBERS = ("accounts", "groups", "permissions")
_EMPTY: dict[str, Any] = {"accounts": [], "groups": [], "permissions": [], "extendedAttributes": {}}


def _scanned(kind: type[S], found: Iterable[Row], with_members: bool) -> list[S]:
    """Return rows as results. Only members that the look-up asked for count: other lists of members say nothing."""
    results = []
    for reply, row in found:
        asked = {name: value for name, value in row.items() if with_members or name not in _MEMBERS}
        empty = {name: nothing for name, nothing in _EMPTY.items() if name in asked and asked[name] is None}
        results.append(reply.parse_result(kind, asked, **empty))
    return results
