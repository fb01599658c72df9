"""What a scan found: accounts, permissions, groups, and each by the other.

A group is a permission of type ``group``, here as in the API. Rows of "each by the other" carry the type of the
permission in ``permissionType`` (the vendor's samples of group rows always say ``group`` there, also for a role).
"""

from __future__ import annotations

import json
from typing import Any, Literal

from roster_emulator.britive import errors, mapping, scans
from roster_emulator.britive.models import Account, Permission
from roster_emulator.state import State
from roster_emulator.store import Row

Holder = Literal["account", "group"]
Item = dict[str, Any]

ACCOUNT_COLUMNS = Account.columns()
PERMISSION_COLUMNS = Permission.columns()
LINK_COLUMNS = frozenset(
    {
        "accountId",
        "groupId",
        "permissionId",
        "scanStatus",
        "accountName",
        "groupName",
        "permissionName",
        "permissionType",
    }
)

# What only the deprecated lists show.
_DEPRECATED: Item = {"extendedAttributes": {}, "firstSeen": "2024-05-02T08:00:00Z", "lastSeen": None, "updated": None}


def accounts(state: State, app: Row, scope: str, members: bool) -> list[Item]:
    """All accounts in an environment, by id; with their permissions and groups where ``members``."""
    known, users = _accounts(state, app, scope), mapping.mapped(state, app, scope)
    rows = [{**account, "permissions": [], "mappedUsers": users.get(number, [])} for number, account in known.items()]
    if members:
        permissions, links = _permissions(state, app, scope), _links(state, app)
        for row in rows:
            held = [
                _held_permission(app, permissions[link["permission_id"]], link)
                for link in links
                if (link["holder"], link["holder_id"]) == ("account", row["accountId"])
            ]
            row["permissions"] = [item for item in held if item["type"] != "group"]
            row["groups"] = [item for item in held if item["type"] == "group"]
    return rows


def permissions(state: State, app: Row, scope: str, groups: bool, members: bool) -> list[Item]:
    """All permissions (or ``groups``) in an environment, by id; with those that belong to them where ``members``."""
    known = _permissions(state, app, scope)
    rows = [
        {**item, "accounts": [], "groups": [], "permissions": []}
        for item in known.values()
        if (item["type"] == "group") == groups
    ]
    if members:
        holders, links = _accounts(state, app, scope), _links(state, app)
        for row in rows:
            number = row["appPermissionId"]
            row["accounts"] = [
                _member(app, "accountId", link["holder_id"], holders[link["holder_id"]], link)
                for link in links
                if (link["holder"], link["permission_id"]) == ("account", number)
            ]
            row["groups"] = [
                _member(app, "permissionId", link["holder_id"], known[link["holder_id"]], link)
                for link in links
                if (link["holder"], link["permission_id"]) == ("group", number)
            ]
            row["permissions"] = [
                _member(app, "permissionId", link["permission_id"], known[link["permission_id"]], link)
                for link in links
                if (link["holder"], link["holder_id"]) == ("group", number)
            ]
    return rows


def deprecated_accounts(state: State, app: Row, scope: str) -> list[Item]:
    """The list without pages: all accounts with their permissions and a few fields more."""
    return [{**row, **_DEPRECATED, "userId": None} for row in accounts(state, app, scope, members=True)]


def deprecated_permissions(state: State, app: Row, scope: str, groups: bool) -> list[Item]:
    """The list without pages: all permissions (or ``groups``) with those that belong to them and a few fields more."""
    rows = permissions(state, app, scope, groups, members=True)
    return [{**row, **_DEPRECATED, "tenantAppId": app["number"]} for row in rows]


def of_holder(state: State, app: Row, scope: str, holder: Holder, number: int, groups: bool) -> list[Item]:
    """The permissions (or ``groups``) of an account or of a group."""
    rows = [link for link in _links(state, app) if (link["holder"], link["holder_id"]) == (holder, number)]
    return [row for row in _linked(state, app, scope, rows) if (row["permissionType"] == "group") == groups]


def of_permission(state: State, app: Row, scope: str, number: int, holder: Holder) -> list[Item]:
    """The accounts or groups that have a permission; the accounts that are in a group."""
    rows = [link for link in _links(state, app) if (link["permission_id"], link["holder"]) == (number, holder)]
    return _linked(state, app, scope, rows)


def require_account(state: State, app: Row, scope: str, key: str) -> int:
    """The number of an account that a path names."""
    return _require(state, app, scope, "Account", key, "britive_account")


def require_permission(state: State, app: Row, scope: str, key: str, group: bool) -> int:
    """The number of a permission (or ``group``) that a path names."""
    return _require(state, app, scope, "Group" if group else "Permission", key, "britive_permission", group)


