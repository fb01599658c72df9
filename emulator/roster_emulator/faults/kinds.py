"""Defines the kinds of injected faults.

Each class has the fields of its kind. Its method ``apply`` handles a request that meets the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import Field, PrivateAttr, TypeAdapter
from typing_extensions import override

from roster_emulator.api import Call, ItemError, Reply
from roster_emulator.faults.base import Exchange, InjectedFault
from roster_emulator.store import Store

PROXY_PAGE = (
    b"<html><head><title>Bad gateway</title></head><body><h1>The proxy could not reach the service</h1></body></html>"
)

Seconds = Annotated[float, Field(ge=0)]
StatusCode = Annotated[int, Field(ge=200, le=599)]


class Latency(InjectedFault):
    """Waits ``seconds`` before the work, then replies as usual."""

    kind: Literal["latency"] = "latency"
    seconds: Seconds = 1.0

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        await exchange.pause(self.seconds)
        return await super().apply(exchange)


class Hold(InjectedFault):
    """Holds the request until a release, before the work or (``after``) between the work and the reply.

    Without ``work``, it does no work and replies with an empty 200.
    """

    kind: Literal["hold"] = "hold"
    after: bool = False
    work: bool = True

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        if not self.after:
            await exchange.hold()
        reply = exchange.work() if self.work else Reply(200)
        if self.after:
            await exchange.hold()
        return await exchange.send(reply)


class _StatusReply(InjectedFault):
    """The fields and the reply of the kinds that answer with a status."""

    status: StatusCode = 503
    body: Any = None
    headers: dict[str, str] = Field(default_factory=dict)
    retry_after: int | str | None = Field(default=None, description="Retry-After header, sent as given.")
    retry_after_date: float | None = Field(
        default=None, description="Retry-After as an HTTP date, this many seconds ahead."
    )
    reset: float | None = Field(
        default=None,
        description="X-RateLimit-Reset: epoch seconds from 1e9 on; smaller numbers are seconds from now.",
    )

    def reply(self, call: Call) -> Reply:
        """Return the reply: ``body``, or the API's own error body for the status. A text is sent as it is."""
        if self.body is None:
            reply = call.api.refuse(call, self.status)
        else:
            reply = Reply(self.status, self.body.encode() if isinstance(self.body, str) else self.body)
        call.window = None  # The only rate-limit headers are those of the fault.
        call.api.finish(call, reply)
        now = call.state.now()
        if self.retry_after is not None:
            reply.headers["Retry-After"] = str(self.retry_after)
        if self.retry_after_date is not None:
            reply.headers["Retry-After"] = formatdate(now + self.retry_after_date, usegmt=True)
        if self.reset is not None:
            reset = self.reset if self.reset >= 1e9 else now + self.reset
            reply.headers |= {
                "X-RateLimit-Reset": str(int(reset)),
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Limit": "1",
            }
        reply.headers |= self.headers
        return reply


class Status(_StatusReply):
    """Replies with ``status`` and does no work."""

    kind: Literal["status"] = "status"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        return await exchange.send(self.reply(exchange.call))


class StatusAfter(_StatusReply):
    """Does the work, then replies with ``status``."""

    kind: Literal["status_after"] = "status_after"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        exchange.work()
        return await exchange.send(self.reply(exchange.call))


class Drop(InjectedFault):
    """Ends the connection and does no work. ``how``: in order, or with a TCP reset."""

    kind: Literal["drop"] = "drop"
    how: Literal["close", "reset"] = "close"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        await exchange.wire.drop(reset=self.how == "reset")
        return None


class DropAfter(InjectedFault):
    """Does the work, then ends the connection without a reply. ``how``: in order, or with a TCP reset."""

    kind: Literal["drop_after"] = "drop_after"
    how: Literal["close", "reset"] = "close"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        exchange.work()
        await exchange.wire.drop(reset=self.how == "reset")
        return None


class SlowHeaders(InjectedFault):
    """Does the work, then waits ``seconds`` before the first byte of the reply."""

    kind: Literal["slow_headers"] = "slow_headers"
    seconds: Seconds = 1.0

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        await exchange.pause(self.seconds)
        return await exchange.send(reply)


class SlowBody(InjectedFault):
    """Does the work and sends the headers at once, and the body in pieces over ``seconds``."""

    kind: Literal["slow_body"] = "slow_body"
    seconds: Seconds = 1.0

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        await exchange.wire.slowly(reply, self.seconds, exchange.pause)
        return reply.status


class Truncated(InjectedFault):
    """Does the work and sends half of the body. ``how``: ``json`` sends the half as a complete reply, ``close`` and
    ``reset`` end the connection in the middle.
    """

    kind: Literal["truncated"] = "truncated"
    how: Literal["close", "reset", "json"] = "close"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        if self.how == "json":
            await exchange.wire.half_as_whole(reply)
        else:
            await exchange.wire.half(reply, reset=self.how == "reset")
        return reply.status


