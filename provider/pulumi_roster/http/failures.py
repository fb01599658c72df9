"""Converts failed calls into Roster's own errors: requests without a usable reply, and replies with an error status."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx

from ..errors import NotFound, ReplyLost, RosterError, UnexpectedReply, Unreachable, error_class
from ..redaction import quoted, redacted, start_of
from .call import Call
from .dialect import Dialect
from .reply import Json
from .retry import is_certificate_error, is_refused_client
from .whole_body import ReplyTooLarge

__all__ = ["error_from_reply", "error_without_reply"]

# These errors prove that the client sent nothing.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def error_without_reply(
    dialect: Dialect, base_url: str, request: httpx.Request, error: httpx.HTTPError, what: str
) -> RosterError:
    """Return our error for a request that got no usable reply.

    :param request: the request of the call; ``error.request`` may be the exchange of a token instead.
    :param what: the method and path.
    """
    call = Call.of(request)
    service = f"{dialect.title} at {urlsplit(base_url).netloc}"
    why = quoted(str(error) or type(error).__name__, call.secrets)
    if error.request is not request:  # without a token, the client sends nothing else
        return Unreachable(
            f"{service} gave no token: {why}", hint=_connection_hint(dialect, error), transaction_id=call.transaction_id
        )
    if isinstance(error, _NOT_SENT) or is_refused_client(error):
        return Unreachable(f"{service} was not reached: {why}", hint=_connection_hint(dialect, error))
    if isinstance(error, (ReplyTooLarge, httpx.DecodingError)):
        return UnexpectedReply(f"{service}, {what}: {why}", transaction_id=call.transaction_id)
    return ReplyLost(
        f"{service} gave no complete reply to {what}: {why}",
        hint="run again; Roster first checks whether the service applied the lost request",
        transaction_id=call.transaction_id,
    )


def error_from_reply(dialect: Dialect, response: httpx.Response, what: str) -> RosterError:
    """Return our error for a reply with status 300 or more.

    :param what: the method and path.
    """
    call, status = Call.of(response.request), response.status_code
    body = _json(response)
    their_id = quoted(_their_transaction_id(dialect, response, body), call.secrets, limit=100)
    transaction_id = their_id or call.transaction_id
    if status < 400:
        location = quoted(response.headers.get("location", "nowhere").partition("?")[0], call.secrets, limit=200)
        return UnexpectedReply(
            f"{dialect.title} answered {what} with a redirect ({status}) to {location}",
            hint="configure the service's own address: Roster sends credentials only to the configured address",
            transaction_id=transaction_id,
        )
    code, words = _code_and_words(dialect, response, body, call.secrets)
    means = dialect.meaning(status, code, words)
    kind = error_class(means)
    if NotFound in (kind, error_class(status)) and "html" in response.headers.get("content-type", ""):
        # A proxy sent this page, or the address is wrong. As a NotFound, it would drop objects from the state.
        return UnexpectedReply(
            f"{dialect.title} answered {status} to {what} with a web page: {words}",
            hint="check the address, and whether a proxy answered instead of the service",
            transaction_id=transaction_id,
        )
    return kind(
        f"{dialect.title} answered {status}{f' {code}' if code else ''} to {what}",
        status=status,
        code=code,
        response=words,
        transaction_id=transaction_id,
        hint=dialect.hints.get(code) or dialect.hints.get(means, ""),
    )


def _connection_hint(dialect: Dialect, error: httpx.HTTPError) -> str:
    if is_refused_client(error):
        return dialect.hints.get("client certificate", "the service needs a client certificate that it trusts")
    if is_certificate_error(error):
        return dialect.hints.get("certificate") or (
            "check the address, or, if the service uses your own certificate authority, set SSL_CERT_FILE to its "
            "certificate"
        )
    return "check the address, the network and the proxy"


def _json(response: httpx.Response) -> Json:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


# Even for a malformed body, the result must be the error that the status means.
_MISSHAPEN = (ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError)


def _their_transaction_id(dialect: Dialect, response: httpx.Response, body: Json) -> str:
    try:
        return dialect.transaction_id(response.headers, body)
    except _MISSHAPEN:
        return ""


def _code_and_words(
    dialect: Dialect, response: httpx.Response, body: Json, secrets: tuple[str, ...]
) -> tuple[str, str]:
    try:
        if body is None:
            raise ValueError("not JSON")
        code, words = dialect.error(redacted(body, secrets))
    except _MISSHAPEN:
        code, words = "", re.sub(r"<[^>]*>", " ", start_of(response.content, secrets))
    return quoted(code or "", secrets, limit=100), quoted(words or "", secrets, limit=500)
