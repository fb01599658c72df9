"""Fault plans: what is to go wrong, for which requests, and how often."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from roster_emulator.api import Call
from roster_emulator.store import Store

Kind = Literal[
    "latency",  # waits ``seconds``, then goes on as usual
    "hold",  # waits for a release (``after``: once the work is done), then goes on
    "status",  # answers ``status`` and does no work
    "status_after",  # does the work and answers ``status``
    "drop",  # ends the connection and does no work
    "drop_after",  # does the work and ends the connection without an answer
    "slow_headers",  # does the work, then waits ``seconds`` before the first byte
    "slow_body",  # sends the headers at once and the body spread over ``seconds``
    "truncated",  # half of the body; ``how``: "json" ends the reply in order, "close" and "reset" the connection
    "html",  # a page of a proxy in place of an answer
    "empty",  # the usual status with an empty body
    "extra_field",  # unknown fields in every object of the body
    "missing_field",  # no ``field`` in any object of the body
    "redirect",  # to ``location``
    "stale",  # a read sees the world as it was (``as_of``)
    "page_repeat",  # a list begins one row too early
    "page_skip",  # a list begins one row too late
    "etag_churn",  # the ETag of the reply is a new one each time, and never the true one
    "items_fail",  # items of a reply about many items fail with ``status``
]

WITHOUT_WORK = frozenset({"status", "drop", "html", "redirect"})


class Plan(BaseModel):
    """One fault. The first plan that matches a request is the one that it meets (``items_fail``: all that match)."""

    model_config = ConfigDict(extra="forbid")

    id: int = 0
    kind: Kind
    method: str | None = Field(default=None, description="HTTP method; any when absent.")
    route: str | None = Field(
        default=None, description="Route template or path, with * and ? as wildcards; any when absent."
    )
    times: int | None = Field(default=1, ge=1, description="How often; null for ever.")
    skip: int = Field(default=0, ge=0, description="Matching requests that pass unharmed first.")
    fired: int = Field(default=0, ge=0, description="How often it has fired.")

    work: bool | None = Field(
        default=None, description="Whether the work is done all the same; each kind has its own default."
    )
    seconds: float = Field(default=1.0, ge=0)
    status: int | None = Field(default=None, ge=200, le=599)
    retry_after: int | str | None = Field(default=None, description="Retry-After header, as given.")
    retry_after_date: float | None = Field(
        default=None, description="Retry-After as an HTTP date, so many seconds ahead."
    )
    reset: float | None = Field(
        default=None,
        description="X-RateLimit-Reset: epoch seconds from 1e9 on, else seconds ahead (or, below 0, past).",
    )
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    field: str = "id"
    location: str = "https://elsewhere.invalid/"
    how: Literal["close", "reset", "json"] = "close"
    after: bool = False
    as_of: Literal["last_write", "plan"] = "last_write"
    items: list[int | str] = Field(default_factory=list, description="Items by index or key; all of them when empty.")
    code: str = "error_occurred"
    message: str | None = None

    _snapshot: Store | None = PrivateAttr(default=None)

    @property
    def works(self) -> bool:
        """Whether the request does its work."""
        return self.kind not in WITHOUT_WORK if self.work is None else self.work

    @property
    def spent(self) -> bool:
        """Whether it has fired as often as it should."""
        return self.times is not None and self.fired >= self.times

    def matches(self, call: Call, changes: bool) -> bool:
        """Whether this plan is meant for such a request."""
        if self.spent or (self.method is not None and self.method.upper() != call.method):
            return False
        if self.route is not None and not any(
            self.route == path or fnmatchcase(path, self.route) for path in (call.template, call.path)
        ):
            return False
        return self.kind != "stale" or (not changes and self._snapshot is not None)

    def fire(self) -> bool:
        """Counts a matching request; ``False`` while requests are let pass."""
        if self.skip > 0:
            self.skip -= 1
            return False
        self.fired += 1
        return True


class ItemFailure:
    """A plan ``items_fail`` in one call: it counts as fired once in the call, on the first item that it meets."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._fires: bool | None = None
        self.status = plan.status or 409
        self.code = plan.code
        self.message = plan.message

    def meets(self, key: str, index: int) -> bool:
        """Whether this item is to fail."""
        if self._plan.items and key not in self._plan.items and index not in self._plan.items:
            return False
        if self._fires is None:
            self._fires = self._plan.fire()
        return self._fires


class Held:
    """A request that waits for its release."""

    def __init__(self, plan: Plan, call: Call) -> None:
        self.plan = plan
        self.description = {"fault": plan.id, "method": call.method, "path": call.path, "trace": call.trace}
        self.released = asyncio.Event()


class Plans:
    """The plans in force and the requests that they hold. Lives on the loop of the server."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.held: list[Held] = []
        self.changed = asyncio.Condition()
        self._ids = itertools.count(1)
        self._over = asyncio.Event()

    def add(self, plan: Plan, store: Store) -> Plan:
        """Puts a plan in force."""
        plan.id, plan.fired = next(self._ids), 0
        if plan.kind == "stale" and plan.as_of == "plan":
            plan._snapshot = store.snapshot()
        self.plans.append(plan)
        return plan

    def take(self, call: Call, changes: bool) -> Plan | None:
        """The plan that this request meets. Hands the failures of items to the call."""
        if not self.plans:
            return None
        matching = [plan for plan in self.plans if plan.matches(call, changes)]
        call.failures = [ItemFailure(plan) for plan in matching if plan.kind == "items_fail"]
        return next((plan for plan in matching if plan.kind != "items_fail" and plan.fire()), None)

    def before_write(self, store: Store) -> None:
        """Keeps the world as it is before a write, where a plan will want to show it."""
        waiting = [
            plan for plan in self.plans if plan.kind == "stale" and plan.as_of == "last_write" and not plan.spent
        ]
        if waiting:
            snapshot = store.snapshot()
            for plan in waiting:
                plan._snapshot = snapshot

    async def pause(self, seconds: float) -> None:
        """Waits so long, or until all plans are ended."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def hold(self, plan: Plan, call: Call) -> None:
        """Waits until the request is released."""
        held = Held(plan, call)
        self.held.append(held)
        await self._notify()
        try:
            await held.released.wait()
        finally:
            if held in self.held:
                self.held.remove(held)
            await self._notify()

    async def await_held(self, count: int, timeout: float) -> list[dict[str, Any]]:
        """The held requests, once there are ``count`` of them or the time is over."""
        with suppress(asyncio.TimeoutError):
            async with self.changed:
                await asyncio.wait_for(self.changed.wait_for(lambda: len(self.held) >= count), timeout)
        return [held.description for held in self.held]

    def release(self, count: int | None = None, plan: int | None = None) -> int:
        """Lets held requests go on, the first come first. Tells how many."""
        chosen = [held for held in self.held if plan is None or held.plan.id == plan][:count]
        for held in chosen:
            held.released.set()
            self.held.remove(held)
        return len(chosen)

    def clear(self, ids: Iterable[int] | None = None) -> None:
        """Ends plans (all of them by default), releases what they hold and cuts short what waits."""
        gone = {plan.id for plan in self.plans} if ids is None else set(ids)
        self.plans = [plan for plan in self.plans if plan.id not in gone]
        for number in gone:
            self.release(plan=number)
        if ids is None:
            self._over.set()
            self._over = asyncio.Event()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()
