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
    schema,
    seeding,
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


class Britive(Api):
    """Britive."""

    name = "britive"
    prefixes = ("/api/",)
    schema = schema.TABLES
    routes = (
        Route("GET", "/api/features", features),
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
