"""How a fault looks to the client."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from uuid import uuid4

from roster_emulator.api import Call, Reply
from roster_emulator.faults import Plan, Plans
from roster_emulator.wire import Wire

PAGE = (
    b"<html><head><title>Bad gateway</title></head><body><h1>The proxy could not reach the service</h1></body></html>"
)

Work = Callable[[Call], Reply]


async def perform(plan: Plan, plans: Plans, call: Call, work: Work, wire: Wire) -> int | None:
    """Answers a request as its plan says. Gives the status that went out, ``None`` for none."""
    if plan.kind == "latency":
        await plans.pause(plan.seconds)
    if plan.kind == "hold" and not plan.after:
        await plans.hold(plan, call)
    _bend(plan, call)
    reply = work(call) if plan.works else None
    if plan.kind == "hold" and plan.after:
        await plans.hold(plan, call)
    if plan.kind == "slow_headers":
        await plans.pause(plan.seconds)
    if plan.kind in ("drop", "drop_after"):
        await wire.drop(plan.how)
        return None
    reply = _reworded(plan, call, reply)
    if plan.kind == "slow_body":
        await wire.slowly(reply, plan.seconds, plans.pause)
    elif plan.kind == "truncated":
        await wire.half(reply, plan.how)
    else:
        await wire.reply(reply)
    return reply.status


def _bend(plan: Plan, call: Call) -> None:
    """Changes what the work is done on."""
    if plan.kind == "stale" and plan._snapshot is not None:
        call.world = call.world.as_of(plan._snapshot)
    elif plan.kind == "page_repeat":
        call.shift = -1
    elif plan.kind == "page_skip":
        call.shift = 1


def _reworded(plan: Plan, call: Call, reply: Reply | None) -> Reply:
    """The reply that the plan makes of the true one (``None``: no work was done)."""
    if plan.kind in ("status", "status_after"):
        status = plan.status or 503
        reply = call.api.refuse(call, status) if plan.body is None else Reply(status, _body(plan))
        call.notes.clear()  # no rate-limit headers but the plan's own
        call.api.finish(call, reply)
    elif plan.kind == "html":
        reply = Reply(plan.status or 200, _body(plan) or PAGE, {"Content-Type": "text/html"})
    elif plan.kind == "redirect":
        reply = Reply(plan.status or 307, headers={"Location": plan.location})
    elif reply is None:
        reply = Reply(200)
    elif plan.kind == "empty":
        reply = Reply(plan.status or reply.status, None, reply.headers)
    elif plan.kind == "extra_field":
        reply.body = _each_object(reply.body, lambda item: {**item, "x_unknown": {"of": ["a", "later", "version"]}})
    elif plan.kind == "missing_field":
        reply.body = _each_object(reply.body, lambda item: {k: v for k, v in item.items() if k != plan.field})
    elif plan.kind == "etag_churn":
        reply.headers["ETag"] = f"1-{uuid4().hex}"
    reply.headers.update(_hints(plan, call))
    return reply


def _hints(plan: Plan, call: Call) -> dict[str, str]:
    hints: dict[str, str] = {}
    if plan.retry_after is not None:
        hints["Retry-After"] = str(plan.retry_after)
    if plan.retry_after_date is not None:
        hints["Retry-After"] = formatdate(call.world.now() + plan.retry_after_date, usegmt=True)
    if plan.reset is not None:
        reset = plan.reset if plan.reset >= 1e9 else call.world.now() + plan.reset
        hints |= {"X-RateLimit-Reset": str(int(reset)), "X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "1"}
    return hints | plan.headers


def _body(plan: Plan) -> Any:
    return plan.body.encode() if isinstance(plan.body, str) else plan.body


def _each_object(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_each_object(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _each_object(item, change) for key, item in value.items()})
    return value
