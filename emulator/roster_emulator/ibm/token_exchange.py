"""Exchanges API keys for tokens: ``POST /identity/token``, https://cloud.ibm.com/apidocs/iam-identity-token-api"""

from __future__ import annotations

from roster_emulator.api import Call, Reply, Route
from roster_emulator.auth import refused, subject

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
DEFAULT_ACCOUNT = "acc-demo"
DEVELOPER = "IBMid-ROSTERDEV0"


def exchange(call: Call) -> Reply:
    """Exchange an API key for an access token."""
    form = call.form()
    if form.get("grant_type") != GRANT:
        return _refused(call, "BXNIM0111E", f"Grant type '{form.get('grant_type', '')}' is not supported.")
    key = form.get("apikey", "")
    if refused(key):
        return _refused(call, "BXNIM0415E", "Provided API key could not be found.")
    name = subject(key)
    iam_id = f"IBMid-{name}"
    token, lifetime, ends = call.state.tokens.issue(
        key,
        iam_id=iam_id,
        id=iam_id,
        realmid="IBMid",
        identifier=name,
        account={"valid": True, "bss": DEFAULT_ACCOUNT, "frozen": True},
        iss="https://iam.cloud.ibm.com/identity",
        grant_type=GRANT,
        scope="ibm openid",
        client_id="default",
        acr=1,
        amr=["pwd"],
    )
    return Reply(
        200,
        {
            "access_token": token,
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": lifetime,
            "expiration": ends,
            "scope": "ibm openid",
        },
    )


def _refused(call: Call, code: str, message: str) -> Reply:
    context = {"requestId": call.trace, "requestType": "incoming.Identity_Token"}
    return Reply(400, {"errorCode": code, "errorMessage": message, "context": context})


ROUTE = Route("POST", "/identity/token", exchange, open=True)
