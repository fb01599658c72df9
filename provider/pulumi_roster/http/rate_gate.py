"""Delays requests while a rate limit is used up, according to the headers of the service's replies."""

from __future__ import annotations

import logging
import threading
from email.utils import parsedate_to_datetime

import httpx

from .call import Call
from .layer import Layer
from .limits import Limits

__all__ = ["RateGate", "http_date", "seconds_to_retry"]

log = logging.getLogger("pulumi_roster.http")


class RateGate(Layer):
    """Waits for a rate limit to lift before it sends the next request.

    Services count requests by method and route. The route is the path with ``{}`` for each id.
    """

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits
        self._closed_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        call = Call.of(request)
        bucket = f"{request.method} {call.route}"
        with self._lock:
            opens = self._closed_until.get(bucket, 0.0)
        wait = opens - self.limits.clock()
        # If the limit lifts too late for a reply, send the request now: the user then gets the service's refusal.
        if 0 < wait < call.send_by - self.limits.reply_margin - self.limits.clock():
            log.info("%s: limit used up, waiting %.1f s", bucket, wait)
            self.limits.sleep(wait)
        reply = self.below.handle_request(request)
        if reply.headers.get("x-ratelimit-remaining") == "0" and (seconds := _seconds_to_reset(reply, self.limits)) > 0:
            with self._lock:
                self._closed_until[bucket] = self.limits.clock() + seconds
        return reply


def seconds_to_retry(reply: httpx.Response, limits: Limits) -> float:
    """Return the seconds that the service asks the client to wait; 0 if it does not ask.

    ``Retry-After`` contains seconds or a date. Without it, a reply with status 429 may contain the reset of the limit.
    """
    text = reply.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    if (date := http_date(text)) is not None:
        return max(0.0, date - _service_time(reply, limits))
    return _seconds_to_reset(reply, limits) if reply.status_code == 429 else 0.0


def http_date(text: str) -> float | None:
    """Return a date of an HTTP header as epoch seconds; ``None`` for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _seconds_to_reset(reply: httpx.Response, limits: Limits) -> float:
    """Return the seconds until the limit lifts, from ``X-RateLimit-Reset``; 0 without that header.

    Some services give epoch seconds, others the seconds that are left.
    """
    try:
        reset = float(reply.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return 0.0
    return max(0.0, reset - _service_time(reply, limits) if reset > 1e9 else reset)


def _service_time(reply: httpx.Response, limits: Limits) -> float:
    """Return the time on the service's clock. Our clock may differ from it by more than a rate limit lasts."""
    date = http_date(reply.headers.get("date", ""))
    return limits.wall_clock() if date is None else date
