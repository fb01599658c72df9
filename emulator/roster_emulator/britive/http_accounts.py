"""Translates HTTP of accounts, permissions, groups and mappings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, RootModel

from roster_emulator.api import Call, Handler, Reply, Route
from roster_emulator.britive import environments, errors, mapping, paging, scanned, users
from roster_emulator.britive.http_applications import ENVIRONMENT, application
from roster_emulator.state import State
from roster_emulator.store import Row


class Saving(BaseModel):
    """The body that asks for all environments."""

    saveToAllEnvs: bool = False


class Mapping(RootModel[Saving | list[str]]):
    """The body that maps users: a list of user ids, or the documented form without any."""


def list_accounts(call: Call) -> Reply:
    """``GET .../accounts``: a page of accounts. Without ``page``, it is the deprecated list."""
    app, scope = _scope(call)
    asked = paging.requested(call.query, call.shift)
    if asked is None:
        return Reply(200, scanned.deprecated_accounts(call.state, app, scope))
    rows = scanned.accounts(call.state, app, scope, paging.flag(call.query, "includeMembers"))
    return Reply(200, paging.paged(rows, asked, scanned.ACCOUNT_COLUMNS))


def list_permissions(call: Call) -> Reply:
    """``GET .../permissions``: a page of permissions. Without ``page``, it is the deprecated list."""
    app, scope = _scope(call)
    asked = paging.requested(call.query, call.shift)
    if asked is None:
        kind = call.query.get("type", "permission")
        if kind not in ("permission", "group"):
            raise errors.invalid("Query parameter 'type' must be permission or group.")
        return Reply(200, scanned.deprecated_permissions(call.state, app, scope, groups=kind == "group"))
    return _page_of_permissions(call, app, scope, asked, groups=False)


def list_groups(call: Call) -> Reply:
    """``GET .../groups``: a page of groups."""
    app, scope = _scope(call)
    return _page_of_permissions(call, app, scope, paging.required(call.query, call.shift), groups=True)


def _page_of_permissions(call: Call, app: Row, scope: str, asked: paging.Request, groups: bool) -> Reply:
    rows = scanned.permissions(call.state, app, scope, groups, paging.flag(call.query, "includeMembers"))
    return Reply(200, paging.paged(rows, asked, scanned.PERMISSION_COLUMNS))


Links = Callable[[State, Row, str, str], list[scanned.Item]]


def _links_of_account(groups: bool) -> Links:
    def links(state: State, app: Row, scope: str, key: str) -> list[scanned.Item]:
        number = scanned.require_account(state, app, scope, key)
        return scanned.of_holder(state, app, scope, "account", number, groups)

    return links


def _permissions_of_group(state: State, app: Row, scope: str, key: str) -> list[scanned.Item]:
    number = scanned.require_permission(state, app, scope, key, group=True)
    return scanned.of_holder(state, app, scope, "group", number, groups=False)


def _holders(group: bool, holder: Literal["account", "group"]) -> Links:
    def links(state: State, app: Row, scope: str, key: str) -> list[scanned.Item]:
        number = scanned.require_permission(state, app, scope, key, group)
        return scanned.of_permission(state, app, scope, number, holder)

    return links


def _linked(links: Links) -> Handler:
    """Return a handler that lists the links of an object, in pages."""

    def answer(call: Call) -> Reply:
        app, scope = _scope(call)
        rows = links(call.state, app, scope, call.params["key"])
        return Reply(200, paging.paged(rows, paging.required(call.query, call.shift), scanned.LINK_COLUMNS))

    return answer


def list_mapped(call: Call) -> Reply:
    """``GET .../users``: the users mapped to an account; ``query=available`` gives those that may be."""
    app, scope, account = _account(call)
    wanted = call.query.get("query")
    if wanted not in (None, "available"):
        raise errors.invalid("Query parameter 'query' must be available.")
    found = (mapping.of if wanted is None else mapping.available)(call.state, app, scope, account)
    asked = paging.requested(call.query, call.shift)
    return Reply(200, found if asked is None else paging.paged(found, asked, users.COLUMNS))


def map_users(call: Call) -> Reply:
    """``POST .../users``: map a list of users here, or spread the mapped users to all environments."""
    app, scope, account = _account(call)
    wanted = call.read(Mapping).root
    if isinstance(wanted, Saving):
        if wanted.saveToAllEnvs:
            mapping.spread(call.state, app, scope, account)
        return Reply(200)
    mapping.add(call.state, app, scope, account, wanted)
    return Reply(200, mapping.of(call.state, app, scope, account))


def map_user(call: Call) -> Reply:
    """``POST .../users/{user}``: map one user in this environment, or in all of them."""
    app, scope, account = _account(call)
    everywhere = call.read(Saving).saveToAllEnvs if call.body.strip() else False
    if everywhere:
        mapping.add_everywhere(call.state, app, scope, account, call.params["user"])
    else:
        mapping.add(call.state, app, scope, account, [call.params["user"]])
    return Reply(200, mapping.of(call.state, app, scope, account))


def unmap_user(call: Call) -> Reply:
    """``DELETE .../users/{user}``: end a mapping in this environment."""
    app, scope, account = _account(call)
    force = paging.flag(call.query, "forceCheckinPaps")
    mapping.remove(call.state, app, scope, account, call.params["user"], force)
    return Reply(200, mapping.of(call.state, app, scope, account))


def _scope(call: Call) -> tuple[Row, str]:
    app = application(call)
    return app, environments.scope(call.state, app, call.params["environment"])


def _account(call: Call) -> tuple[Row, str, int]:
    app, scope = _scope(call)
    return app, scope, scanned.require_account(call.state, app, scope, call.params["key"])


ACCOUNT = f"{ENVIRONMENT}/accounts/{{key}}"
PERMISSION = f"{ENVIRONMENT}/permissions/{{key}}"
GROUP = f"{ENVIRONMENT}/groups/{{key}}"

ROUTES = (
    Route("GET", f"{ENVIRONMENT}/accounts", list_accounts),
    Route("GET", f"{ENVIRONMENT}/permissions", list_permissions),
    Route("GET", f"{ENVIRONMENT}/groups", list_groups),
    Route("GET", f"{ACCOUNT}/permissions", _linked(_links_of_account(groups=False))),
    Route("GET", f"{ACCOUNT}/groups", _linked(_links_of_account(groups=True))),
    Route("GET", f"{PERMISSION}/accounts", _linked(_holders(group=False, holder="account"))),
    Route("GET", f"{PERMISSION}/groups", _linked(_holders(group=False, holder="group"))),
    Route("GET", f"{GROUP}/accounts", _linked(_holders(group=True, holder="account"))),
    Route("GET", f"{GROUP}/permissions", _linked(_permissions_of_group)),
    Route("GET", f"{ACCOUNT}/users", list_mapped),
    Route("POST", f"{ACCOUNT}/users", map_users),
    Route("POST", f"{ACCOUNT}/users/{{user}}", map_user),
    Route("DELETE", f"{ACCOUNT}/users/{{user}}", unmap_user),
)
