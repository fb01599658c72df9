"""Connects the AppSec+ API to the emulator: routes, bodies, rate limit, seeding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from roster_emulator.api import Api, Call, Reply, Route
from roster_emulator.appsec import errors, groups
from roster_emulator.appsec.errors import Refusal
from roster_emulator.auth import refused
from roster_emulator.state import State

GRANT = "client_credentials"


class Body(BaseModel):
    """The body of a create or an update. Fields that the service makes itself (id, times) are ignored."""

    model_config = ConfigDict(extra="ignore")

    name: str
    description: str = ""
    members: list[str] = Field(default_factory=list)


class Data(BaseModel):
    """The data that ``POST /_emulator/seed`` takes."""

    model_config = ConfigDict(extra="forbid")

    groups: list[Body] = Field(default_factory=list)


def _content(body: Body) -> groups.Content:
    said = body.model_fields_set
    return groups.Content(
        body.name,
        body.description if "description" in said else None,
        body.members if "members" in said else None,
    )


def _list(call: Call) -> Reply:
    return Reply(200, groups.list_all(call.state, call.shift))


def _create(call: Call) -> Reply:
    return Reply(201, groups.create(call.state, _content(call.read(Body))))


def _get(call: Call) -> Reply:
    return Reply(200, groups.get(call.state, call.params["id"]))


def _update(call: Call) -> Reply:
    return Reply(200, groups.update(call.state, call.params["id"], _content(call.read(Body))))


def _delete(call: Call) -> Reply:
    groups.delete(call.state, call.params["id"])
    return Reply(204)


def exchange_token(call: Call) -> Reply:
    """``POST /oauth/token``: exchange client credentials, in a form, for an access token."""
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


class AppSec(Api):
    """AppSec+."""

    name = "appsec"
    prefixes = ("/identity-groups", "/oauth/")
    schema = groups.SCHEMA
    routes = (
        Route("POST", "/oauth/token", exchange_token, open=True),
        Route("GET", "/identity-groups", _list),
        Route("POST", "/identity-groups", _create),
        Route("GET", "/identity-groups/{id}", _get),
        Route("PUT", "/identity-groups/{id}", _update),
        Route("DELETE", "/identity-groups/{id}", _delete),
    )

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.body(status, details={"reason": detail} if detail else None)

    @override
    def admit(self, call: Call) -> Reply | None:
        # One window for each token, over all calls. The document names no headers.
        return None if call.count() else self.refuse(call, 429)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        wanted = Data.model_validate(data)
        try:
            return {"groups": [groups.create(state, _content(body))["id"] for body in wanted.groups]}
        except Refusal as refusal:
            raise ValueError(refusal.message or f"refused with {refusal.status}: {refusal.details}") from None