class Html(InjectedFault):
    """Replies with the HTML page of a proxy and does no work, unless ``work`` is set."""

    kind: Literal["html"] = "html"
    status: StatusCode = 200
    work: bool = False

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        if self.work:
            exchange.work()
        return await exchange.send(Reply(self.status, PROXY_PAGE, {"Content-Type": "text/html"}))


class Redirect(InjectedFault):
    """Redirects to ``location`` and does no work, unless ``work`` is set."""

    kind: Literal["redirect"] = "redirect"
    status: StatusCode = 307
    location: str = "https://elsewhere.invalid/"
    work: bool = False

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        if self.work:
            exchange.work()
        return await exchange.send(Reply(self.status, headers={"Location": self.location}))


class Empty(InjectedFault):
    """Does the work and replies with an empty body. ``status`` replaces the true one."""

    kind: Literal["empty"] = "empty"
    status: StatusCode | None = None

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        return await exchange.send(Reply(self.status or reply.status, None, reply.headers))


class ExtraField(InjectedFault):
    """Adds an unknown field to every object of the reply."""

    kind: Literal["extra_field"] = "extra_field"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        reply.body = _each_object(reply.body, lambda item: {**item, "x_unknown": {"of": ["a", "later", "version"]}})
        return await exchange.send(reply)


class MissingField(InjectedFault):
    """Removes ``field`` from every object of the reply."""

    kind: Literal["missing_field"] = "missing_field"
    field: str = "id"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        reply.body = _each_object(reply.body, lambda item: {k: v for k, v in item.items() if k != self.field})
        return await exchange.send(reply)


class Stale(InjectedFault):
    """Answers a read from an older state.

    ``as_of`` chooses the state: before the last write (``last_write``), or when the fault was injected (``plan``).
    """

    kind: Literal["stale"] = "stale"
    as_of: Literal["last_write", "plan"] = "last_write"

    _snapshot: Store | None = PrivateAttr(default=None)

    @override
    def matches(self, call: Call, changes: bool) -> bool:
        return super().matches(call, changes) and not changes and self._snapshot is not None

    def injected(self, store: Store) -> None:
        """Keep the state in which the fault was injected, if reads are to see that one."""
        if self.as_of == "plan":
            self._snapshot = store.snapshot()

    def before_write(self, store: Store) -> None:
        """Keep the state before a write, if reads are to see that one."""
        if self.as_of == "last_write" and not self.spent:
            self._snapshot = store.snapshot()

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        assert self._snapshot is not None
        exchange.call.state = exchange.call.state.as_of(self._snapshot)
        return await super().apply(exchange)


class PageRepeat(InjectedFault):
    """Begins a page one row too early, so that it repeats the last row of the page before."""

    kind: Literal["page_repeat"] = "page_repeat"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        exchange.call.shift = -1
        return await super().apply(exchange)


class PageSkip(InjectedFault):
    """Begins a page one row too late, so that no page shows its first row."""

    kind: Literal["page_skip"] = "page_skip"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        exchange.call.shift = 1
        return await super().apply(exchange)


class EtagChurn(InjectedFault):
    """Replies with an ETag that is new each time and never the true one."""

    kind: Literal["etag_churn"] = "etag_churn"

    @override
    async def apply(self, exchange: Exchange) -> int | None:
        reply = exchange.work()
        reply.headers["ETag"] = f"1-{uuid4().hex}"
        return await exchange.send(reply)


class ItemsFail(InjectedFault):
    """Makes single items of a bulk call fail.

    Several faults of this kind can apply to one call, together with a fault of another kind. ``items`` names the items
    by key or by index from 0; if it is empty, all items fail.
    """

    kind: Literal["items_fail"] = "items_fail"
    items: list[int | str] = Field(default_factory=list)
    status: StatusCode = 409
    code: str = "error_occurred"
    message: str | None = None

    def for_call(self) -> Callable[[str, int], ItemError | None]:
        """Return a function that gives the error of an item. The first item that fails counts the call."""
        fires: bool | None = None

        def error(key: str, index: int) -> ItemError | None:
            nonlocal fires
            if self.items and key not in self.items and index not in self.items:
                return None
            if fires is None:
                fires = self.fire()
            return ItemError(self.status, self.code, self.message) if fires else None

        return error


AnyFault = (
    Latency | Hold | Status | StatusAfter | Drop | DropAfter | SlowHeaders | SlowBody | Truncated | Html | Redirect
    | Empty | ExtraField | MissingField | Stale | PageRepeat | PageSkip | EtagChurn | ItemsFail
)  # fmt: skip
_ANY: TypeAdapter[AnyFault] = TypeAdapter(Annotated[AnyFault, Field(discriminator="kind")])


def injected_fault(data: Any) -> AnyFault:
    """Return the injected fault that JSON describes. Raise ``ValidationError`` if it describes none."""
    return _ANY.validate_python(data)


def _each_object(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_each_object(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _each_object(item, change) for key, item in value.items()})
    return value
