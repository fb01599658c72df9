"""How a request travels: httpx transports stacked on one another, one duty each.

    Retry        repeats what is safe to repeat, within the time budget of the call
    └─ RateGate  waits before a limit is hit
       └─ Log    writes one line a request, without credentials
          └─ Whole   reads the whole body, within limits of size and time
             └─ httpx.HTTPTransport

Time and chance are injected (:class:`Limits`), so tests neither sleep nor guess.
"""

from __future__ import annotations

import logging
import random
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx
import tenacity

from .network import certificates, proxy_for

__all__ = ["Limits", "Log", "RateGate", "ReplyTooLarge", "Retry", "Whole", "http_date", "is_certificate_error", "stack"]

log = logging.getLogger("pulumi_roster.http")


@dataclass(frozen=True)
class Limits:
    """Limits of time and size, in seconds and bytes, and where time and chance come from.

    ``budget`` is for one call of ours, all its repetitions and waits together; ``unreachable`` is the part of it that
    is spent on a service that cannot be connected to. ``settle`` is how long a write may take to show in the service's
    reads, where the service is eventually consistent; ``quiet`` how long a writer waits to see that its change stays
    (``contention``).
    """

    connect: float = 10.0
    read: float = 30.0
    budget: float = 120.0
    unreachable: float = 10.0
    settle: float = 6.0
    quiet: float = 1.0
    first_wait: float = 0.25
    longest_wait: float = 20.0
    largest_reply: int = 64 * 1024 * 1024
    retried: frozenset[int] = frozenset({500, 502, 503, 504})
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)


class ReplyTooLarge(httpx.TransportError):
    """A reply that is larger than ``Limits.largest_reply``."""


def stack(base_url: str, limits: Limits) -> httpx.BaseTransport:
    """The whole stack for one service. Certificates are always verified; ``network`` tells by which authorities, and
    through which proxy.

    :raises SettingsError: the environment names a proxy or a CA bundle that cannot be used.
    """
    bottom = httpx.HTTPTransport(
        verify=certificates(base_url),
        proxy=proxy_for(base_url),
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=30),
    )
    return Retry(RateGate(Log(Whole(bottom, limits)), limits), limits)


class _Layer(httpx.BaseTransport):
    def __init__(self, below: httpx.BaseTransport) -> None:
        self.below = below

    def close(self) -> None:
        self.below.close()


class Whole(_Layer):
    """Reads the whole body, so that the layers above see a reply that is complete, or an error.

    httpx limits the time between two bytes, not the whole, and unpacks a piece before anybody can measure it: a service
    that sends one byte a second would hold a worker for ever, and a packed kilobyte fill the memory. Here the deadline
    of the call ends the one, and ``Limits.largest_reply`` the other.
    """

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        deadline, now = _deadline(request, self.limits), self.limits.clock()
        to_send = _send_by(request, self.limits) - now
        if to_send <= 0:
            raise httpx.PoolTimeout("the time budget of the call was used up before it was sent", request=request)
        left = {"pool": to_send, "connect": to_send, "write": deadline - now, "read": deadline - now}
        limits = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {
            name: most if limits.get(name) is None else min(limits[name], most) for name, most in left.items()
        }
        reply = self.below.handle_request(request)
        try:
            body = self._body(reply, request, deadline)
        finally:
            reply.close()
        headers = [(name, value) for name, value in reply.headers.raw if name.lower() not in _FRAMING]
        return httpx.Response(
            reply.status_code,
            headers=headers,
            content=body,
            request=request,
            extensions={k: v for k, v in reply.extensions.items() if k != "network_stream"},
        )

    def _body(self, reply: httpx.Response, request: httpx.Request, deadline: float) -> bytes:
        limit = self.limits.largest_reply
        unpack = _unpacker(reply, request)
        body, came = bytearray(), False
        assert isinstance(reply.stream, httpx.SyncByteStream)
        for piece in reply.stream:
            came = came or bool(piece)
            try:
                # One byte more than is allowed is enough to know.
                body += unpack.decompress(piece, limit + 1 - len(body)) if unpack else piece
            except zlib.error as error:
                raise httpx.DecodingError(f"the reply is not packed as it says: {error}", request=request) from None
            if len(body) > limit:
                raise ReplyTooLarge(f"the reply is larger than {limit} bytes", request=request)
            if self.limits.clock() > deadline:
                raise httpx.ReadTimeout("the reply took longer than the time budget of the call", request=request)
        if unpack and came and not unpack.eof:
            raise httpx.RemoteProtocolError("the packed reply is not complete", request=request)
        return bytes(body)


# The body is unpacked and complete now; these would make httpx unpack it once more.
_FRAMING = {b"content-encoding", b"content-length", b"transfer-encoding"}


def _unpacker(reply: httpx.Response, request: httpx.Request) -> zlib._Decompress | None:
    encoding = reply.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding != "gzip":  # all that the client asks for; "gzip, gzip" is how bombs are nested
        raise httpx.DecodingError(f"the reply is packed as {encoding[:40]!r}, which was not asked for", request=request)
    return zlib.decompressobj(wbits=31)


class Log(_Layer):
    """One line a request at level DEBUG, one a failure at INFO: method, path, status, time. Headers and bodies, which
    hold the credentials, are never written; neither is the query of a token exchange."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        start = time.monotonic()
        try:
            reply = self.below.handle_request(request)
        except httpx.TransportError as error:
            log.info("%s %s failed: %s", request.method, _path(request), type(error).__name__)
            raise
        log.debug(
            "%s %s -> %d in %.0f ms",
            request.method,
            _path(request),
            reply.status_code,
            1000 * (time.monotonic() - start),
        )
        return reply


def _path(request: httpx.Request) -> str:
    """The path as it was sent: what an id holds stays encoded, so that it cannot forge a line of the log."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")


