"""Connects to IBM Cloud IAM, and interprets its errors.

Source: https://cloud.ibm.com/apidocs/iam-access-groups ("Endpoint URL", "Authentication")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.grants import Grant
from ..http.keys import DEVELOPMENT_TOKEN, Setting, System
from ..http.paging import Paging, Query
from ..http.report_all import report_all
from ..http.settings import Connection
from .sign_in import ApiKey, AssumedProfile, ComputeResource, ConfiguredToken, Profile

__all__ = ["SYSTEM"]

_DEFAULT_URL = "https://iam.cloud.ibm.com"

_PROFILES = (("ibmProfileId",), ("ibmProfileName",))


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
    auth, refused = _auth(connection, url)
    dialect = replace(DIALECT, hints={**DIALECT.hints, 401: refused})
    return Client(url, auth, dialect, connection.limits)


def _auth(connection: Connection, url: str) -> tuple[httpx.Auth, str]:
    """Return the credentials, and the hint for a call that IBM Cloud does not accept.

    A trusted profile that is configured acts, or the run fails.
    """
    way = connection.way(("ibmApiKey",), ("ibmComputeToken", "ibmComputeProfile"), ("ibmToken",))
    if way == "ibmComputeToken":
        token, profile = report_all(lambda: connection.require("ibmComputeToken"), lambda: _of_compute(connection))
        resource = ComputeResource(url, profile, token, connection.called("ibmComputeToken"))
        return Exchange(resource, connection.limits), f"check {connection.called('ibmComputeToken')} and its profile"
    text = ""
    if way == "ibmApiKey":
        key = connection.get("ibmApiKey")
        if key.startswith("@"):
            raise SettingsError(
                f"{connection.called('ibmApiKey')} must be the key itself, got @ and the path of a file",
                hint="set it to the value of apikey in that file",
            )
        identity: Grant = ApiKey(url, key)
        who = "the owner of the API key"
    else:
        # The emulator has a default for the token.
        text = connection.require("ibmApiKey", "ibmToken", "ibmComputeToken").removeprefix("Bearer ")
        identity = ConfiguredToken(text)
        who = "the owner of the token; if the token is the profile's own, remove the profile from the configuration"
    check = f"check {connection.called(way or 'ibmToken')}"
    if (assumed := _profile(connection)) is not None:
        return Exchange(AssumedProfile(url, assumed, identity, who), connection.limits), f"{check} and its profile"
    if way == "ibmApiKey":
        return Exchange(identity, connection.limits), check
    return Token(text), f"{check}, which is valid for an hour"


def _of_compute(connection: Connection) -> Profile:
    """Return the profile that a compute resource assumes."""
    # IBM Cloud looks for the profile's name in the account of the compute resource.
    match connection.way(*_PROFILES, ("ibmComputeProfile",)):
        case "ibmProfileId":
            return Profile.by_id(connection.get("ibmProfileId"))
        case "ibmProfileName":
            return Profile.by_name(connection.get("ibmProfileName"), "")
        case "ibmComputeProfile":
            return Profile.by_any(connection.get("ibmComputeProfile"))
        case _:
            raise connection.missing("ibmProfileId", "ibmProfileName", "ibmComputeProfile")


def _profile(connection: Connection) -> Profile | None:
    """Return the profile that the owner of a key or a token assumes."""
    match connection.way(*_PROFILES):
        case "ibmProfileId":
            return Profile.by_id(connection.get("ibmProfileId"))
        case "ibmProfileName":
            if account_id := connection.get("ibmAccountId"):
                return Profile.by_name(connection.get("ibmProfileName"), account_id)
            error = connection.missing("ibmAccountId")
            error.hint += "; the name of a trusted profile needs its account, but ibmProfileId does not"
            raise error
        case _:
            return None


SYSTEM = System(
    name="ibm",
    title="IBM Cloud IAM",
    url="ibmUrl",
    settings=(
        Setting("ibmUrl", ("IBMCLOUD_IAM_API_ENDPOINT",)),
        Setting("ibmAccountId", ("IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID"), sign_in=False),
        Setting("ibmApiKey", ("IC_API_KEY", "IBMCLOUD_API_KEY"), secret=True),
        Setting("ibmToken", ("IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN"), secret=True),
        # The variables of the command `ibmcloud`, and then those of the vendor's Terraform provider, in its order.
        Setting("ibmComputeToken", ("IBMCLOUD_CR_TOKEN",), secret=True, or_file=True),
        Setting("ibmComputeProfile", ("IBMCLOUD_CR_PROFILE",)),
        Setting("ibmProfileId", ("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID")),
        Setting("ibmProfileName", ("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME")),
    ),
    connect=_connect,
    development={"ibmAccountId": "acc-demo", "ibmToken": DEVELOPMENT_TOKEN},
)
