"""Connects the IBM API to the emulator: routes, errors, rate limit, seeding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from roster_emulator.api import Api, Call, Reply
from roster_emulator.ibm import errors, http_groups, http_members, http_rules, seed, token_exchange
from roster_emulator.ibm.schema import SCHEMA
from roster_emulator.state import State


class Ibm(Api):
    """IBM Cloud IAM."""

    name = "ibm"
    prefixes = ("/v2/", "/identity/")
    schema = SCHEMA
    routes = (token_exchange.ROUTE, *http_members.ROUTES, *http_rules.ROUTES, *http_groups.ROUTES)

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.general(call, status, detail)

    @override
    def admit(self, call: Call) -> Reply | None:
        return None if call.count(call.method, call.template) else self.refuse(call, 429)

    @override
    def finish(self, call: Call, reply: Reply) -> None:
        reply.headers.update({"Transaction-Id": call.trace, "X-Global-Transaction-Id": call.trace})
        if (window := call.window) is not None:
            reply.headers["X-RateLimit-Limit"] = str(window.limit)
            reply.headers["X-RateLimit-Remaining"] = str(window.remaining)
            reply.headers["X-RateLimit-Reset"] = str(window.reset)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        return seed.seed(state, data)
