"""Connects the Britive API to the emulator: routes, tokens, errors, data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply
from roster_emulator.britive import (
    applications,
    errors,
    http_accounts,
    http_applications,
    http_environments,
    http_tenant,
    sample_data,
    schema,
    seed,
)
from roster_emulator.state import State

SHORT = 50
SEPARATOR = "::"


def scheme(token: str) -> str:
    """Return the scheme of a token in lower case. The vendor's Python client derives it from the token too.

    An API token is shorter than 50 characters. A longer one is a workload token if it has an identity provider before
    ``::``.
    """
    if len(token) < SHORT:
        return "token"
    return "workloadtoken" if SEPARATOR in token else "bearer"


class Britive(Api):
    """Britive."""

    name = "britive"
    prefixes = ("/api/",)
    schema = schema.TABLES
    routes = (
        *http_tenant.ROUTES,
        *http_applications.ROUTES,
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
