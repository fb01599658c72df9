"""The path of one request: route, count, fault, caller, limit, work, reply."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from roster_emulator import effects
from roster_emulator.admin import PREFIX, Admin
from roster_emulator.api import Api, Call, Problem, Reply
from roster_emulator.faults import Plans
from roster_emulator.requests import Requests
from roster_emulator.router import UNKNOWN, Match, Router
from roster_emulator.switches import Switches
from roster_emulator.wire import Wire
from roster_emulator.world import World

logger = logging.getLogger(__name__)


class Application:
    """The ASGI application over one world. All work is done on the loop's own thread, one request at a time."""

    def __init__(self, apis: Sequence[Api], switches: Switches, data: Path | None = None) -> None:
        self.world = World(apis, switches, data)
        self.plans = Plans()
        self.requests = Requests()
        self._router = Router(apis)
        self._admin = Admin(self.world, self.plans, self.requests)

    def close(self) -> None:
        """Writes everything to the file, if there is one."""
        self.world.store.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = scope["raw_path"].decode("ascii")
        if path.startswith(PREFIX):
            await self._admin(scope, receive, send)
            return
        wire = Wire(scope, receive, send, self.world.now)
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
            world=self.world,
            api=api,
            trace=headers.get("transaction-id") or str(uuid4()),
        )
        await self._answer(call, wire)

    async def _answer(self, call: Call, wire: Wire) -> None:
        match = self._router.match(call.api, call.method, call.path)
        call.params, call.template = match.params, match.template
        entry = self.requests.note(call)
        changes = match.route is not None and match.route.changes

        def work(call: Call) -> Reply:
            return self._work(call, match)

        plan = self.plans.take(call, changes)
        if plan is None:
            reply = work(call)
            entry["status"] = reply.status
            await wire.reply(reply)
        else:
            entry["fault"] = plan.kind
            entry["status"] = await effects.perform(plan, self.plans, call, work, wire)

    def _work(self, call: Call, match: Match) -> Reply:
        try:
            reply = self._judged(call, match)
        except Problem as problem:
            reply = problem.reply
        except Exception:
            logger.exception("%s %s failed", call.method, call.path)
            reply = call.api.refuse(call, 500)
        call.api.finish(call, reply)
        return reply

    def _judged(self, call: Call, match: Match) -> Reply:
        route = match.route
        if route is None or not route.open:
            call.caller = self.world.tokens.caller(call.api.credential(call.headers))
            turned_away = call.api.admit(call)
            if turned_away is not None:
                return turned_away
            if call.caller is None:
                return call.api.refuse(call, 401)
        if route is None:
            return call.api.refuse(call, 404 if match.template == UNKNOWN else 405)
        if not route.changes:
            return route.handler(call)
        if call.caller is not None and not call.caller.may_write:
            return call.api.refuse(call, 403)
        if not route.open:
            self.plans.before_write(call.world.store)
        with call.world.store.transaction():
            return route.handler(call)
