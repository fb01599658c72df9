"""Lists the permissions and groups of an account, and the accounts of a permission or group.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 8, 9, 13, 14, 16 and 17

The module :mod:`.lookups` describes the parameters. Each row is a :class:`~.scan_results.Link`. All functions
raise ``NotFound`` if the object does not exist.
"""

from __future__ import annotations

from typing_extensions import Unpack

from .account_mapping import ACCOUNTS
from .lookups import GROUPS, PERMISSIONS
from .scan_queries import Query, rows
from .scan_results import Link

__all__ = [
    "list_account_groups",
    "list_account_permissions",
    "list_group_accounts",
    "list_group_permissions",
    "list_permission_accounts",
    "list_permission_groups",
]


def list_account_permissions(
    app_id: str,
    environment_id: str | None,
    account_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the permissions that an account has directly, not through its groups."""
    return rows(Link, f"{ACCOUNTS}/{{}}/permissions", app_id, environment_id, account_id, **query)


def list_account_groups(
    app_id: str,
    environment_id: str | None,
    account_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the groups that an account is in."""
    return rows(Link, f"{ACCOUNTS}/{{}}/groups", app_id, environment_id, account_id, **query)


def list_permission_accounts(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the accounts that have a permission directly."""
    return rows(Link, f"{PERMISSIONS}/{{}}/accounts", app_id, environment_id, permission_id, **query)


def list_permission_groups(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the groups that have a permission."""
    return rows(Link, f"{PERMISSIONS}/{{}}/groups", app_id, environment_id, permission_id, **query)


def list_group_accounts(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the accounts that are in a group."""
    return rows(Link, f"{GROUPS}/{{}}/accounts", app_id, environment_id, group_id, **query)


def list_group_permissions(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """List the permissions that a group has."""
    return rows(Link, f"{GROUPS}/{{}}/permissions", app_id, environment_id, group_id, **query)
