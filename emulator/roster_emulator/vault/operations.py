"""Answers one request: converts its fields, runs the rule of its path, and wraps the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from roster_emulator.api import Call, Reply, Route
from roster_emulator.vault import namespaces
from roster_emulator.vault.errors import UNSUPPORTED_OPERATION, UNSUPPORTED_PATH, Refusal, bad, failed
from roster_emulator.vault.fields import FALSE, TRUE, Raw, Schema, convert, raw_body
from roster_emulator.vault.realm import Data, Given, Realm, is_openbao

Rule = Callable[[Realm, Given], Data | None]

_ID = re.compile(r"\w(([\w.-]+)?\w)?")


def updating(path: str, schema: Schema, rule: Rule) -> list[Route]:
    """Return routes for POST and PUT, which do the same. If the rule returns nothing, the reply has status 204."""

    def handle(call: Call) -> Reply:
        if call.path.endswith("/"):
            raise bad("cannot write to a path ending in '/'")
        return _answer(call, raw_body(call), schema, rule) or Reply(204)

    return [Route(method, f"/v1/{path}", handle) for method in ("POST", "PUT")]


def reading(path: str, schema: Schema, rule: Rule, flat: bool = False) -> Route:
    """Return a route for GET. If the rule returns nothing, the reply has status 404.

    ``flat`` repeats the fields of ``data`` at the top level of the reply.
    """

    def handle(call: Call) -> Reply:
        if wants_list(call):
            free = call.template.endswith(":path}")
            raise failed(UNSUPPORTED_OPERATION, 405) if free else failed(UNSUPPORTED_PATH, 404)
        reply = _answer(call, dict(call.query), schema, rule) or _absent()
        if flat:
            reply.body = {**reply.body["data"], **reply.body}
        return reply

    return Route("GET", f"/v1/{path}", handle)


def deleting(path: str, schema: Schema, rule: Rule) -> Route:
    """Return a route for DELETE. The reply has status 204, even if the object does not exist."""
    return Route(
        "DELETE",
        f"/v1/{path}",
        lambda call: _answer(call, dict(call.query), schema, rule) or Reply(204),
    )


def listing(path: str, rule: Rule) -> list[Route]:
    """Return routes for LIST, and GET with ``list=true``. If the list is empty, the reply has status 404."""

    def handle(call: Call) -> Reply:
        if call.method == "GET" and not wants_list(call):
            raise failed(UNSUPPORTED_OPERATION, 405)
        query = {name: value for name, value in call.query.items() if name != "list"}
        reply = _answer(call, query, {}, rule)
        if reply is None or reply.body["data"]["keys"]:
            return reply or _absent()
        # An empty list is a 404, unless there are warnings.
        reply.body["data"] = {}
        return reply if reply.body["warnings"] else _absent()

    return [Route(method, f"/v1/{path}", handle) for method in ("LIST", "GET")]


def realm_of(call: Call) -> Realm:
    """Return the realm of a request."""
    return namespaces.find(call.state, call.headers.get("x-vault-namespace", ""))


def wants_list(call: Call) -> bool:
    """Return whether a GET asks for a list."""
    text = call.query.get("list", "")
    if text and text not in TRUE | FALSE:
        raise Refusal(400)
    return text in TRUE


def envelope(data: Any, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """Return the envelope of a reply with data."""
    return {
        "request_id": str(uuid4()),
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": data,
        "wrap_info": None,
        "warnings": list(warnings) or None,
        "auth": None,
    }


def _absent() -> Reply:
    return Reply(404, {"errors": []})


def _answer(call: Call, raw: Raw, schema: Schema, rule: Rule) -> Reply | None:
    """Run a rule. The path overrides the body, and fields that the path does not know are ignored."""
    if not _ID.fullmatch(call.params.get("id", "x")):
        raise failed(UNSUPPORTED_PATH, 404)
    if is_openbao(call.state) and ".." in call.params.get("name", "").split("/"):
        raise bad("relative paths not supported")
    ignored = sorted(set(raw) - set(schema))
    replaced = [name for name in call.params if raw.get(name) is not None]
    data = rule(realm_of(call), convert({**raw, **call.params}, {**schema}))
    if data is None:
        return None
    warnings = []
    if ignored:
        warnings.append(f"Endpoint ignored these unrecognized parameters: [{' '.join(ignored)}]")
    if replaced:
        warnings.append(
            "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: "
            f"[{' '.join(replaced)}]"
        )
    return Reply(200, envelope(data, warnings))
