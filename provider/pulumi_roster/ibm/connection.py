"""Connects to IBM Cloud IAM, and interprets its errors.

Source: https://cloud.ibm.com/apidocs/iam-access-groups ("Endpoint URL", "Authentication")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.grants import OAuthForm
from ..http.paging import Paging, Query
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System

__all__ = ["SYSTEM"]

_DEFAULT_URL = "https://iam.cloud.ibm.com"


def _error(body: Any) -> tuple[str, str]:
    errors = body["errors"]
    return errors[0].get("code", ""), "; ".join(str(error.get("message", "")) for error in errors)[:500]


def _next_page(body: Mapping[str, Any], query: Query) -> Query | None:
    link = body.get("next")
    href = link.get("href") if isinstance(link, dict) else None
    # Use only the query of the link, so that the client sends credentials to the configured address only.
    return {**query, **dict(parse_qsl(urlsplit(str(href)).query, keep_blank_values=True))} if href else None


def _transaction_id(headers: Mapping[str, str], body: Any) -> str:
    """Return the id by which IBM's support knows a call."""
    trace = body.get("trace") if isinstance(body, dict) else None
    return str(trace or headers.get("x-global-transaction-id", ""))


DIALECT = Dialect(
    title="IBM Cloud IAM",
    error=_error,
    paging=Paging("total_count", _next_page, frozenset({"limit", "offset"})),
    transaction_header="Transaction-Id",
    transaction_id=_transaction_id,
    hints={
        401: "check roster:ibmApiKey, or roster:ibmToken, which is valid for an hour",
        403: "the identity needs the Administrator or Editor role: on the access group, or, to create a group, on the "
        "service 'IAM Access Groups Service'",
        404: "the object or its group no longer exists; run `pulumi refresh` to update the state",
        405: "the public access group cannot be changed this way",
        429: "the rate limit did not end in time; run again later",
        500: "run again; if the error persists, give the transaction id to IBM support",
        503: "run again in a few minutes; if the error persists, give the transaction id to IBM support",
    },
)


def _connect(connection: Connection) -> Client:
    url = connection.address(_DEFAULT_URL)
    return Client(url, _auth(connection, url), DIALECT, connection.limits)


def _auth(connection: Connection, url: str) -> httpx.Auth:
    if key := connection.get("ibmApiKey"):
        form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": key}
        return Exchange(OAuthForm(f"{url}/identity/token", form, what="IBM Cloud API key", error_field="errorMessage"))
    if token := connection.get("ibmToken"):
        return Token(token.removeprefix("Bearer "))
    connection.require("ibmApiKey", "ibmToken")
    raise AssertionError("unreachable")


SYSTEM = System(
    name="ibm",
    title="IBM Cloud IAM",
    url="ibmUrl",
    settings=(
        Setting("ibmUrl", ("IBMCLOUD_IAM_API_ENDPOINT",)),
        Setting("ibmAccountId", ("IBMCLOUD_ACCOUNT_ID",)),
        Setting("ibmApiKey", ("IC_API_KEY", "IBMCLOUD_API_KEY"), secret=True),
        Setting("ibmToken", ("IC_IAM_TOKEN",), secret=True),
    ),
    connect=_connect,
    development={"ibmAccountId": "acc-demo", "ibmToken": DEVELOPMENT_TOKEN},
)
