"""Connects to AppSec+, and interprets its errors.

Source: the vendor's guides "Authentication" and "Errors"
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx

from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.grants import OAuthForm
from ..http.keys import DEVELOPMENT_TOKEN, Setting, System
from ..http.report_all import report_all
from ..http.settings import Connection

__all__ = ["SYSTEM"]


def _error(body: Any) -> tuple[str, str]:
    details = body.get("details")
    more = f" {json.dumps(details, ensure_ascii=False)}" if details else ""
    return str(body.get("code") or ""), f"{body.get('message') or ''}{more}"[:500]


DIALECT = Dialect(
    title="AppSec+",
    error=_error,
    hints={
        400: "correct the name or the members",
        403: "the token needs the right to manage identity groups",
        404: "the object no longer exists; run `pulumi refresh` to update the state",
        429: "AppSec+ accepts 100 requests a minute; run again later",
        500: "run again; if the error persists, ask AppSec+ support",
        503: "run again in a few minutes",
    },
)


def _connect(connection: Connection) -> Client:
    url = connection.address()
    auth, refused = _auth(connection, url)
    dialect = replace(DIALECT, hints={**DIALECT.hints, 401: refused})
    return Client(url, auth, dialect, connection.limits)


def _auth(connection: Connection, url: str) -> tuple[httpx.Auth, str]:
    """Return the credentials, and the hint for a call that AppSec+ does not accept."""
    if connection.way(("appsecClientId", "appsecClientSecret"), ("appsecToken",)) == "appsecClientId":
        client_id, secret = report_all(
            lambda: connection.require("appsecClientId"), lambda: connection.require("appsecClientSecret")
        )
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        refused = f"check {connection.called('appsecClientId')} and {connection.called('appsecClientSecret')}"
        return Exchange(
            OAuthForm(f"{url}/oauth/token", form, secret_name="AppSec+ client secret"), connection.limits
        ), refused
    token = connection.require("appsecToken", "appsecClientId").removeprefix("Bearer ")
    return Token(token), f"check {connection.called('appsecToken')}, which is valid for an hour"


SYSTEM = System(
    name="appsec",
    title="AppSec+",
    url="appsecUrl",
    settings=(
        Setting("appsecUrl", ("APPSEC_URL",)),
        Setting("appsecToken", ("APPSEC_TOKEN",), secret=True),
        Setting("appsecClientId", ("APPSEC_CLIENT_ID",)),
        Setting("appsecClientSecret", ("APPSEC_CLIENT_SECRET",), secret=True),
    ),
    connect=_connect,
    development={"appsecToken": DEVELOPMENT_TOKEN},
)
