"""Lists the permissions and groups of an account, and the accounts of a permission or group.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 8, 9, 13, 14, 16 and 17

The module :mod:`.lookups` describes the parameters. Each row is a :class:`~.scan_results.ScannedLink`. All functions
raise ``NotFound`` if the object does not exist.
"""

from __future__ import annotations

from typing_extensions import Unpack

from .account_mapping import ACCOUNTS
from .lookups import GROUPS, PERMISSIONS
from .scan_queries import Query, rows
from .scan_results import ScannedLink

__all__ = [
    "list_account_groups",
    "list_account_permissions",
    "list_group_accounts",
    "list_group_permissions",
    "list_permission_accounts",
    "list_permission_groups",
]


def list_account_permissions(
    application_id: str,
    environment_id: str | None,
    account_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the permissions that an account has directly, not through its groups."""
    return rows(ScannedLink, f"{ACCOUNTS}/{{}}/permissions", application_id, environment_id, account_id, **query)


def list_account_groups(
    application_id: str,
    environment_id: str | None,
    account_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the groups that an account is in."""
    return rows(ScannedLink, f"{ACCOUNTS}/{{}}/groups", application_id, environment_id, account_id, **query)


def list_permission_accounts(
    application_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the accounts that have a permission directly."""
    return rows(ScannedLink, f"{PERMISSIONS}/{{}}/accounts", application_id, environment_id, permission_id, **query)


def list_permission_groups(
    application_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the groups that have a permission."""
    return rows(ScannedLink, f"{PERMISSIONS}/{{}}/groups", application_id, environment_id, permission_id, **query)


def list_group_accounts(
    application_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the accounts that are in a group."""
    return rows(ScannedLink, f"{GROUPS}/{{}}/accounts", application_id, environment_id, group_id, **query)


def list_group_permissions(
    application_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[ScannedLink]:
    """List the permissions that a group has."""
    return rows(ScannedLink, f"{GROUPS}/{{}}/permissions", application_id, environment_id, group_id, **query)
