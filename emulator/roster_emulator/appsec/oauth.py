"""Token exchange: ``POST /oauth/token`` with client credentials in a form."""

from __future__ import annotations

from roster_emulator.api import Call, Reply, Route
from roster_emulator.appsec import errors
from roster_emulator.auth import refused

GRANT = "client_credentials"


def exchange(call: Call) -> Reply:
    """Exchanges a client id and secret for an access token."""
    form = call.form()
    if form.get("grant_type") != GRANT:
        return errors.body(400, f"grant_type must be {GRANT}", code="invalid_request")
    missing = [field for field in ("client_id", "client_secret") if field not in form]
    if missing:
        return errors.body(400, f"{' and '.join(missing)} missing", code="invalid_request")
    if refused(form["client_id"]) or refused(form["client_secret"]):
        return errors.body(401, "Client authentication failed.", code="invalid_client")
    token, lifetime, _ = call.state.tokens.issue(form["client_id"], iss="https://api.appsecplus.example.com")
    return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": lifetime})


ROUTE = Route("POST", "/oauth/token", exchange, open=True)
