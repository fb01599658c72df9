"""Adds credentials to requests: one :class:`httpx.Auth` for a given token, one for a secret that is exchanged for it.

Auth works above the transports, so they retry, limit and log the calls that fetch a token like all others. Only this
module holds credentials; ``repr`` shows none.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Mapping

import httpx

from ..errors import RateLimited, ServiceError, SettingsError, Unauthorized, UnexpectedReply
from ..redaction import quoted
from .call import Call

__all__ = ["Exchange", "Token"]

# The characters of a token in a header. A token with a line break would be two headers.
_SENDABLE = re.compile(r"[!-~]+")


class Token(httpx.Auth):
    """Sends a token that the user gave, and that cannot be renewed.

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

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token."""
        request.headers[self._header] = self._value
        Call.of(request).secrets = (self._token,)
        yield request


class Exchange(httpx.Auth):
    """Exchanges a secret for a token, once for all threads, and renews the token before it expires.

    The token endpoint takes a form and answers ``access_token`` and ``expires_in``, as in OAuth 2.0. Without a token,
    no other request is sent. So if an exchange fails, nothing was done.

    :param url: the token endpoint, absolute.
    :param form: the fields to post, the secret among them.
    :param what: the name of the secret in errors, such as "API key".
    :param error_field: the field of a refusal that says why, if it is not one of OAuth's.
    :param early: the share of a token's life after which it is renewed.
    :raises SettingsError: the secret cannot be sent.
    """

    def __init__(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        what: str,
        error_field: str = "error_description",
        early: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            "".join(form.values()).encode()
        except UnicodeEncodeError:
            raise SettingsError(f"the configured {what} is not valid text") from None
        self._url = url
        self._form = dict(form)
        self._what = what
        self._error_fields = (error_field, "error_description", "error")
        self._early = early
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, and again with a new token if the service refuses the old one."""
        used = yield from self._current(request, refused="")
        self._sign(request, used)
        reply = yield request
        if reply.status_code == 401:
            # The token was revoked, or our clock is wrong. Another thread may have fetched a new one already.
            self._sign(request, (yield from self._current(request, refused=used)))
            yield request

    def _sign(self, request: httpx.Request, token: str) -> None:
        request.headers["Authorization"] = f"Bearer {token}"
        Call.of(request).secrets = (token, *self._secrets)

    def _current(self, request: httpx.Request, *, refused: str) -> Generator[httpx.Request, httpx.Response, str]:
        # Held while the token is fetched. An error ends the generator where it waits, which releases the lock.
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._renew_at:
                reply = yield self._token_request(request)
                self._token, life = self._read(reply)
                self._renew_at = self._clock() + life * self._early
            return self._token

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        call = Call.of(request).for_token(self._url, self._secrets)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **call.tracing}
        if "User-Agent" in request.headers:
            headers["User-Agent"] = request.headers["User-Agent"]
        extensions = {**request.extensions, **call.extensions()}
        return httpx.Request("POST", self._url, data=self._form, headers=headers, extensions=extensions)

    def _read(self, reply: httpx.Response) -> tuple[str, float]:
        transaction_id = Call.of(reply.request).transaction_id
        status = reply.status_code
        if status >= 400:
            # A refused secret is 400, 401 or 403, depending on the service. A 404 here does not mean that an object
            # is gone, and a 500 does not mean that a write may have been done.
            refused = status in (400, 401, 403)
            kind = Unauthorized if refused else RateLimited if status == 429 else ServiceError
            raise kind(
                f"the {self._what} was not accepted ({status})" if refused else f"the token endpoint answered {status}",
                status=status,
                words=self._words(reply),
                transaction_id=transaction_id,
                hint=f"check the configured {self._what}" if refused else _hint(status),
            )
        try:
            answer = reply.json()
            token, life = answer["access_token"], float(answer.get("expires_in", 3600))
            if not _SENDABLE.fullmatch(token):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnexpectedReply(
                f"the token endpoint answered {status} without a token",
                transaction_id=transaction_id,
                hint=_ADDRESS,
            ) from None
        return token, life

    @property
    def _secrets(self) -> tuple[str, ...]:
        return tuple(value for name, value in self._form.items() if name != "grant_type")

    def _words(self, reply: httpx.Response) -> str:
        try:
            answer = reply.json()
        except (ValueError, RecursionError):
            return ""
        if not isinstance(answer, dict):
            return ""
        return quoted(next((answer[name] for name in self._error_fields if answer.get(name)), ""), self._secrets)


_ADDRESS = "check the address of the service: is this its own API?"


def _hint(status: int) -> str:
    """Return what to do if neither the secret nor a token is the cause."""
    return "nothing was done; run again later" if status == 429 or status >= 500 else f"nothing was done; {_ADDRESS}"
