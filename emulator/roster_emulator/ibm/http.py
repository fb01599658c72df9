"""The IBM API as the emulator's core sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply, bearer
from roster_emulator.ibm import errors, http_groups, http_members, http_rules, identity, seed
from roster_emulator.ibm.schema import SCHEMA
from roster_emulator.limits import Window
from roster_emulator.world import World


class Ibm(Api):
    """IBM Cloud IAM."""

    name = "ibm"
    prefixes = ("/v2/", "/identity/")
    schema = SCHEMA
    routes = (identity.ROUTE, *http_members.ROUTES, *http_rules.ROUTES, *http_groups.ROUTES)

    @override
    def credential(self, headers: Headers) -> str | None:
        return bearer(headers, "bearer")

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.general(call, status, detail)

    @override
    def admit(self, call: Call) -> Reply | None:
        caller = call.caller.name if call.caller else None
        switches = call.world.switches
        window = call.world.windows.take(
            (caller, call.method, call.template), switches.rate_limit, switches.rate_window
        )
        call.notes["window"] = window
        return None if window.allowed else self.refuse(call, 429)

    @override
    def finish(self, call: Call, reply: Reply) -> None:
        reply.headers.update({"Transaction-Id": call.trace, "X-Global-Transaction-Id": call.trace})
        window: Window | None = call.notes.get("window")
        if window is not None:
            reply.headers["X-RateLimit-Limit"] = str(window.limit)
            reply.headers["X-RateLimit-Remaining"] = str(window.remaining)
            reply.headers["X-RateLimit-Reset"] = str(window.reset)

    @override
    def seed(self, world: World, data: Mapping[str, Any]) -> Any:
        return seed.seed(world, data)
