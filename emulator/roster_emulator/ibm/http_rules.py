"""Translates HTTP of dynamic rules."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from roster_emulator.api import Call, Reply, Route
from roster_emulator.ibm import groups, rules
from roster_emulator.ibm.calls import author, revision
from roster_emulator.ibm.groups import forbid_public
from roster_emulator.store import Row

Text = Annotated[str, StringConstraints(min_length=1)]
Operator = Literal["EQUALS", "EQUALS_IGNORE_CASE", "IN", "NOT_EQUALS", "NOT_EQUALS_IGNORE_CASE", "CONTAINS"]


def stringified_json(text: str) -> str:
    """Return a text that is JSON. Raise ``ValueError`` for any other text."""
    json.loads(text)
    return text


class Condition(BaseModel):
    """A condition on a claim. ``value`` is JSON as text for every operator."""

    claim: Text
    operator: Operator
    value: Annotated[str, AfterValidator(stringified_json)]


class Rule(BaseModel):
    """The body of create and replace. ``expiration`` is in hours."""

    expiration: Annotated[int, Field(ge=1, le=24)]
    realm_name: Text
    conditions: Annotated[list[Condition], Field(min_length=1)]
    name: str = ""


def add_rule(call: Call) -> Reply:
    """``POST /v2/groups/{access_group_id}/rules``."""
    group_id = _changeable(call, "add rule")
    return _reply(call, 201, rules.create(call.state, group_id, _content(call), author(call)))


def list_rules(call: Call) -> Reply:
    """``GET /v2/groups/{access_group_id}/rules``."""
    found = rules.list_all(call.state, call.params["access_group_id"])
    return Reply(200, {"rules": [_shown(call, row) for row in found]})


def get_rule(call: Call) -> Reply:
    """``GET /v2/groups/{access_group_id}/rules/{rule_id}``."""
    return _reply(call, 200, rules.get(call.state, call.params["access_group_id"], call.params["rule_id"]))


def replace_rule(call: Call) -> Reply:
    """``PUT /v2/groups/{access_group_id}/rules/{rule_id}``."""
    group_id, rule_id = _changeable(call, "update rule"), call.params["rule_id"]
    rules.get(call.state, group_id, rule_id)
    etag = revision(call)
    return _reply(call, 200, rules.replace(call.state, group_id, rule_id, etag, _content(call), author(call)))


def remove_rule(call: Call) -> Reply:
    """``DELETE /v2/groups/{access_group_id}/rules/{rule_id}``."""
    rules.delete(call.state, _changeable(call, "delete rule"), call.params["rule_id"])
    return Reply(204)


def _changeable(call: Call, action: str) -> str:
    group_id = call.params["access_group_id"]
    forbid_public(group_id, action)
    groups.get(call.state, group_id, "")
    return group_id


def _content(call: Call) -> rules.Content:
    body = call.read(Rule)
    conditions = [condition.model_dump() for condition in body.conditions]
    return rules.Content(body.name, body.expiration, body.realm_name, conditions)


def _reply(call: Call, status: int, row: Row) -> Reply:
    return Reply(status, _shown(call, row), {"ETag": row["etag"]})


def _shown(call: Call, row: Row) -> dict[str, Any]:
    group = groups.get(call.state, row["group_id"], "")
    return {
        "id": row["id"],
        "name": row["name"],
        "expiration": row["expiration"],
        "realm_name": row["realm_name"],
        "access_group_id": row["group_id"],
        "account_id": group["account_id"],
        "conditions": json.loads(row["conditions"]),
        "created_at": row["created_at"],
        "created_by_id": row["created_by_id"],
        "last_modified_at": row["last_modified_at"],
        "last_modified_by_id": row["last_modified_by_id"],
    }


ROUTES = (
    Route("POST", "/v2/groups/{access_group_id}/rules", add_rule),
    Route("GET", "/v2/groups/{access_group_id}/rules", list_rules),
    Route("GET", "/v2/groups/{access_group_id}/rules/{rule_id}", get_rule),
    Route("PUT", "/v2/groups/{access_group_id}/rules/{rule_id}", replace_rule),
    Route("DELETE", "/v2/groups/{access_group_id}/rules/{rule_id}", remove_rule),
)
