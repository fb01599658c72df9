"""Connects to Britive, and interprets its errors.

Source: https://docs.britive.com/v1/docs/manage-environments, and the vendor's Python client

Peculiarity: the code of an error says what it means; the status does not. The status is 400 or 404 for an absent
object, and 400 for an unknown application.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.paging import Paging, Query
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System
from ..redaction import quoted
from .federation import SCHEME, GitHubToken, workload_token

__all__ = ["ALREADY_MAPPED", "SYSTEM"]

ALREADY_MAPPED = "E1010"

_STATUS_OF_CODE = {
    "E1003": 400,
    "E1004": 404,
    "E1005": 409,
    ALREADY_MAPPED: 409,
    "E1012": 400,
    "E1013": 409,
    "MAINT0001": 503,
}


def _error(body: Any) -> tuple[str, str]:
    details = f" ({body['details']})" if body.get("details") else ""
    return str(body.get("errorCode") or ""), f"{body.get('message') or ''}{details}"[:500]


def _meaning(status: int, code: str, words: str) -> int:
    if code.startswith("AU-"):
        return 401
    if code in _STATUS_OF_CODE:
        return _STATUS_OF_CODE[code]
    # A 404 without the code for an absent object does not prove that the object no longer exists: the application or
    # the path may be unknown, or another host may have answered.
    return 400 if status in (404, 410) else status


def _next_page(body: Mapping[str, Any], query: Query) -> Query | None:
    page, size = int(body.get("page", 0)), int(body.get("size", 0))
    rows = body.get("data") or []
    more = bool(rows) and size * (page + 1) < int(body.get("count", 0))
    return {**query, "page": page + 1} if more else None


_UNKNOWN_APPLICATION = "check application_id, and that roster:britiveTenant names the tenant of that application"

DIALECT = Dialect(
    title="Britive",
    error=_error,
    meaning=_meaning,
    paging=Paging("count", _next_page, frozenset({"page"})),
    hints={
        401: "check roster:britiveToken, which may be revoked or expired; for an OIDC token, check that the tenant "
        "trusts its issuer and audience",
        403: "the token's identity needs the right to manage this application",
        404: "the object or its parent no longer exists; run `pulumi refresh` to update the state",
        429: "the rate limit did not end in time; run again later",
        500: "run again; if the error persists, ask Britive support",
        503: "the tenant may be under maintenance; run again later",
        "A-0003": _UNKNOWN_APPLICATION,
        "E1012": "use an application that does not scan its own environments, such as AWS Standalone",
        "E1013": "the application's own account mapping rule creates this mapping: change that rule, or keep the "
        "mapping with retain_on_delete=True or `pulumi state delete`",
    },
)


def _connect(connection: Connection) -> Client:
    return Client(connection.address(expand=tenant_url), _auth(connection), DIALECT, connection.limits)


def tenant_url(tenant: str) -> str:
    """Return the address of a tenant from its name, its host or its URL, with or without ``/api``."""
    tenant = tenant.strip().rstrip("/").removesuffix("/api")
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", tenant):
        return f"https://{tenant.lower()}.britive-app.com"
    return tenant if "://" in tenant else f"https://{tenant}"


def _auth(connection: Connection) -> httpx.Auth:
    """Return the auth of a connection. A federation comes first, as in the vendor's command ``pybritive``."""
    # With an emulator, no credential of the environment counts. GitHub gives its token through the environment.
    if (federation := connection.get("britiveFederation")) and not connection.emulator:
        if federation != "github":
            raise SettingsError(
                f"britiveFederation must be github, got {quoted(federation)!r}",
                hint="for another issuer of OIDC tokens, set britiveOidcToken or BRITIVE_OIDC_TOKEN to its token",
            )
        return Exchange(GitHubToken(connection.get("britiveOidcAudience"), connection.limits), scheme=SCHEME)
    if oidc_token := connection.get("britiveOidcToken"):
        return Token(workload_token(oidc_token), scheme=SCHEME)
    # Last, because the emulator has a default for it.
    token = connection.require("britiveToken", "britiveOidcToken").strip()
    return Token(token, scheme=_scheme(token))


def _scheme(token: str) -> str:
    """Return the authentication scheme of a token by its form, as the vendor's client does."""
    if len(token) < 50:
        return "TOKEN"
    return SCHEME if "::" in token else "Bearer"


SYSTEM = System(
    name="britive",
    title="Britive",
    url="britiveTenant",
    settings=(
        Setting("britiveTenant", ("BRITIVE_TENANT",)),
        # The vendor's Python client and command read the first variable, and its Terraform provider the second.
        Setting("britiveToken", ("BRITIVE_API_TOKEN", "BRITIVE_TOKEN"), secret=True),
        Setting("britiveOidcToken", ("BRITIVE_OIDC_TOKEN",), secret=True),
        Setting("britiveFederation", ("ROSTER_BRITIVE_FEDERATION",)),
        Setting("britiveOidcAudience", ("ROSTER_BRITIVE_OIDC_AUDIENCE",)),
    ),
    connect=_connect,
    development={"britiveToken": DEVELOPMENT_TOKEN},
)
