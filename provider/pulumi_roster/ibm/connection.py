"""Connects to IBM Cloud IAM, and interprets its errors.

Source: https://cloud.ibm.com/apidocs/iam-access-groups ("Endpoint URL", "Authentication")
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client, Dialect
from ..http.grants import Grant
from ..http.paging import Paging, Query
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System
from ..redaction import quoted
from .sign_in import ApiKey, AssumedProfile, ComputeResource, ConfiguredToken, Profile

__all__ = ["SYSTEM"]

_DEFAULT_URL = "https://iam.cloud.ibm.com"

# The variables of the vendor's Terraform provider, in its order, as for the other settings.
_PROFILE_ID = ("IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID")
_PROFILE_NAME = ("IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME")


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
    """Return the auth of a connection. A trusted profile that is configured acts, or the run fails."""
    key, compute_token = connection.get("ibmApiKey"), connection.get("ibmComputeToken")
    profile = _profile(connection, by_compute_resource=bool(compute_token and not key))
    if key:
        grant: Grant = ApiKey(url, key)
        return Exchange(AssumedProfile(url, profile, grant, "the owner of the API key") if profile else grant)
    if compute_token:
        if profile is None:
            raise SettingsError(
                "ibmComputeToken needs a trusted profile, which the compute resource assumes",
                hint="set ibmProfileId or ibmProfileName",
            )
        return Exchange(ComputeResource(url, profile, compute_token))
    # Last, because the emulator has a default for it.
    token = connection.require("ibmApiKey", "ibmToken", "ibmComputeToken").removeprefix("Bearer ")
    if profile is None:
        return Token(token)
    who = "the owner of the token; if the token is the profile's own, remove the profile from the configuration"
    return Exchange(AssumedProfile(url, profile, ConfiguredToken(url, token), who))


def _profile(connection: Connection, *, by_compute_resource: bool) -> Profile | None:
    id, name = connection.get("ibmProfileId"), connection.get("ibmProfileName")
    if id and name:
        raise SettingsError(
            f"ibmProfileId and ibmProfileName are both set, to {quoted(id)!r} and {quoted(name)!r}",
            hint=f"remove one of them, also from the environment: {', '.join((*_PROFILE_ID, *_PROFILE_NAME))}",
        )
    if id:
        return Profile.by_id(id)
    if not name:
        return None
    # IBM Cloud looks for the profile of a compute resource in the account of that resource.
    account_id = "" if by_compute_resource else connection.get("ibmAccountId")
    if not account_id and not by_compute_resource:
        raise SettingsError(
            f"ibmProfileName needs ibmAccountId, the account of the trusted profile {quoted(name)!r}",
            hint="set ibmAccountId, or ibmProfileId instead of the name",
        )
    return Profile.by_name(name, account_id)


SYSTEM = System(
    name="ibm",
    title="IBM Cloud IAM",
    url="ibmUrl",
    settings=(
        Setting("ibmUrl", ("IBMCLOUD_IAM_API_ENDPOINT",)),
        Setting("ibmAccountId", ("IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID")),
        Setting("ibmApiKey", ("IC_API_KEY", "IBMCLOUD_API_KEY"), secret=True),
        Setting("ibmToken", ("IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN"), secret=True),
        Setting("ibmComputeToken", ("IBMCLOUD_CR_TOKEN",), secret=True),
        Setting("ibmProfileId", _PROFILE_ID),
        Setting("ibmProfileName", _PROFILE_NAME),
    ),
    connect=_connect,
    development={"ibmAccountId": "acc-demo", "ibmToken": DEVELOPMENT_TOKEN},
)
