"""Connects the Britive API to the emulator: routes, tokens, errors, data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply, Route
from roster_emulator.britive import (
    applications,
    errors,
    http_accounts,
    http_environments,
    paging,
    sample_data,
    schema,
    seed,
    users,
)
from roster_emulator.state import State

SHORT = 50
SEPARATOR = "::"
FEATURES = {"profile-v1": False, "profile-v2": True, "secret-manager": True, "workload-federation": True}


def scheme(token: str) -> str:
    """Return the scheme of a token in lower case. The vendor's Python client derives it from the token too.

    An API token is shorter than 50 characters. A longer one is a workload token if it has an identity provider before
    ``::``.
    """
    if len(token) < SHORT:
        return "token"
    return "workloadtoken" if SEPARATOR in token else "bearer"


def features(call: Call) -> Reply:
    """``GET /api/features``: the features of this tenant."""
    return Reply(200, [{"name": name, "enabled": enabled} for name, enabled in FEATURES.items()])


def health(call: Call) -> Reply:
    """``GET /api/health``. The vendor's Python client sends HEAD."""
    return Reply(200, None if call.method == "HEAD" else {"status": "UP"})


def list_users(call: Call) -> Reply:
    """``GET /api/users``: all users or those that ``searchText`` finds, in pages if ``page`` is given."""
    found = users.search(call.state, call.query.get("searchText", ""))
    if "type" in call.query:
        found = [user for user in found if user["type"] == call.query["type"]]
    asked = paging.requested(call.query, call.shift)
    return Reply(200, found if asked is None else paging.paged(found, asked, users.COLUMNS))


def get_user(call: Call) -> Reply:
    """``GET /api/users/{user}``."""
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
        # The identity provider comes before the separator, the token after it.
        return token.partition(SEPARATOR)[2] if given.lower() == "workloadtoken" else token

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.unauthorized(call.headers) if status == 401 else errors.general(status, detail)

    @override
    def populate(self, state: State) -> None:
        if applications.find(state, sample_data.INITIAL["applications"][0]["appContainerId"]) is None:
            seed.seed(state, sample_data.INITIAL)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        return seed.seed(state, data)
