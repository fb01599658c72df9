"""Adds data: ``POST /_emulator/seed`` with ``{"britive": {...}}``.

Fields have the API's own names, or snake_case. A user, account, permission or group that exists is replaced; an
application that exists is extended. Example::

    {
        "users": [{"userId": "user-zoe"}],
        "applications": [{
            "appContainerId": "app-demo",
            "accounts": [{"accountId": 3000, "nativeName": "zoe@example.com"}],
            "groups": [{"appPermissionId": 70000, "name": "Operators"}],
            "permissions": [{"appPermissionId": 47000, "name": "Deploy", "type": "role"}],
            "links": [{"account": 3000, "group": 70000}, {"group": 70000, "permission": 47000}],
            "mappings": [{"account": 3000, "user": "user-zoe", "environment": "..."}],
            "checkouts": [{"account": 3000, "user": "user-zoe", "environment": "..."}],
            "environmentGroups": [{"id": "r-1", "name": "Root", "type": "Organization"}],
            "environments": [{"id": "1111", "name": "Dev", "type": "AWSAccount", "parentGroupId": "r-1"}]
        }]
    }

A mapping without ``environment`` is automatic: it holds in every environment and cannot be removed. The type of a new
application (``catalogAppName``) is AWS Standalone by default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, model_validator

from roster_emulator.britive import applications, environment_groups, environments, mapping, scanned, users
from roster_emulator.britive.catalog import TYPES
from roster_emulator.britive.models import Account, Permission, User, Wire
from roster_emulator.state import State
from roster_emulator.store import Row


class Link(Wire):
    """A link of an account or a group to a permission or a group: exactly two of the three."""

    account: int | None = None
    group: int | None = None
    permission: int | None = None
    scan_status: str = "Unchanged"
    inherited_scope: str | None = None

    @model_validator(mode="after")
    def _two(self) -> Link:
        if [self.account, self.group, self.permission].count(None) != 1:
            raise ValueError("a link names two of account, group and permission")
        return self


class Use(Wire):
    """An account and a user in an environment."""

    account: int
    user: str
    environment: str = mapping.EVERYWHERE


class Group(Wire):
    """An environment group."""

    id: str
    name: str
    description: str | None = None
    type: str = "group"
    parent_id: str = ""
    native_id: str | None = None


class Environment(Wire):
    """An environment."""

    id: str
    name: str
    parent_group_id: str
    description: str | None = None
    type: str = "environment"


class Application(Wire):
    """An application with its content."""

    app_container_id: str = Field(min_length=1)
    catalog_app_display_name: str = ""
    catalog_app_name: str = "AWS Standalone"
    environment_groups: tuple[Group, ...] = ()
    environments: tuple[Environment, ...] = ()
    accounts: tuple[Account, ...] = ()
    permissions: tuple[Permission, ...] = ()
    groups: tuple[Permission, ...] = ()
    links: tuple[Link, ...] = ()
    mappings: tuple[Use, ...] = ()
    checkouts: tuple[Use, ...] = ()

    @model_validator(mode="after")
    def _known_type(self) -> Application:
        if self.catalog_app_name not in TYPES:
            raise ValueError(f"unknown type of application; known: {', '.join(TYPES)}")
        return self


class Data(Wire):
    """The data that ``POST /_emulator/seed`` takes."""

    users: tuple[User, ...] = ()
    applications: tuple[Application, ...] = ()


def seed(state: State, data: Mapping[str, Any]) -> dict[str, Any]:
    """Add data and return the ids. Raise ``ValueError`` for data that is not understood."""
    wanted = Data.model_validate(data)
    for user in wanted.users:
        users.put(state, user)
    for application in wanted.applications:
        _application(state, application)
    return {
        "users": [user.user_id for user in wanted.users],
        "applications": [application.app_container_id for application in wanted.applications],
    }


def _application(state: State, wanted: Application) -> None:
    app = applications.find(state, wanted.app_container_id) or applications.add(
        state,
        wanted.app_container_id,
        wanted.catalog_app_display_name or wanted.app_container_id,
        TYPES[wanted.catalog_app_name],
    )
    for group in wanted.environment_groups:
        environment_groups.add(
            state, app, group.id, group.name, group.description, group.parent_id, group.type, group.native_id
        )
    for each in wanted.environments:
        environments.add(state, app, each.id, each.name, each.description, each.parent_group_id, each.type)
    for account in wanted.accounts:
        scanned.put_account(state, app, account)
    for permission in wanted.permissions:
        scanned.put_permission(state, app, permission)
    for team in wanted.groups:
        scanned.put_permission(state, app, team.model_copy(update={"type": "group"}))
    for link in wanted.links:
        _link(state, app, link)
    for use in wanted.mappings:
        _check(state, app, use)
        automatic = use.environment == mapping.EVERYWHERE
        mapping.put(state, app, use.environment, use.account, use.user, automatic)
    for use in wanted.checkouts:
        _check(state, app, use)
        mapping.check_out(state, app, use.environment, use.account, use.user)


def _link(state: State, app: Row, link: Link) -> None:
    if link.account is not None:
        target = link.group if link.permission is None else link.permission
        scanned.put_link(state, app, "account", link.account, target or 0, link.scan_status, link.inherited_scope)
    else:
        scanned.put_link(
            state, app, "group", link.group or 0, link.permission or 0, link.scan_status, link.inherited_scope
        )


def _check(state: State, app: Row, use: Use) -> None:
    if users.find(state, use.user) is None:
        raise ValueError(f"user {use.user} does not exist")
    if not state.store.one("SELECT id FROM britive_account WHERE app_id = ? AND id = ?", app["id"], use.account):
        raise ValueError(f"account {use.account} does not exist in {app['id']}")
