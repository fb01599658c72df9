"""Look-ups of each by the other: what an account, a permission or a group has, and what has it.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 8, 9, 13, 14, 16 and 17. The parameters are those
of :mod:`.lookups`; each row is a :class:`~.scanned.Link`. All raise ``NotFound`` for what does not exist.
"""

from __future__ import annotations

from typing_extensions import Unpack

from .account_mapping import ACCOUNTS
from .lookups import GROUPS, PERMISSIONS
from .reading import Query, rows
from .scanned import Link

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
    """The permissions that an account has itself; those by its groups are not among them."""
    return rows(Link, f"{ACCOUNTS}/{{}}/permissions", app_id, environment_id, account_id, **query)


def list_account_groups(
    app_id: str,
    environment_id: str | None,
    account_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """The groups that an account is in."""
    return rows(Link, f"{ACCOUNTS}/{{}}/groups", app_id, environment_id, account_id, **query)


def list_permission_accounts(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """The accounts that have a permission themselves."""
    return rows(Link, f"{PERMISSIONS}/{{}}/accounts", app_id, environment_id, permission_id, **query)


def list_permission_groups(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """The groups that have a permission."""
    return rows(Link, f"{PERMISSIONS}/{{}}/groups", app_id, environment_id, permission_id, **query)


def list_group_accounts(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """The accounts that are in a group."""
    return rows(Link, f"{GROUPS}/{{}}/accounts", app_id, environment_id, group_id, **query)


def list_group_permissions(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    **query: Unpack[Query],
) -> list[Link]:
    """The permissions that a group has."""
    return rows(Link, f"{GROUPS}/{{}}/permissions", app_id, environment_id, group_id, **query)
