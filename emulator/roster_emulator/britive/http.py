"""The API as the core sees it, and the calls that belong to no application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply, Route
from roster_emulator.britive import (
    applications,
    demo,
    errors,
    http_accounts,
    http_environments,
    paging,
    schema,
    seeding,
    users,
)
from roster_emulator.state import State

SHORT = 50
SEPARATOR = "::"
FEATURES = {"profile-v1": False, "profile-v2": True, "secret-manager": True, "workload-federation": True}


def scheme(token: str) -> str:
    """The scheme that a token belongs to, by its shape, in lower case.

    An API token is shorter than 50 characters; of the longer ones, a workload token has its identity provider before
    ``::``. The vendor's Python client picks the scheme so.
    """
    if len(token) < SHORT:
        return "token"
    return "workloadtoken" if SEPARATOR in token else "bearer"


def features(call: Call) -> Reply:
    """What is switched on for this tenant."""
    return Reply(200, [{"name": name, "enabled": enabled} for name, enabled in FEATURES.items()])


def health(call: Call) -> Reply:
    """Whether the tenant is there; the vendor's Python client asks by HEAD."""
    return Reply(200, None if call.method == "HEAD" else {"status": "UP"})


def list_users(call: Call) -> Reply:
    """Users, all or those with ``searchText``; in pages where ``page`` is given."""
    found = users.search(call.state, call.query.get("searchText", ""))
    if "type" in call.query:
        found = [user for user in found if user["type"] == call.query["type"]]
    asked = paging.requested(call.query, call.shift)
    return Reply(200, found if asked is None else paging.paged(found, asked, users.COLUMNS))


def get_user(call: Call) -> Reply:
    """One user."""
    return Reply(200, users.require(call.state, call.params["user"]))


class Britive(Api):
    """Britive."""

    name = "britive"
    prefixes = ("/api/",)
    schema = schema.TABLES
    routes = (
        Route("GET", "/api/health", health, open=True),
        Route("HEAD", "/api/health", health, open=True),
        Route("GET", "/api/features", features),
        Route("GET", "/api/users", list_users),
        Route("GET", "/api/users/{user}", get_user),
        *http_environments.ROUTES,
        *http_accounts.ROUTES,
    )

    @override
    def normalise(self, path: str) -> str:
        return re.sub("/+", "/", path).rstrip("/")

    @override
    def credential(self, headers: Headers) -> str | None:
        given, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if not token or given.lower() != scheme(token):
            return None
        # What stands before the separator names the identity provider; the token is behind it.
        return token.partition(SEPARATOR)[2] if given.lower() == "workloadtoken" else token

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.unauthorized(call.headers) if status == 401 else errors.general(status, detail)

    @override
    def populate(self, state: State) -> None:
        if applications.find(state, demo.DEMO["applications"][0]["appContainerId"]) is None:
            seeding.seed(state, demo.DEMO)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        return seeding.seed(state, data)
