"""The Vault API as the emulator's core sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply
from roster_emulator.state import State
from roster_emulator.vault import errors, paths, seed, system
from roster_emulator.vault.errors import Refusal
from roster_emulator.vault.operations import realm_of
from roster_emulator.vault.schema import SCHEMA

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


class Vault(Api):
    """Vault, or OpenBao."""

    name = "vault"
    prefixes = ("/v1/",)
    schema = SCHEMA
    routes = (
        *(system.ROUTES),
        *(paths.GROUPS + paths.ALIASES + paths.ENTITIES + paths.LOOKUPS + paths.SYSTEM),
    )

    @override
    def normalise(self, path: str) -> str:
        # Lists may be asked for with a slash behind them.
        return path[:-1] if path.endswith(("/id/", "/name/")) else path

    @override
    def credential(self, headers: Headers) -> str | None:
        # Vault knows the scheme in this spelling only.
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return headers.get("x-vault-token") or (token if scheme == "Bearer" else None)

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.general(call, status)

    @override
    def admit(self, call: Call) -> Reply | None:
        if call.state.switches.vault_sealed:
            return self.refuse(call, 503)
        try:
            realm_of(call)
        except Refusal as refusal:
            return errors.body(refusal.status, *refusal.texts)
        return None if call.count() else self.refuse(call, 429)

    @override
    def finish(self, call: Call, reply: Reply) -> None:
        reply.headers.update(HEADERS)
        window = call.window
        if window is not None and call.state.switches.vault_rate_headers:
            # Seconds that are left, unlike the epoch seconds of other services.
            left = str(max(0, int(window.reset - call.state.now())))
            reply.headers["X-Ratelimit-Limit"] = str(window.limit)
            reply.headers["X-Ratelimit-Remaining"] = str(window.remaining)
            reply.headers["X-Ratelimit-Reset"] = left
            if not window.allowed:
                reply.headers["Retry-After"] = left

    @override
    def populate(self, state: State) -> None:
        seed.populate(state)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        return seed.seed(state, data)
