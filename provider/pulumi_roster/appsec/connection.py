"""Connects to AppSec+, and interprets its errors.

Source: the vendor's guides "Authentication" and "Errors"
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.grants import OAuthForm
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System

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
        401: "check roster:appsecClientId and roster:appsecClientSecret, or roster:appsecToken, "
        "which is valid for an hour",
        403: "the token needs the right to manage identity groups",
        404: "the object no longer exists; run `pulumi refresh` to update the state",
        429: "AppSec+ accepts 100 requests a minute; run again later",
        500: "run again; if the error persists, ask AppSec+ support",
        503: "run again in a few minutes",
    },
)


def _connect(connection: Connection) -> Client:
    url = connection.address()
    return Client(url, _auth(connection, url), DIALECT, connection.limits)


def _auth(connection: Connection, url: str) -> httpx.Auth:
    # A client id that the user set takes precedence over the emulator's development token.
    if client_id := connection.get("appsecClientId"):
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": connection.require("appsecClientSecret"),
        }
        return Exchange(OAuthForm(f"{url}/oauth/token", form, what="AppSec+ client secret"))
    return Token(connection.require("appsecToken", "appsecClientId").removeprefix("Bearer "))


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
