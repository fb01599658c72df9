"""Lists the permissions and groups of an account, and the accounts of a permission or group.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 8, 9, 13, 14, 16 and 17

All functions return one :class:`~.scan_results.ScannedLink` for each link; an empty list if there is none. They raise
``NotFound`` if the account, permission or group does not exist, and otherwise the same errors as :mod:`.lookups`.
"""

from __future__ import annotations

from typing_extensions import Unpack

from ..lookups import NonEmpty
from .account_mapping import ACCOUNTS
from .lookups import GROUPS, PERMISSIONS, application_lookup
from .scan_queries import Query, rows
from .scan_results import End, ScannedId, ScannedLink, link_row

__all__ = [
    "list_account_groups",
    "list_account_permissions",
    "list_group_accounts",
    "list_group_permissions",
    "list_permission_accounts",
    "list_permission_groups",
]


@application_lookup
def list_account_permissions(
    application_id: NonEmpty,
    account_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the permissions that an account has directly, not through its groups.

    :param application_id: the application.
    :param account_id: the ``id`` of a row of ``list_accounts``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{ACCOUNTS}/{{}}/permissions"
    return _links(("account", "permission"), path, application_id, environment_id, account_id, **query)


@application_lookup
def list_account_groups(
    application_id: NonEmpty,
    account_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the groups that an account is in.

    :param application_id: the application.
    :param account_id: the ``id`` of a row of ``list_accounts``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{ACCOUNTS}/{{}}/groups"
    return _links(("account", "group"), path, application_id, environment_id, account_id, **query)


@application_lookup
def list_permission_accounts(
    application_id: NonEmpty,
    permission_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the accounts that have a permission directly.

    :param application_id: the application.
    :param permission_id: the ``id`` of a row of ``list_permissions``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{PERMISSIONS}/{{}}/accounts"
    return _links(("account", "permission"), path, application_id, environment_id, permission_id, **query)


@application_lookup
def list_permission_groups(
    application_id: NonEmpty,
    permission_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the groups that have a permission.

    :param application_id: the application.
    :param permission_id: the ``id`` of a row of ``list_permissions``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{PERMISSIONS}/{{}}/groups"
    return _links(("group", "permission"), path, application_id, environment_id, permission_id, **query)


@application_lookup
def list_group_accounts(
    application_id: NonEmpty,
    group_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the accounts that are in a group.

    :param application_id: the application.
    :param group_id: the ``id`` of a row of ``list_groups``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{GROUPS}/{{}}/accounts"
    return _links(("account", "group"), path, application_id, environment_id, group_id, **query)


@application_lookup
def list_group_permissions(
    application_id: NonEmpty,
    group_id: ScannedId,
    *,
    environment_id: NonEmpty | None = None,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the permissions that a group has.

    :param application_id: the application.
    :param group_id: the ``id`` of a row of ``list_groups``, a string.
    :param environment_id: the environment. By default, the root group of the application, which covers all environments
        of an application that scans its own environments.
    :param query: ``page``, ``size``, ``sort``, ``filter`` and ``connection``, described by
        :class:`~.scan_queries.Query`.
    """
    path = f"{GROUPS}/{{}}/permissions"
    return _links(("group", "permission"), path, application_id, environment_id, group_id, **query)


def _links(
    ends: tuple[End, End],
    path: str,
    application_id: str,
    environment_id: str | None,
    id: str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    found = rows(path, application_id, environment_id, id, **query)
    return [reply.parse_result(ScannedLink, link_row(row, ends)) for reply, row in found]
