"""Connects to Britive, and interprets its errors.

Source: https://docs.britive.com/v1/docs/manage-environments, and the vendor's Python client

Peculiarity: the code of an error says what it means; the status does not. The status is 400 or 404 for an absent
object, and 400 for an unknown application.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.keys import DEVELOPMENT_TOKEN, Setting, System
from ..http.paging import Paging, Query
from ..http.settings import Connection
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


DIALECT = Dialect(
    title="Britive",
    error=_error,
    meaning=_meaning,
    paging=Paging("count", _next_page, frozenset({"page"})),
    hints={
        403: "the token's identity needs the right to manage this application",
        404: "the object or its parent no longer exists; run `pulumi refresh` to update the state",
        429: "the rate limit did not end in time; run again later",
        500: "run again; if the error persists, ask Britive support",
        503: "the tenant may be under maintenance; run again later",
        "E1012": "use an application that does not scan its own environments, such as AWS Standalone",
        "E1013": "the application's own account mapping rule creates this mapping: change that rule, or keep the "
        "mapping with retain_on_delete=True or `pulumi state delete`",
    },
)


def _connect(connection: Connection) -> Client:
    auth, refused = _auth(connection)
    unknown = f"check application_id, and that {connection.called('britiveTenant')} names its tenant"
    dialect = replace(DIALECT, hints={**DIALECT.hints, 401: refused, "A-0003": unknown})
    return Client(connection.address(expand=tenant_url), auth, dialect, connection.limits)


_TRUST = "check that the tenant trusts the issuer and the audience of the OIDC token"


def tenant_url(tenant: str) -> str:
    """Return the address of a tenant from its name, its host or its URL, with or without ``/api``."""
    tenant = tenant.strip().rstrip("/").removesuffix("/api")
    if re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", tenant):
        return f"https://{tenant.lower()}.britive-app.com"
    return tenant if "://" in tenant else f"https://{tenant}"


def _auth(connection: Connection) -> tuple[httpx.Auth, str]:
    """Return the credentials, and the hint for a call that Britive does not accept."""
    way = connection.way(("britiveFederation", "britiveOidcAudience"), ("britiveOidcToken",), ("britiveToken",))
    # With an emulator, no credential of the environment counts. GitHub gives its token through the environment.
    if way == "britiveFederation" and not connection.emulator:
        federation = connection.require("britiveFederation")
        if federation != "github":
            raise SettingsError(
                f"{connection.called('britiveFederation')} must be github, got {quoted(federation)!r}",
                hint=f"for another issuer of OIDC tokens, set {connection.called('britiveOidcToken')} to its token",
            )
        grant = GitHubToken(
            connection.get("britiveOidcAudience"), connection.limits, connection.called("britiveFederation")
        )
        return Exchange(grant, connection.limits, scheme=SCHEME), _TRUST
    if way == "britiveOidcToken":
        expired = f"check {connection.called('britiveOidcToken')}, which may have expired, and {_TRUST}"
        return Token(workload_token(connection.get("britiveOidcToken")), scheme=SCHEME), expired
    token = connection.require("britiveToken", "britiveOidcToken").strip()
    return Token(token, scheme=_scheme(token)), f"check {connection.called('britiveToken')}, which may have expired"


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