class RateGate(_Layer):
    """Holds a request back while the service's own headers say that its limit is used up.

    Limits are counted by method and route, as IBM documents them; the route is the path with its ids left open."""

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits
        self._closed_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        bucket = f"{request.method} {request.extensions.get('route', request.url.path)}"
        with self._lock:
            opens = self._closed_until.get(bucket, 0.0)
        wait = opens - self.limits.clock()
        # A limit that lifts only after our deadline is for the service to refuse, in its own words.
        if 0 < wait < _send_by(request, self.limits) - self.limits.clock():
            log.info("%s: limit used up, waiting %.1f s", bucket, wait)
            self.limits.sleep(wait)
        reply = self.below.handle_request(request)
        if reply.headers.get("x-ratelimit-remaining") == "0" and (seconds := seconds_to_reset(reply, self.limits)) > 0:
            with self._lock:
                self._closed_until[bucket] = self.limits.clock() + seconds
        return reply


def seconds_to_reset(reply: httpx.Response, limits: Limits) -> float:
    """Seconds until the limit lifts by ``X-RateLimit-Reset`` (epoch seconds at IBM, seconds left at Vault), else 0."""
    try:
        reset = float(reply.headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return 0.0
    return max(0.0, reset - _service_time(reply, limits) if reset > 1e9 else reset)


def seconds_to_retry(reply: httpx.Response, limits: Limits) -> float:
    """Seconds that the service asks us to wait by ``Retry-After`` (seconds or a date) or by its limit's reset, else
    0."""
    text = reply.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    if (date := http_date(text)) is not None:
        return max(0.0, date - _service_time(reply, limits))
    return seconds_to_reset(reply, limits) if reply.status_code == 429 else 0.0


def http_date(text: str) -> float | None:
    """A date of an HTTP header as epoch seconds; ``None`` for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _service_time(reply: httpx.Response, limits: Limits) -> float:
    """The service's own clock, by which it sets its limits; ours may be wrong by more than they last."""
    told = http_date(reply.headers.get("date", ""))
    return limits.wall_clock() if told is None else told


def _deadline(request: httpx.Request, limits: Limits) -> float:
    """When the call must be over, on ``limits.clock``; the client sets it once for a call and all its repetitions."""
    deadline: float = request.extensions.setdefault("deadline", limits.clock() + limits.budget)
    return deadline


def _send_by(request: httpx.Request, limits: Limits) -> float:
    """Until when the request may be sent, first or again: until its deadline, unless the client names an earlier
    time."""
    deadline = _deadline(request, limits)
    send_by: float = request.extensions.get("send_by", deadline)
    return min(deadline, send_by)


class Retry(_Layer):
    """Repeats a request after a failure that may pass, as long as the budget lasts.

    A request is repeated when the service surely did not act (not reached, 429), or when doing it twice is the same as
    once (the client says so in ``extensions["repeatable"]``). The wait is what the service asks for, else grows by
    doubling, and is jittered so that four threads do not come back together."""

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        def wait(state: tenacity.RetryCallState) -> float:
            doubled = min(self.limits.longest_wait, self.limits.first_wait * 2.0 ** min(state.attempt_number - 1, 60))
            own: float = doubled * (0.5 + self.limits.chance() / 2)
            outcome = state.outcome
            asked = seconds_to_retry(outcome.result(), self.limits) if outcome and not outcome.failed else 0.0
            return asked + own / 4 if asked else own

        give_up = self.limits.clock() + self.limits.unreachable
        # A repetition that is cut off by the deadline would tell less than the failure before it.
        latest = _send_by(request, self.limits) - min(_ANSWER, self.limits.budget / 10)

        def stop(state: tenacity.RetryCallState) -> bool:
            reached = state.outcome is None or not isinstance(state.outcome.exception(), _UNREACHED)
            return self.limits.clock() + state.upcoming_sleep >= (latest if reached else min(latest, give_up))

        def again(state: tenacity.RetryCallState) -> bool:
            outcome = state.outcome
            assert outcome is not None
            error = outcome.exception()
            if error is not None:
                return self._passes(request, error)
            return self._temporary(request, outcome.result())

        def last(state: tenacity.RetryCallState) -> httpx.Response:
            assert state.outcome is not None
            result: httpx.Response = state.outcome.result()
            return result

        retrying = tenacity.Retrying(
            sleep=self.limits.sleep, stop=stop, wait=wait, retry=again, retry_error_callback=last, reraise=True
        )
        return retrying(self.below.handle_request, request)

    def _temporary(self, request: httpx.Request, reply: httpx.Response) -> bool:
        if reply.status_code == 429:
            return True
        return reply.status_code in self.limits.retried and bool(request.extensions.get("repeatable"))

    def _passes(self, request: httpx.Request, error: BaseException) -> bool:
        if isinstance(error, _UNREACHED):
            return not is_certificate_error(error)
        if isinstance(error, _LASTING):
            return False
        return isinstance(error, httpx.TransportError) and bool(request.extensions.get("repeatable"))


# Seconds in which a service answers, as a rule.
_ANSWER = 1.0

# After these, nothing was sent.
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# These would come again.
_LASTING = (ReplyTooLarge, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.ProxyError)


def is_certificate_error(error: BaseException | None) -> bool:
    """Whether the service's certificate is not trusted. That will not change in a second."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
