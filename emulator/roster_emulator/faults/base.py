"""Defines the common fields of injected faults, and what a fault can do with a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from roster_emulator.api import Call, Reply
from roster_emulator.wire import Wire


@dataclass(frozen=True)
class Exchange:
    """A request that met an injected fault, and what the fault can do with it."""

    call: Call
    wire: Wire
    handle: Callable[[Call], Reply]
    pause: Callable[[float], Awaitable[None]]
    hold: Callable[[], Awaitable[None]]

    def work(self) -> Reply:
        """Do the work that the request asks for, and return the true reply."""
        return self.handle(self.call)

    async def send(self, reply: Reply) -> int:
        """Send a reply and return its status."""
        await self.wire.reply(reply)
        return reply.status


class InjectedFault(BaseModel):
    """The common fields of injected faults: which requests meet the fault, and how often.

    A request meets the first fault that matches.
    """

    model_config = ConfigDict(extra="forbid")

    id: int = 0
    method: str | None = Field(default=None, description="HTTP method; null matches any.")
    route: str | None = Field(
        default=None, description="Route template, or path with * and ? as wildcards; null matches any."
    )
    times: int | None = Field(default=1, ge=1, description="How many requests meet the fault; null means all.")
    skip: int = Field(default=0, ge=0, description="How many matching requests pass unharmed first.")
    fired: int = Field(default=0, ge=0, description="How many requests have met the fault.")

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_fields(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        unknown = sorted(set(data) - set(cls.model_fields))
        if unknown:
            raise ValueError(f"unknown field {', '.join(unknown)}; known fields: {', '.join(cls.model_fields)}")
        return data

    @property
    def spent(self) -> bool:
        """Whether no further request will meet the fault."""
        return self.times is not None and self.fired >= self.times

    def matches(self, call: Call, changes: bool) -> bool:
        """Return whether the fault applies to a call. ``changes`` says whether the call is a write."""
        if self.spent or (self.method is not None and self.method.upper() != call.method):
            return False
        return self.route is None or any(
            self.route == path or fnmatchcase(path, self.route) for path in (call.template, call.path)
        )

    def fire(self) -> bool:
        """Count a matching request. Return ``False`` if the fault skips the request."""
        if self.skip > 0:
            self.skip -= 1
            return False
        self.fired += 1
        return True

    async def apply(self, exchange: Exchange) -> int | None:
        """Answer the request. Return the status that was sent, or ``None`` if the connection ended without one."""
        return await exchange.send(exchange.work())
