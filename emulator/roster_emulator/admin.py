"""The paths under ``/_emulator/``: they steer the emulator and ask it what happened.

They need no token, since the emulator listens on the loopback only; a request that comes from a web page (an
``Origin``, or the name of another host) is refused.

======  =======================  ====================================================================================
GET     /_emulator/health        ``{"status": "ok", "apis": [...]}``
GET     /_emulator/requests      counts, ``{"GET /v2/groups/{group_id}": 3}``; with ``?detail=1`` the last requests
DELETE  /_emulator/requests      begins to count anew
GET     /_emulator/faults        the plans with the number of times that each has fired
POST    /_emulator/faults        one plan (an object) or several (a list), see ``faults.py``; gives them back with ids
DELETE  /_emulator/faults        ends all plans, or ``?id=3``; releases what they hold
GET     /_emulator/held          ``?count=2&timeout=10``: the held requests, once there are so many
POST    /_emulator/release       ``{"count": 1, "fault": 3}``, both optional: lets held requests go on
GET     /_emulator/switches      all switches
PUT     /_emulator/switches      ``{"rule_limit": 100}``: changes some
POST    /_emulator/seed          ``{"ibm": {...}}``: adds data, see each API's ``seed``
POST    /_emulator/reset         fresh data; ends plans and begins to count anew; switches stay
GET     /_emulator/dump          every row of every API
POST    /_emulator/clock         ``{"ahead": 3600}``: puts the clock ahead of the time, in seconds
POST    /_emulator/tokens        ``{"revoke": "TOKEN"}``, or ``{"revoke": null}`` for every exchanged one
======  =======================  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from roster_emulator.faults import Plan, Plans
from roster_emulator.requests import Requests
from roster_emulator.switches import Switches
from roster_emulator.world import World

PREFIX = "/_emulator"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Admin:
    """The ASGI application of the admin paths."""

    def __init__(self, world: World, plans: Plans, requests: Requests) -> None:
        self._world, self._plans, self._requests = world, plans, requests
        paths: dict[tuple[str, str], Callable[[Request], Awaitable[Any]]] = {
            ("GET", "health"): self._health,
            ("GET", "requests"): self._list_requests,
            ("DELETE", "requests"): self._clear_requests,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "held"): self._held,
            ("POST", "release"): self._release,
            ("GET", "switches"): self._show_switches,
            ("PUT", "switches"): self._set_switches,
            ("POST", "seed"): self._seed,
            ("POST", "reset"): self._reset,
            ("GET", "dump"): self._dump,
            ("POST", "clock"): self._clock,
            ("POST", "tokens"): self._tokens,
        }
        self._app = Starlette(
            routes=[
                Route(f"{PREFIX}/{path}", _endpoint(answer), methods=[method])
                for (method, path), answer in paths.items()
            ],
            exception_handlers={HTTPException: _refusal},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self._app(scope, receive, send)

    async def _health(self, request: Request) -> Any:
        return {"status": "ok", "apis": list(self._world.apis)}

    async def _list_requests(self, request: Request) -> Any:
        return list(self._requests.last) if request.query_params.get("detail") else dict(self._requests.counts)

    async def _clear_requests(self, request: Request) -> Any:
        self._requests.clear()
        return {}

    async def _list_faults(self, request: Request) -> Any:
        return [plan.model_dump() for plan in self._plans.plans]

    async def _add_faults(self, request: Request) -> Any:
        wanted = await request.json()
        plans = [Plan.model_validate(plan) for plan in (wanted if isinstance(wanted, list) else [wanted])]
        added = [self._plans.add(plan, self._world.store).model_dump() for plan in plans]
        return added if isinstance(wanted, list) else added[0]

    async def _clear_faults(self, request: Request) -> Any:
        number = request.query_params.get("id")
        self._plans.clear(None if number is None else [int(number)])
        return {}

    async def _held(self, request: Request) -> Any:
        query = request.query_params
        return await self._plans.await_held(int(query.get("count", 1)), float(query.get("timeout", 10)))

    async def _release(self, request: Request) -> Any:
        wanted = await _object(request, "count", "fault")
        return {"released": self._plans.release(wanted.get("count"), wanted.get("fault"))}

    async def _show_switches(self, request: Request) -> Any:
        return self._world.switches.model_dump()

    async def _set_switches(self, request: Request) -> Any:
        wanted = await _object(request, *Switches.model_fields)
        Switches.model_validate(wanted)  # all or nothing
        for name, value in wanted.items():
            setattr(self._world.switches, name, value)
        return self._world.switches.model_dump()

    async def _seed(self, request: Request) -> Any:
        wanted = await _object(request, *self._world.apis)
        with self._world.store.transaction():
            return {name: self._world.apis[name].seed(self._world, data) for name, data in wanted.items()}

    async def _reset(self, request: Request) -> Any:
        self._plans.clear()
        self._requests.clear()
        self._world.reset()
        return {}

    async def _dump(self, request: Request) -> Any:
        return self._world.dump()

    async def _clock(self, request: Request) -> Any:
        wanted = await _object(request, "ahead")
        self._world.ahead = float(wanted.get("ahead", 0))
        return {"now": self._world.now()}

    async def _tokens(self, request: Request) -> Any:
        wanted = await _object(request, "revoke")
        self._world.tokens.revoke(wanted.get("revoke"))
        return {}


def _endpoint(answer: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        if "origin" in request.headers or request.url.hostname not in LOOPBACK:
            raise HTTPException(403, "not for web pages and other hosts")
        try:
            return JSONResponse(await answer(request))
        except ValidationError as error:
            reasons = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
            raise HTTPException(400, "; ".join(reasons)) from None
        except (ValueError, TypeError, KeyError) as error:
            raise HTTPException(400, f"{type(error).__name__}: {error}") from None

    return endpoint


async def _object(request: Request, *known: str) -> dict[str, Any]:
    value = await request.json() if await request.body() else {}
    if not isinstance(value, dict):
        raise ValueError("an object is needed")
    strange = sorted(set(value) - set(known))
    if strange:
        raise ValueError(f"unknown: {', '.join(strange)}; known: {', '.join(known)}")
    return value


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
