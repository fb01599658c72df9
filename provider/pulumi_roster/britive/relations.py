"""Look-ups of each by the other: what an account, a permission or a group has, and what has it.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 8, 9, 13, 14, 16 and 17. The parameters are those
of :mod:`.lookups`; each row is a :class:`~.scanned.Link`. All raise ``NotFound`` for what does not exist.
"""

from __future__ import annotations

from .account_mapping import ACCOUNTS
from .lookups import GROUPS, PERMISSIONS
from .reading import Place
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
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The permissions that an account has itself; those by its groups are not among them."""
    path, where = f"{ACCOUNTS}/{{}}/permissions", Place(app_id, environment_id, connection)
    return where.rows(Link, path, account_id, page=page, size=size, sort=sort, filter=filter)


def list_account_groups(
    app_id: str,
    environment_id: str | None,
    account_id: int | str,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The groups that an account is in."""
    path, where = f"{ACCOUNTS}/{{}}/groups", Place(app_id, environment_id, connection)
    return where.rows(Link, path, account_id, page=page, size=size, sort=sort, filter=filter)


def list_permission_accounts(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The accounts that have a permission themselves."""
    path, where = f"{PERMISSIONS}/{{}}/accounts", Place(app_id, environment_id, connection)
    return where.rows(Link, path, permission_id, page=page, size=size, sort=sort, filter=filter)


def list_permission_groups(
    app_id: str,
    environment_id: str | None,
    permission_id: int | str,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The groups that have a permission."""
    path, where = f"{PERMISSIONS}/{{}}/groups", Place(app_id, environment_id, connection)
    return where.rows(Link, path, permission_id, page=page, size=size, sort=sort, filter=filter)


def list_group_accounts(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The accounts that are in a group."""
    path, where = f"{GROUPS}/{{}}/accounts", Place(app_id, environment_id, connection)
    return where.rows(Link, path, group_id, page=page, size=size, sort=sort, filter=filter)


def list_group_permissions(
    app_id: str,
    environment_id: str | None,
    group_id: int | str,
    *,
    page: int | None = None,
    size: int | None = None,
    sort: str | None = None,
    filter: str | None = None,
    connection: str = "default",
) -> list[Link]:
    """The permissions that a group has."""
    path, where = f"{GROUPS}/{{}}/permissions", Place(app_id, environment_id, connection)
    return where.rows(Link, path, group_id, page=page, size=size, sort=sort, filter=filter)
