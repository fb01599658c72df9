"""Serves the paths under ``/_emulator/``, which control the emulator and show what happened.

They need no token, because the emulator listens on the loopback only. A request from a web page (one with an ``Origin``
or the name of another host) is refused.

======  =======================  ====================================================================================
GET     /_emulator/health        ``{"status": "ok", "apis": [...]}``
GET     /_emulator/requests      counts, ``{"GET /v2/groups/{group_id}": 3}``; with ``?detail=1`` the last requests
DELETE  /_emulator/requests      sets all counts to zero
GET     /_emulator/faults        the injected faults, each with the number of requests that met it (``fired``)
POST    /_emulator/faults        injects one fault (an object) or several (a list); returns them with ids
DELETE  /_emulator/faults        removes all faults, or ``?id=3``; releases what they hold
GET     /_emulator/held          ``?count=2&timeout=10``: the held requests, when there are at least ``count``
POST    /_emulator/release       ``{"count": 1, "fault": 3}``, both optional: releases held requests
GET     /_emulator/switches      all switches
PUT     /_emulator/switches      ``{"rule_limit": 100}``: changes some
POST    /_emulator/seed          ``{"ibm": {...}}``: adds data, see the ``seed`` module of each API
POST    /_emulator/reset         deletes all data, faults and counts; switches stay
GET     /_emulator/dump          every row of every API
POST    /_emulator/clock         ``{"ahead": 3600}``: sets the clock this many seconds ahead of the real time
POST    /_emulator/tokens        ``{"revoke": "TOKEN"}``, or ``{"revoke": null}`` for every exchanged token
======  =======================  ====================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from roster_emulator.api import Api
from roster_emulator.faults import ActiveFaults, injected_fault
from roster_emulator.requests import Requests
from roster_emulator.state import State
from roster_emulator.switches import Switches

PREFIX = "/_emulator"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Admin:
    """The ASGI application of these paths."""

    def __init__(self, apis: Sequence[Api], state: State, faults: ActiveFaults, requests: Requests) -> None:
        self._apis = {api.name: api for api in apis}
        self._state, self._faults, self._requests = state, faults, requests
        self._populate()
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
        """Answer a request, as ASGI defines it."""
        await self._app(scope, receive, send)

    async def _health(self, request: Request) -> Any:
        return {"status": "ok", "apis": list(self._apis)}

    async def _list_requests(self, request: Request) -> Any:
        return list(self._requests.last) if request.query_params.get("detail") else dict(self._requests.counts)

    async def _clear_requests(self, request: Request) -> Any:
        self._requests.clear()
        return {}

    async def _list_faults(self, request: Request) -> Any:
        return [fault.model_dump() for fault in self._faults.faults]

    async def _add_faults(self, request: Request) -> Any:
        wanted = await request.json()
        faults = [injected_fault(fault) for fault in (wanted if isinstance(wanted, list) else [wanted])]
        added = [self._faults.add(fault, self._state.store).model_dump() for fault in faults]
        return added if isinstance(wanted, list) else added[0]

    async def _clear_faults(self, request: Request) -> Any:
        number = request.query_params.get("id")
        self._faults.clear(None if number is None else [int(number)])
        return {}

    async def _held(self, request: Request) -> Any:
        query = request.query_params
        return await self._faults.await_held(int(query.get("count", 1)), float(query.get("timeout", 10)))

    async def _release(self, request: Request) -> Any:
        wanted = await _object(request, "count", "fault")
        return {"released": self._faults.release(wanted.get("count"), wanted.get("fault"))}

    async def _show_switches(self, request: Request) -> Any:
        return self._state.switches.model_dump()

    async def _set_switches(self, request: Request) -> Any:
        wanted = await _object(request, *Switches.model_fields)
        Switches.model_validate(wanted)  # all or nothing
        for name, value in wanted.items():
            setattr(self._state.switches, name, value)
        return self._state.switches.model_dump()

    async def _seed(self, request: Request) -> Any:
        wanted = await _object(request, *self._apis)
        with self._state.store.transaction():
            return {name: self._apis[name].seed(self._state, data) for name, data in wanted.items()}

    async def _reset(self, request: Request) -> Any:
        self._faults.clear()
        self._requests.clear()
        self._state.clear()
        self._populate()
        return {}

    async def _dump(self, request: Request) -> Any:
        return self._state.dump()

    async def _clock(self, request: Request) -> Any:
        wanted = await _object(request, "ahead")
        self._state.ahead = float(wanted.get("ahead", 0))
        return {"now": self._state.now()}

    async def _tokens(self, request: Request) -> Any:
        wanted = await _object(request, "revoke")
        self._state.tokens.revoke(wanted.get("revoke"))
        return {}

    def _populate(self) -> None:
        with self._state.store.transaction():
            for api in self._apis.values():
                api.populate(self._state)


def _endpoint(answer: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        if "origin" in request.headers or request.url.hostname not in LOOPBACK:
            raise HTTPException(403, "not open to web pages and other hosts")
        try:
            return JSONResponse(await answer(request))
        except ValidationError as error:
            raise HTTPException(400, "; ".join(map(_reason, error.errors()))) from None
        except (ValueError, TypeError) as error:
            raise HTTPException(400, str(error)) from None

    return endpoint


def _reason(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"]))
    message = "unknown field" if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


async def _object(request: Request, *known: str) -> dict[str, Any]:
    value = await request.json() if await request.body() else {}
    if not isinstance(value, dict):
        raise ValueError(f"body: must be an object, got {json.dumps(value)[:60]}")
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise ValueError(f"unknown field {', '.join(unknown)}; known fields: {', '.join(known)}")
    return value


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
