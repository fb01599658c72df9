"""How a request proves who we are: one :class:`httpx.Auth` per scheme.

Auth sits above the transports, so the calls that fetch a token are retried, limited and logged like all others. A
credential is held here and in no other place; ``repr`` shows none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from .errors import Unauthorized, UnexpectedReply, error_class

__all__ = ["Exchange", "Token"]


class Token(httpx.Auth):
    """A token that was given to us and that we cannot renew.

    :param token: the bare token.
    :param scheme: what stands before it, such as ``Bearer``; "" for none.
    :param header: where it goes.
    """

    def __init__(self, token: str, *, scheme: str = "Bearer", header: str = "Authorization") -> None:
        self._value = f"{scheme} {token}" if scheme else token
        self._header = header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers[self._header] = self._value
        yield request


class Exchange(httpx.Auth):
    """A secret that is exchanged for a token, which is renewed before it ends; once for all threads.

    Serves OAuth client credentials and IBM's API keys alike: both post a form and get ``access_token`` and
    ``expires_in``.

    :param url: the token endpoint, absolute.
    :param form: the fields to post, the secret among them.
    :param what: what the user calls the secret, for errors: "API key".
    :param early: the share of a token's life after which it is renewed.
    """

    requires_response_body = True

    def __init__(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        what: str,
        early: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._form = dict(form)
        self._what = what
        self._early = early
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        used = yield from self._current(request, refused="")
        request.headers["Authorization"] = f"Bearer {used}"
        reply = yield request
        if reply.status_code == 401:
            # Revoked, or our clock is wrong: fetch once more, unless another thread has done so meanwhile.
            request.headers["Authorization"] = f"Bearer {(yield from self._current(request, refused=used))}"
            yield request

    def _current(self, request: httpx.Request, *, refused: str) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if not self._token or self._token == refused or self._clock() >= self._renew_at:
                reply = yield self._token_request(request)
                self._token, life = self._read(reply)
                self._renew_at = self._clock() + life * self._early
            return self._token

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        return httpx.Request(
            "POST",
            self._url,
            data=self._form,
            headers={"Accept": "application/json", "User-Agent": request.headers.get("User-Agent", "")},
            # Fetching a second token does no harm. The deadline is that of the call which needs the token.
            extensions={**request.extensions, "repeatable": True, "route": self._url},
        )

    def _read(self, reply: httpx.Response) -> tuple[str, float]:
        if reply.status_code >= 400:
            # A refused exchange is 400 or 401 by service; for us it is always the credentials.
            cls = Unauthorized if reply.status_code < 429 else error_class(reply.status_code)
            raise cls(
                f"the {self._what} was not accepted ({reply.status_code})",
                status=reply.status_code,
                words=_words(reply),
                hint=f"check the {self._what} that is configured",
            )
        try:
            answer = reply.json()
            return str(answer["access_token"]), float(answer.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnexpectedReply(
                f"the token endpoint answered {reply.status_code} without a token",
                hint="check the address of the service: is this its own API?",
            ) from None


def _words(reply: httpx.Response) -> str:
    try:
        answer: Any = reply.json()
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    words = answer.get("errorMessage") or answer.get("error_description") or answer.get("error") or ""
    return str(words)[:300]
