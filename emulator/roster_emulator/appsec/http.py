"""The AppSec+ API as the emulator's core sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import override

from roster_emulator.api import Api, Call, Handler, Problem, Reply, Route
from roster_emulator.appsec import errors, groups, oauth
from roster_emulator.appsec.errors import Refusal
from roster_emulator.appsec.schema import SCHEMA
from roster_emulator.state import State


class Body(BaseModel):
    """The body of a create or an update. What the service makes itself (id, times) is passed over."""

    model_config = ConfigDict(extra="ignore")

    name: str
    description: str = ""
    members: list[str] = Field(default_factory=list)


class Data(BaseModel):
    """What ``POST /_emulator/seed`` takes."""

    model_config = ConfigDict(extra="forbid")

    groups: list[Body] = Field(default_factory=list)


BODY = TypeAdapter(Body)


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
    return Reply(201, groups.create(call.state, _content(call.read(BODY))))


def _get(call: Call) -> Reply:
    return Reply(200, groups.get(call.state, call.params["id"]))


def _update(call: Call) -> Reply:
    return Reply(200, groups.update(call.state, call.params["id"], _content(call.read(BODY))))


def _delete(call: Call) -> Reply:
    groups.delete(call.state, call.params["id"])
    return Reply(204)


def _worded(handle: Handler) -> Handler:
    def handler(call: Call) -> Reply:
        try:
            return handle(call)
        except Refusal as refusal:
            raise Problem(errors.body(refusal.status, refusal.message, refusal.details)) from None

    return handler


class AppSec(Api):
    """AppSec+."""

    name = "appsec"
    prefixes = ("/identity-groups", "/oauth/")
    schema = SCHEMA
    routes = (
        oauth.ROUTE,
        Route("GET", "/identity-groups", _worded(_list)),
        Route("POST", "/identity-groups", _worded(_create)),
        Route("GET", "/identity-groups/{id}", _worded(_get)),
        Route("PUT", "/identity-groups/{id}", _worded(_update)),
        Route("DELETE", "/identity-groups/{id}", _worded(_delete)),
    )

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.body(status, details={"reason": detail} if detail else None)

    @override
    def admit(self, call: Call) -> Reply | None:
        # One window a token, over all calls; the document names no headers for it.
        return None if call.count() else self.refuse(call, 429)

    @override
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        wanted = Data.model_validate(data)
        try:
            return {"groups": [groups.create(state, _content(body))["id"] for body in wanted.groups]}
        except Refusal as refusal:
            raise ValueError(refusal.message or f"refused with {refusal.status}: {refusal.details}") from None
