"""Handles requests: finds the route, applies an injected fault, checks the token and the rate limit, does the work.

The APIs provide the routes and their handlers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from roster_emulator.admin import PREFIX, Admin
from roster_emulator.api import Api, Call, Problem, Reply
from roster_emulator.appsec import AppSec
from roster_emulator.britive import Britive
from roster_emulator.faults import ActiveFaults
from roster_emulator.ibm import Ibm
from roster_emulator.requests import Requests
from roster_emulator.router import UNKNOWN, Match, Router
from roster_emulator.state import State
from roster_emulator.switches import Switches
from roster_emulator.vault import Vault
from roster_emulator.wire import Wire

APIS: tuple[Api, ...] = (Ibm(), Britive(), Vault(), AppSec())

logger = logging.getLogger(__name__)


class Application:
    """The ASGI application. It does all work on the thread of the event loop, one request at a time."""

    def __init__(self, switches: Switches, data: Path | None = None, apis: Sequence[Api] = APIS) -> None:
        self.apis = apis
        self.state = State({api.name: api.schema for api in apis}, switches, data)
        self.faults = ActiveFaults()
        self.requests = Requests()
        self._router = Router(apis)
        self._admin = Admin(apis, self.state, self.faults, self.requests)

    def close(self) -> None:
        """Write everything to the file, if there is one."""
        self.state.store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI defines it."""
        path = scope["raw_path"].decode("ascii")
        if path.startswith(PREFIX):
            await self._admin(scope, receive, send)
            return
        wire = Wire(scope, receive, send, self.state.now)
        api = self._router.api(path)
        if api is None:
            await wire.reply(Reply(404, {"error": f"no API of the emulator has a path {path}"}))
            return
        headers = Headers(scope=scope)
        call = Call(
            method=scope["method"],
            path=api.normalise(path),
            query=QueryParams(scope["query_string"]),
            headers=headers,
            body=await wire.body(),
            state=self.state,
            api=api,
            trace=headers.get("transaction-id") or str(uuid4()),
        )
        await self._answer(call, wire)

    async def _answer(self, call: Call, wire: Wire) -> None:
        match = self._router.match(call.api, call.method, call.path)
        call.params, call.template = match.params, match.template
        entry = self.requests.note(call)

        def handle(call: Call) -> Reply:
            return self._handle(call, match)

        fault = self.faults.take(call, changes=match.route is not None and match.route.changes)
        if fault is None:
            reply = handle(call)
            entry["status"] = reply.status
            await wire.reply(reply)
        else:
            entry["fault"] = fault.kind
            entry["status"] = await self.faults.apply(fault, call, handle, wire)

    def _handle(self, call: Call, match: Match) -> Reply:
        try:
            reply = self._refusal(call, match) or self._work(call, match)
        except Problem as problem:
            reply = problem.reply(call)
        except Exception:
            logger.exception("%s %s failed", call.method, call.path)
            reply = call.api.refuse(call, 500)
        call.api.finish(call, reply)
        return reply

    def _refusal(self, call: Call, match: Match) -> Reply | None:
        """Return the refusal of a call that must not reach its handler: caller, rate limit, path, method, rights."""
        route, api = match.route, call.api
        if route is not None and route.open:
            return None
        call.caller = self.state.tokens.caller(api.credential(call.headers))
        refusal = api.admit(call)
        if refusal is not None:
            return refusal
        if call.caller is None:
            return api.refuse(call, 401)
        if route is None:
            return api.refuse(call, 404 if match.template == UNKNOWN else 405)
        return api.refuse(call, 403) if route.changes and not call.caller.may_write else None

    def _work(self, call: Call, match: Match) -> Reply:
        route = match.route
        assert route is not None
        if not route.changes:
            return route.handler(call)
        if not route.open:
            self.faults.before_write(call.state.store)
        with call.state.store.transaction():
            return route.handler(call)
