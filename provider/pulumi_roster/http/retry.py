"""Repeats a request after a failure that may be temporary."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

import httpx
import tenacity

from .call import Call
from .layer import Layer
from .limits import Limits
from .rate_gate import seconds_to_retry
from .whole_body import ReplyTooLarge

__all__ = ["Retry", "is_certificate_error", "is_refused_client"]

# These errors prove that the client sent nothing.
_UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# A retry would get these errors again.
_LASTING = (ReplyTooLarge, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.ProxyError)


class Retry(Layer):
    """Repeats a request until it succeeds, fails permanently, or the time of the call is used up.

    It repeats a request if the service certainly did not act on it (not reached, status 429), or if the call is
    repeatable. It waits as long as the service asks. Otherwise the wait doubles each time, with jitter, so that threads
    do not retry at the same moment.
    """

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        call, limits = Call.of(request), self.limits
        give_up = limits.clock() + limits.unreachable
        # If the deadline interrupted a retry, the user would see only a timeout. The failure before it explains more.
        # So do not start a retry that has too little time.
        latest = call.send_by - limits.reply_margin

        def stop(state: tenacity.RetryCallState) -> bool:
            reached = state.outcome is None or not isinstance(state.outcome.exception(), _UNREACHED)
            return limits.clock() + state.upcoming_sleep >= (latest if reached else min(latest, give_up))

        def may_pass(state: tenacity.RetryCallState) -> bool:
            assert state.outcome is not None
            error = state.outcome.exception()
            return self._error_may_pass(call, error) if error else self._status_may_pass(call, state.outcome.result())

        def last(state: tenacity.RetryCallState) -> httpx.Response:
            assert state.outcome is not None
            result: httpx.Response = state.outcome.result()
            return result

        retrying = tenacity.Retrying(
            sleep=limits.sleep, stop=stop, wait=self._wait, retry=may_pass, retry_error_callback=last, reraise=True
        )
        return retrying(self.below.handle_request, request)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        limits, outcome = self.limits, state.outcome
        doubled = min(limits.longest_wait, limits.first_wait * 2.0 ** min(state.attempt_number - 1, 60))
        own: float = doubled * (0.5 + limits.chance() / 2)
        asked = seconds_to_retry(outcome.result(), limits) if outcome and not outcome.failed else 0.0
        return asked + own / 4 if asked else own

    def _status_may_pass(self, call: Call, reply: httpx.Response) -> bool:
        return reply.status_code == 429 or (reply.status_code in self.limits.retried and call.repeatable)

    def _error_may_pass(self, call: Call, error: BaseException) -> bool:
        if is_certificate_error(error) or is_refused_client(error):
            return False
        if isinstance(error, _UNREACHED):
            return True
        return isinstance(error, httpx.TransportError) and not isinstance(error, _LASTING) and call.repeatable


def is_certificate_error(error: BaseException | None) -> bool:
    """Return whether the client does not trust the service's certificate. A retry does not help then."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def is_refused_client(error: BaseException | None) -> bool:
    """Return whether the service does not trust the client's certificate, or misses one.

    With TLS 1.3, the client learns that only after it has sent the request, but the service has not read the request.
    """
    reasons = (cause.reason for cause in _causes(error) if isinstance(cause, ssl.SSLError))
    return any(re.search("ALERT.*(CERTIFICATE|UNKNOWN_CA)", reason or "") for reason in reasons)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
