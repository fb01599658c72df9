"""Adds credentials to requests: :class:`Token` sends a fixed token, :class:`Exchange` exchanges a secret for a token.

Auth works above the transports, so they retry, limit and log the calls that fetch a token like all other calls. Within
a client, only ``Token``, ``Exchange`` and its grant store credentials. Their ``repr`` does not show them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import httpx

from ..errors import RateLimited, RosterError, ServiceError, SettingsError, Unauthorized, UnexpectedReply
from ..redaction import quoted
from .call import Call
from .grants import Grant, Granted, Steps, TokenRequest
from .limits import Limits

__all__ = ["Exchange", "Token", "sign_out_until"]

# The characters that a header may contain. A token with a line break would become two headers.
_SENDABLE = re.compile(r"[!-~]+")

# A grant raises these errors if a reply lacks a field, or if a field has another type.
_MISSHAPEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)

_ADDRESS = "check the address: it must be that of the service's API"

# The engine gives its providers 5 seconds to end. All revocations of a process share this part of them.
_SIGN_OUT_SECONDS = 2.0

T = TypeVar("T")
_Requests = Generator[httpx.Request, httpx.Response, T]


def sign_out_until() -> float:
    """Return the moment at which the revocations that begin now must have ended, for all clients together.

    It is a time of ``time.monotonic``.
    """
    return time.monotonic() + _SIGN_OUT_SECONDS


class Token(httpx.Auth):
    """Sends a token that the user has configured. Roster cannot renew it.

    :param token: the bare token.
    :param scheme: the word before it, such as ``Bearer``, or "".
    :param header: the header that carries it.
    :raises SettingsError: the token cannot be sent.
    """

    def __init__(self, token: str, *, scheme: str = "Bearer", header: str = "Authorization") -> None:
        if not _SENDABLE.fullmatch(token):
            raise SettingsError(
                "the configured token cannot be sent: it is empty, or contains a space, a line break or the like",
                hint="configure the token again, without the characters around it",
            )
        self._token = token
        self._value = f"{scheme} {token}" if scheme else token
        self._header = header

    def auth_flow(self, request: httpx.Request) -> _Requests[None]:
        """Send the request with the token."""
        request.headers[self._header] = self._value
        Call.of(request).secrets = _forms(self._token)
        yield request


class Exchange(httpx.Auth):
    """Exchanges a secret for a token, once for all threads, and renews the token before it expires.

    Without a token, the client sends no other request, so a failed exchange changes nothing in the service.

    :param grant: names the requests that give a token.
    :param limits: those of the client; its clock decides when to renew a token.
    :param scheme: the word before the token, such as ``Bearer``, or "".
    :param header: the header that carries the token.
    :param early: the fraction of a token's lifetime after which the client renews it.
    """

    def __init__(
        self,
        grant: Grant,
        limits: Limits,
        *,
        scheme: str = "Bearer",
        header: str = "Authorization",
        early: float = 0.8,
    ) -> None:
        self._grant = grant
        self._prefix = f"{scheme} " if scheme else ""
        self._header = header
        self._early = early
        self._clock = limits.clock
        self._lock = threading.Lock()
        self._granted: Granted | None = None
        self._renew_at = 0.0
        self._secrets: tuple[str, ...] = ()
        self._new_but_refused = ""

    def sync_auth_flow(self, request: httpx.Request) -> _Requests[None]:
        """Send the request with a token, and again if the service refuses the token."""
        used = yield from self._current(request)
        self._sign(request, used)
        reply = yield request
        if reply.status_code not in self._grant.refusals or used == self._new_but_refused:
            return
        # The token was revoked, or our clock is wrong. Another thread may have fetched a new one already.
        token = yield from self._after_refusal(request, used)
        self._sign(request, token)
        # A refused request did nothing, so it can be sent again. If the token has not changed, the caller gets the
        # refusal again: httpx returns the last reply, and the reply before this one answered the grant.
        reply = yield request
        if token != used and reply.status_code in self._grant.refusals:
            # The service refuses the identity, not the token. Another token would not help the next call either.
            self._new_but_refused = token

    def sign_out(self, client: httpx.Client, until: float) -> None:
        """Revoke the token, if the grant can do that. Ignore all failures: the token then expires.

        :param client: sends the request, once.
        :param until: when to give up, as :func:`sign_out_until` returns it.
        """
        granted, self._granted = self._granted, None
        asked = self._grant.revoke(granted) if granted else None
        left = until - time.monotonic()
        if asked is None or left <= 0:
            return
        end = self._clock() + left
        call = Call(asked.url, repeatable=False, deadline=end, send_by=end, secrets=asked.secrets)
        with suppress(Exception):
            client.send(_request(asked, call, client.headers), auth=None)

    def _sign(self, request: httpx.Request, token: str) -> None:
        request.headers[self._header] = self._prefix + token
        Call.of(request).secrets = (*_forms(token), *self._secrets)

    def _current(self, request: httpx.Request) -> _Requests[str]:
        # The thread holds the lock while it fetches a token. If that fails, httpx closes the generator, which releases
        # the lock.
        with self._lock:
            if self._granted is None:
                yield from self._fetch(request, self._grant.sign_in())
            elif self._clock() >= self._renew_at:
                yield from self._fetch(request, self._grant.renew(self._granted))
            return self._token

    def _after_refusal(self, request: httpx.Request, refused: str) -> _Requests[str]:
        with self._lock:
            if self._token == refused and not (yield from self._run(request, self._grant.is_valid(refused))):
                yield from self._fetch(request, self._grant.sign_in())
            return self._token

    @property
    def _token(self) -> str:
        return self._granted.token if self._granted else ""

    def _fetch(self, request: httpx.Request, steps: Steps[Granted]) -> _Requests[None]:
        self._granted = yield from self._run(request, steps)
        self._renew_at = self._clock() + self._granted.lifetime * self._early

    def _run(self, request: httpx.Request, steps: Steps[T]) -> _Requests[T]:
        """Send the requests of a grant, and return its result."""
        reply, secrets = None, self._secrets
        try:
            asked = next(steps)
            while True:
                secrets = tuple({*secrets, *asked.secrets})
                call = Call.of(request).for_token(asked.url, secrets)
                reply = yield _request(asked, call, request.headers, request.extensions)
                try:
                    answer = self._answer(asked, reply, secrets)
                except RosterError as error:
                    asked = steps.throw(error)
                else:
                    asked = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
        except _MISSHAPEN:
            if reply is None:
                raise
            raise _without_token(reply) from None
        if isinstance(result, Granted):
            if not isinstance(result.token, str) or not _SENDABLE.fullmatch(result.token):
                raise _without_token(reply)
            self._secrets = secrets
        return result

    def _answer(self, asked: TokenRequest, reply: httpx.Response, secrets: tuple[str, ...]) -> Any:
        status = reply.status_code
        if status < 400:
            return reply.json()
        words = self._words(reply, secrets)
        refused = self._grant.refuses(status, words)
        # Here, a 404 does not mean that an object no longer exists, and a 500 does not mean that the service may have
        # applied a write.
        kind = Unauthorized if refused else RateLimited if status == 429 else ServiceError
        raise kind(
            f"the {asked.secret_name} was not accepted ({status})"
            if refused
            else f"the token endpoint answered {status}",
            status=status,
            response=words,
            transaction_id=Call.of(reply.request).transaction_id,
            hint=(asked.hint or f"check the configured {asked.secret_name}") if refused else _hint(status),
        )

    def _words(self, reply: httpx.Response, secrets: tuple[str, ...]) -> str:
        try:
            return quoted(self._grant.words(reply.json()), secrets)
        except _MISSHAPEN:
            return ""


def _request(
    asked: TokenRequest, call: Call, common: Mapping[str, str], extensions: Mapping[str, Any] | None = None
) -> httpx.Request:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **call.tracing, **asked.headers}
    if "User-Agent" in common:
        headers["User-Agent"] = common["User-Agent"]
    return httpx.Request(
        asked.method,
        asked.url,
        data=asked.form,
        json=asked.json,
        headers=headers,
        extensions={**(extensions or {}), **call.extensions()},
    )


def _without_token(reply: httpx.Response | None) -> RosterError:
    """Return the error for a grant that gave no token that can be sent.

    :param reply: the last reply; ``None`` if the grant got its token elsewhere.
    """
    if reply is None:
        return UnexpectedReply("the issuer gave a token that cannot be sent", hint="nothing was done; run again")
    return UnexpectedReply(
        f"the token endpoint answered {reply.status_code} without a token",
        transaction_id=Call.of(reply.request).transaction_id,
        hint=_ADDRESS,
    )


def _hint(status: int) -> str:
    """Return the hint for a failed exchange that the secret did not cause."""
    return "nothing was done; run again later" if status == 429 or status >= 500 else f"nothing was done; {_ADDRESS}"


def _forms(token: str) -> tuple[str, str]:
    """Return a token, and the same token without the name of its issuer, ``OIDC::``. A service may repeat either."""
    return token, token.rpartition("::")[2]
