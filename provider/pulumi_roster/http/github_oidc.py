"""Fetches the OIDC token of a job in GitHub Actions, which services accept in exchange for a token of their own.

Source: https://docs.github.com/actions/reference/security/oidc ("Methods for requesting the OIDC token")
"""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, urlsplit

from ..errors import RosterError, ServiceError, SettingsError, Unauthorized, Unreachable
from .auth import Token
from .client import Client, Dialect
from .limits import Limits
from .tls_and_proxies import is_loopback

__all__ = ["github_token", "in_github_actions"]

_URL, _TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"

_DIALECT = Dialect(title="GitHub Actions", error=lambda body: ("", str(body.get("message") or "")))


def in_github_actions() -> bool:
    """Return whether this process runs in a job of GitHub Actions that may ask for an OIDC token."""
    return bool(os.environ.get(_URL) and os.environ.get(_TOKEN))


def github_token(audience: str = "", limits: Limits | None = None) -> str:
    """Ask GitHub for a new OIDC token. It is valid for a few minutes, so ask again for each sign-in.

    The request has a client of its own: neither the proxy nor the certificates of another service apply to it.

    :param audience: the service that the token is for; by default the address of the repository's owner.
    :raises SettingsError: the job may not ask for a token.
    :raises Unauthorized: GitHub refused.
    :raises Unreachable: GitHub gave no token. Nothing was done.
    """
    url, secret = os.environ.get(_URL, ""), os.environ.get(_TOKEN, "")
    parts = urlsplit(url)
    if not url or not secret:
        raise SettingsError(
            f"GitHub Actions gives this job no OIDC token: {_URL} or {_TOKEN} is not set",
            hint="add `permissions: id-token: write` to the job",
        )
    if parts.scheme != "https" and not is_loopback(url):
        raise SettingsError(f"{_URL} must use https, got {parts.scheme!r}", hint="GitHub sets this variable itself")
    client = Client(f"{parts.scheme}://{parts.netloc}", Token(secret), _DIALECT, limits)
    try:
        asked = {**dict(parse_qsl(parts.query)), **({"audience": audience} if audience else {})}
        reply = client.get(parts.path, params=asked)
        token = reply.fields().get("value")
        if not isinstance(token, str) or not token:
            raise reply.unexpected("expected a token under 'value'")
    except RosterError as error:
        # The caller is about to send something else. Its own request was not sent, whatever happened to this one: an
        # absent page must not look like an absent object, and a lost reply must not look like a lost write.
        raise _failed(error) from None
    finally:
        client.close()
    return token


def _failed(error: RosterError) -> RosterError:
    message = f"GitHub Actions gave no OIDC token: {error.message}"
    if isinstance(error, ServiceError) and error.status < 500:
        hint = "nothing was done; check the audience, and that the job has `permissions: id-token: write`"
        return Unauthorized(message, status=error.status, response=error.response, hint=hint)
    return Unreachable(message, hint="nothing was done; run the job again")