def put_account(state: State, app: Row, account: Account) -> None:
    """Adds an account or changes the one with the same id."""
    data = account.model_dump_json(by_alias=True)
    state.store.run("INSERT OR REPLACE INTO britive_account VALUES (?, ?, ?)", app["id"], account.account_id, data)


def put_permission(state: State, app: Row, permission: Permission) -> None:
    """Adds a permission or group, or changes the one with the same id."""
    state.store.run(
        "INSERT OR REPLACE INTO britive_permission VALUES (?, ?, ?)",
        app["id"],
        permission.app_permission_id,
        permission.model_dump_json(by_alias=True),
    )


def put_link(
    state: State, app: Row, holder: Holder, number: int, permission: int, scan_status: str, inherited_scope: str | None
) -> None:
    """Gives an account or a group a permission, or puts an account into a group.

    Raises ``ValueError`` when one of the two is not there.
    """
    table = "britive_account" if holder == "account" else "britive_permission"
    for where, wanted in ((table, number), ("britive_permission", permission)):
        if not state.store.one(f"SELECT id FROM {where} WHERE app_id = ? AND id = ?", app["id"], wanted):
            raise ValueError(f"{where.removeprefix('britive_')} {wanted} is not in {app['id']}")
    state.store.run(
        "INSERT OR REPLACE INTO britive_link VALUES (?, ?, ?, ?, ?, ?)",
        app["id"],
        holder,
        number,
        permission,
        scan_status,
        inherited_scope,
    )


def _accounts(state: State, app: Row, scope: str) -> dict[int, Item]:
    return _load(state, "britive_account", app, scope)


def _permissions(state: State, app: Row, scope: str) -> dict[int, Item]:
    return _load(state, "britive_permission", app, scope)


def _load(state: State, table: str, app: Row, scope: str) -> dict[int, Item]:
    if not scans.done(state, app, scope):
        return {}
    rows = state.store.all(f"SELECT id, data FROM {table} WHERE app_id = ? ORDER BY id", app["id"])
    return {row["id"]: json.loads(row["data"]) for row in rows}


def _links(state: State, app: Row) -> list[Row]:
    return state.store.all(
        "SELECT * FROM britive_link WHERE app_id = ? ORDER BY holder, holder_id, permission_id", app["id"]
    )


def _require(state: State, app: Row, scope: str, what: str, key: str, table: str, group: bool | None = None) -> int:
    # Asked for with each mapping, so that the table is not loaded as a whole.
    if not key.isascii() or not key.isdigit():
        raise errors.invalid(f"{what} id '{key}' is not a number.")
    data = state.store.value(f"SELECT data FROM {table} WHERE app_id = ? AND CAST(id AS TEXT) = ?", app["id"], key)
    if (
        data is None
        or not scans.done(state, app, scope)
        or (group is not None and (json.loads(data)["type"] == "group") != group)
    ):
        raise errors.absent(state, what, key)
    return int(key)


def _linked(state: State, app: Row, scope: str, links: list[Row]) -> list[Item]:
    known, holders = _permissions(state, app, scope), _accounts(state, app, scope)
    rows = []
    for link in links:
        kind, number = link["holder"], link["holder_id"]
        permission = known[link["permission_id"]]
        holder = holders[number] if kind == "account" else known[number]
        rows.append(
            {
                f"{kind}Id": number,
                "permissionId": link["permission_id"],
                "scanStatus": link["scan_status"],
                "inheritedScope": link["inherited_scope"],
                f"{kind}Name": _name(holder),
                "accountPermissionScopes": [{}],
                "permissionName": permission["name"],
                "nativeId": {
                    f"{kind}NativeId": holder["nativeId"],
                    "permissionNativeId": permission["nativeId"],
                },
                "permissionType": permission["type"],
            }
        )
    return rows


def _held_permission(app: Row, permission: Item, link: Row) -> Item:
    return {
        "appPermissionId": permission["appPermissionId"],
        "tenantAppId": app["number"],
        "nativeId": permission["nativeId"],
        "name": permission["name"],
        "type": permission["type"],
        "scanStatus": link["scan_status"],
        "inherited": link["inherited_scope"],
    }


def _member(app: Row, id_field: str, number: int, item: Item, link: Row) -> Item:
    return {
        id_field: number,
        "tenantAppId": app["number"],
        "nativeId": item["nativeId"],
        "nativeName": _name(item),
        "scanStatus": link["scan_status"],
        "inherited": link["inherited_scope"],
        "type": item["type"],
    }


def _name(item: Item) -> Any:
    return item["nativeName"] if "nativeName" in item else item["name"]
