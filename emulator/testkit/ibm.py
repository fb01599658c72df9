"""Provides a plain client of IBM's API, and a check of its error bodies."""

from __future__ import annotations

from typing import Any

import httpx

ACCOUNT = "acc-demo"
GRANT = "urn:ibm:params:oauth:grant-type:apikey"
ASSUME = "urn:ibm:params:oauth:grant-type:assume"
COMPUTE_RESOURCE = "urn:ibm:params:oauth:grant-type:cr-token"
RULE: dict[str, Any] = {
    "expiration": 12,
    "realm_name": "https://idp.example.com/saml",
    "conditions": [{"claim": "groups", "operator": "CONTAINS", "value": '"platform"'}],
    "name": "sso",
}


class Ibm(httpx.Client):
    """A plain client of IBM's API."""

    def group(self, name: str = "admins", account: str = ACCOUNT, **more: Any) -> dict[str, Any]:
        reply = self.post("/v2/groups", params={"account_id": account}, json={"name": name, **more})
        assert reply.status_code == 201, reply.text
        return {**reply.json(), "etag": reply.headers["ETag"]}

    def join(self, group_id: str, *iam_ids: str) -> list[dict[str, Any]]:
        prefixes = {"IBMid": "user", "iam-ServiceId": "service", "iam-Profile": "profile"}
        body = [{"iam_id": i, "type": next(t for p, t in prefixes.items() if i.startswith(p))} for i in iam_ids]
        reply = self.put(f"/v2/groups/{group_id}/members", json={"members": body})
        assert reply.status_code == 207, reply.text
        return list(reply.json()["members"])

    def names(self, **query: Any) -> list[str]:
        reply = self.get("/v2/groups", params={"account_id": ACCOUNT, "hide_public_access": "true", **query})
        assert reply.status_code == 200, reply.text
        return [group["name"] for group in reply.json()["groups"]]

    def members(self, group_id: str, **query: Any) -> list[str]:
        reply = self.get(f"/v2/groups/{group_id}/members", params=query)
        assert reply.status_code == 200, reply.text
        return [member["iam_id"] for member in reply.json()["members"]]


def refused(reply: httpx.Response, status: int, code: str, message: str | None = None) -> None:
    """Assert that the reply has the vendor's error body."""
    assert reply.status_code == status, reply.text
    body = reply.json()
    assert set(body) == {"trace", "errors", "status_code"}
    assert body["status_code"] == status
    assert body["trace"] == reply.headers["Transaction-Id"]
    [error] = body["errors"]
    assert error["code"] == code
    if message is not None:
        assert error["message"] == message


def client(url: str, token: str) -> Ibm:
    # Without TLS there is nothing to verify, and loading the certificates takes most of a test's time.
    return Ibm(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, verify=False, timeout=10)


def exchange(url: str, key: str) -> httpx.Response:
    return httpx.post(f"{url}/identity/token", data={"grant_type": GRANT, "apikey": key}, trust_env=False)
