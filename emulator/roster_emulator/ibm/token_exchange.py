"""Issues tokens: ``POST /identity/token``, https://cloud.ibm.com/apidocs/iam-identity-token-api

- An API key gives a token of its owner.
- A token of a user or service ID gives a token of a trusted profile (the grant ``assume``).
- The token of a compute resource, such as a pod, gives a token of a trusted profile (the grant ``cr-token``).
"""

from __future__ import annotations

from typing import Any

from roster_emulator.api import Call, Reply, Route
from roster_emulator.auth import refused, subject

API_KEY, ASSUME, COMPUTE_RESOURCE = (
    f"urn:ibm:params:oauth:grant-type:{name}" for name in ("apikey", "assume", "cr-token")
)
DEFAULT_ACCOUNT = "acc-demo"
DEVELOPER = "IBMid-ROSTERDEV0"
PROFILE = "iam-Profile-"


def exchange(call: Call) -> Reply:
    """Issue a token."""
    form = call.form()
    grant = form.get("grant_type", "")
    if grant == API_KEY:
        return _of_key(call, form.get("apikey", ""))
    if grant == ASSUME:
        return _assumed(call, form)
    if grant == COMPUTE_RESOURCE:
        return _of_compute_resource(call, form)
    return _refused(call, "BXNIM0111E", f"Grant type '{grant}' is not supported.")


def _of_key(call: Call, key: str) -> Reply:
    if refused(key):
        return _refused(call, "BXNIM0415E", "Provided API key could not be found.")
    name = subject(key)
    return _issue(call, key, API_KEY, iam_id=f"IBMid-{name}", realmid="IBMid", identifier=name, amr=["pwd"])


def _assumed(call: Call, form: dict[str, str]) -> Reply:
    caller = call.state.tokens.caller(form.get("access_token"))
    if caller is None:
        return _refused(call, "BXNIM0407E", "Provided access_token is invalid.")
    if form.get("profile_name") and not form.get("account"):
        return _missing(call, "account")
    iam_id = str(caller.claims.get("iam_id", DEVELOPER))
    if iam_id.startswith(PROFILE):  # a profile trusts users, service IDs and compute resources, but no other profile
        return _not_eligible(call, iam_id)
    return _of_profile(call, form, ASSUME, iam_id)


def _of_compute_resource(call: Call, form: dict[str, str]) -> Reply:
    token = form.get("cr_token", "")
    if refused(token):
        return _refused(call, "BXNIM0407E", "Provided cr_token is invalid.")
    return _of_profile(call, form, COMPUTE_RESOURCE, f"crn-{subject(token)}")


def _of_profile(call: Call, form: dict[str, str], grant: str, who: str) -> Reply:
    """Issue a token of the profile that the form names. Like any API key, any profile exists here."""
    given = [form[name] for name in ("profile_id", "profile_crn", "profile_name") if form.get(name)]
    if len(given) != 1:
        return _missing(call, "profile_id")
    name = given[0].rpartition(":")[2].removeprefix("Profile-")
    if refused(name):
        return _not_eligible(call, who)
    claims = {"iam_id": f"{PROFILE}{name}", "realmid": "iam", "identifier": f"Profile-{name}", "sub_type": "Profile"}
    return _issue(call, name, grant, form.get("account", DEFAULT_ACCOUNT), **claims, authn={"iam_id": who})


def _issue(call: Call, key: str, grant: str, account: str = DEFAULT_ACCOUNT, **claims: Any) -> Reply:
    token, lifetime, ends = call.state.tokens.issue(
        key,
        **claims,
        id=claims["iam_id"],
        account={"valid": True, "bss": account, "frozen": True},
        iss="https://iam.cloud.ibm.com/identity",
        grant_type=grant,
        scope="ibm openid",
        client_id="default",
        acr=1,
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


def _not_eligible(call: Call, who: str) -> Reply:
    details = f"The given token with identifier '{who}' is not permitted to assume the indicated trusted profile"
    return _refused(call, "BXNIM0398E", "Selected trusted profile not eligible.", errorDetails=details)


def _missing(call: Call, name: str) -> Reply:
    details = f"Property '{name}' either missing or empty."
    return _refused(call, "BXNIM0109E", "Property missing or empty.", errorDetails=details)


def _refused(call: Call, code: str, message: str, **more: str) -> Reply:
    context = {"requestId": call.trace, "requestType": "incoming.Identity_Token"}
    return Reply(400, {"errorCode": code, "errorMessage": message, **more, "context": context})


ROUTE = Route("POST", "/identity/token", exchange, open=True)
