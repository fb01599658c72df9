"""Connects to IBM Cloud IAM, and interprets its errors.

Source: https://cloud.ibm.com/apidocs/iam-access-groups ("Endpoint URL", "Authentication")
"""

from __future__ import annotations

from typing import Any

import httpx

from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System

__all__ = ["SYSTEM"]

_DEFAULT_URL = "https://iam.cloud.ibm.com"


def _error(body: Any) -> tuple[str, str]:
    errors = body["errors"]
    return errors[0].get("code", ""), "; ".join(str(error.get("message", "")) for error in errors)[:500]


DIALECT = Dialect(
    title="IBM Cloud IAM",
    error=_error,
    transaction_header="Transaction-Id",
    hints={
        401: "check roster:ibmApiKey, or roster:ibmToken, which is valid for an hour",
        403: "the identity needs the Administrator or Editor role on the access group, or on the service "
        "'IAM Access Groups Service' to create one",
        404: "the object, or its group, no longer exists; run `pulumi refresh` to update the state",
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
        return Exchange(f"{url}/identity/token", form, what="IBM Cloud API key")
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
