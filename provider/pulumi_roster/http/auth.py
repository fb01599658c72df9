"""Adds credentials to requests: :class:`Token` sends a fixed token, :class:`Exchange` exchanges a secret for a token.

Auth works above the transports, so they retry, limit and log the calls that fetch a token like all other calls. Within
a client, only ``Token`` and ``Exchange`` store credentials. Their ``repr`` does not show them.
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

# The characters that a header may contain. A token with a line break would become two headers.
_SENDABLE = re.compile(r"[!-~]+")


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

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with the token."""
        request.headers[self._header] = self._value
        Call.of(request).secrets = (self._token,)
        yield request


class Exchange(httpx.Auth):
    """Exchanges a secret for a token, once for all threads, and renews the token before it expires.

    The token endpoint accepts a form and returns ``access_token`` and ``expires_in``, as in OAuth 2.0. Without a token,
    the client sends no other request, so a failed exchange changes nothing in the service.

    :param url: the token endpoint, absolute.
    :param form: the fields to post, the secret among them.
    :param what: the name of the secret in errors, such as "API key".
    :param error_field: the field of an error reply that contains the reason, if it is not one of OAuth's.
    :param early: the fraction of a token's lifetime after which the client renews it.
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
        # The thread holds the lock while it fetches a token. If that fails, httpx closes the generator, which releases
        # the lock.
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
            # Services refuse a secret with 400, 401 or 403. Here, a 404 does not mean that an object no longer exists,
            # and a 500 does not mean that the service may have applied a write.
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


_ADDRESS = "check the address: it must be that of the service's API"


def _hint(status: int) -> str:
    """Return the hint for a failed exchange that the secret did not cause."""
    return "nothing was done; run again later" if status == 429 or status >= 500 else f"nothing was done; {_ADDRESS}"
