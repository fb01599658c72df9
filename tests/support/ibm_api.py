"""Calls IBM Cloud IAM directly, for what a test changes or reads outside the provider."""

from __future__ import annotations

from typing import Any

import httpx

from roster_emulator import Control
from testkit.no_tls import NO_TLS

ACCOUNT = "acc-demo"


def ibm(server: Control, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Send one request below ``/v2`` with the development token. Return the body."""
    reply = httpx.request(
        method,
        f"{server.url}/v2{path}",
        json=json,
        headers={"Authorization": "Bearer roster-dev", **(headers or {})},
        trust_env=False,
        verify=NO_TLS,
    )
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.content else None


def ibm_group(server: Control, name: str, description: str = "", account: str = ACCOUNT) -> str:
    """Create a group and return its id."""
    made = ibm(server, "POST", f"/groups?account_id={account}", {"name": name, "description": description})
    return str(made["id"])


def ibm_groups(server: Control, account: str = ACCOUNT) -> list[dict[str, Any]]:
    """Return the groups of an account, without the public one."""
    body = ibm(server, "GET", f"/groups?account_id={account}&limit=100&hide_public_access=true")
    return list(body["groups"])


def ibm_members(server: Control, group: str) -> set[str]:
    """Return the iam_ids in a group."""
    rows: list[dict[str, Any]] = []
    while True:
        body = ibm(server, "GET", f"/groups/{group}/members?limit=100&offset={len(rows)}")
        rows += body["members"]
        if len(rows) >= body["total_count"]:
            return {row["iam_id"] for row in rows}


def ibm_add(server: Control, group: str, *iam_ids: str) -> None:
    """Add users to a group."""
    for start in range(0, len(iam_ids), 50):
        members = [{"iam_id": iam_id, "type": "user"} for iam_id in iam_ids[start : start + 50]]
        ibm(server, "PUT", f"/groups/{group}/members", {"members": members})


def ibm_remove(server: Control, group: str, *iam_ids: str) -> None:
    """Remove identities from a group."""
    ibm(server, "POST", f"/groups/{group}/members/delete", {"members": list(iam_ids)})


def ibm_change(server: Control, path: str, method: str, **fields: Any) -> None:
    """Change a group (PATCH) or a rule (PUT, all fields) with its current revision."""
    headers = {"Authorization": "Bearer roster-dev"}
    read = httpx.get(f"{server.url}/v2{path}", headers=headers, trust_env=False, verify=NO_TLS)
    whole = {key: read.json()[key] for key in ("name", "expiration", "realm_name", "conditions") if key in read.json()}
    body = {**whole, **fields} if method == "PUT" else fields
    ibm(server, method, path, body, {"If-Match": read.headers["etag"]})


def ibm_rule(server: Control, group: str, name: str, **fields: Any) -> str:
    """Add a rule to a group and return its id. Values of conditions are JSON text."""
    body = {
        "name": name,
        "expiration": 12,
        "realm_name": "https://idp.example.com/saml",
        "conditions": [{"claim": "groups", "operator": "CONTAINS", "value": '"platform"'}],
        **fields,
    }
    return str(ibm(server, "POST", f"/groups/{group}/rules", body)["id"])


def ibm_rules(server: Control, group: str) -> list[dict[str, Any]]:
    """Return the rules of a group as the service shows them."""
    return list(ibm(server, "GET", f"/groups/{group}/rules")["rules"])
