"""How a request proves who we are: one :class:`httpx.Auth` per scheme.

Auth sits above the transports, so the calls that fetch a token are retried, limited and logged like all others. A
credential is held here and in no other place; ``repr`` shows none.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Mapping

import httpx

from ..errors import RateLimited, ServiceError, SettingsError, Unauthorized, UnexpectedReply
from ..redaction import quoted

__all__ = ["Exchange", "Token"]

# What may stand in a header, and in no other place: a token with a line break would be two headers.
_SENDABLE = re.compile(r"[!-~]+")


class Token(httpx.Auth):
    """A token that was given to us and that we cannot renew.

    :param token: the bare token.
    :param scheme: what stands before it, such as ``Bearer``; "" for none.
    :param header: where it goes.
    :raises SettingsError: the token cannot be sent.
    """

    def __init__(self, token: str, *, scheme: str = "Bearer", header: str = "Authorization") -> None:
        if not _SENDABLE.fullmatch(token):
            raise SettingsError(
                "the token that is configured cannot be sent: it is empty, or holds a blank, a line break or the like",
                hint="configure it again, without what came along when it was copied",
            )
        self._token = token
        self._value = f"{scheme} {token}" if scheme else token
        self._header = header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with the token."""
        request.headers[self._header] = self._value
        request.extensions["secrets"] = (self._token,)
        yield request


class Exchange(httpx.Auth):
    """A secret that is exchanged for a token, which is renewed before it ends; once for all threads.

    Serves OAuth client credentials and IBM's API keys alike: both post a form and get ``access_token`` and
    ``expires_in``. While there is no token nothing else is sent, so no error of the exchange leaves open what was done.

    :param url: the token endpoint, absolute.
    :param form: the fields to post, the secret among them.
    :param what: what the user calls the secret, for errors: "API key".
    :param early: the share of a token's life after which it is renewed.
    :raises SettingsError: the secret cannot be sent.
    """

    def __init__(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        what: str,
        early: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            "".join(form.values()).encode()
        except UnicodeEncodeError:
            raise SettingsError(f"the {what} that is configured is not valid text") from None
        self._url = url
        self._form = dict(form)
        self._what = what
        self._early = early
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with a token, and once more with a new one where the service refuses the old."""
        used = yield from self._current(request, refused="")
        self._sign(request, used)
        reply = yield request
        if reply.status_code == 401:
            # Revoked, or our clock is wrong: fetch once more, unless another thread has done so meanwhile.
            self._sign(request, (yield from self._current(request, refused=used)))
            yield request

    def _sign(self, request: httpx.Request, token: str) -> None:
        request.headers["Authorization"] = f"Bearer {token}"
        request.extensions["secrets"] = (token, *self._secrets)

    def _current(self, request: httpx.Request, *, refused: str) -> Generator[httpx.Request, httpx.Response, str]:
        # Held while the token is fetched. An error ends the generator where it waits, which releases the lock.
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._renew_at:
                reply = yield self._token_request(request)
                self._token, life = self._read(reply)
                self._renew_at = self._clock() + life * self._early
            return self._token

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **request.extensions.get("tracing", {})}
        if "User-Agent" in request.headers:
            headers["User-Agent"] = request.headers["User-Agent"]
        # Fetching a second token does no harm. The deadline is that of the call which needs the token.
        more = {"repeatable": True, "route": self._url, "secrets": self._secrets}
        extensions = {**request.extensions, **more}
        return httpx.Request("POST", self._url, data=self._form, headers=headers, extensions=extensions)

    def _read(self, reply: httpx.Response) -> tuple[str, float]:
        transaction_id = next(iter(reply.request.extensions.get("tracing", {}).values()), "")
        status = reply.status_code
        if status >= 400:
            # A refused secret is 400, 401 or 403 by service. What else may be, a 404 here says nothing of any object,
            # and a 500 nothing of any write.
            refused = status in (400, 401, 403)
            kind = Unauthorized if refused else RateLimited if status == 429 else ServiceError
            raise kind(
                f"the {self._what} was not accepted ({status})" if refused else f"the token endpoint answered {status}",
                status=status,
                words=self._words(reply),
                transaction_id=transaction_id,
                hint=f"check the {self._what} that is configured" if refused else _hint(status),
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
        words = answer.get("errorMessage") or answer.get("error_description") or answer.get("error") or ""
        return quoted(words, self._secrets)


_ADDRESS = "check the address of the service: is this its own API?"


def _hint(status: int) -> str:
    """What to do where neither the secret nor a token is to blame."""
    return "nothing was done; run again later" if status == 429 or status >= 500 else f"nothing was done; {_ADDRESS}"
