"""Provides a plain client of Vault's API, for a real server and for the emulator."""

from __future__ import annotations

from typing import Any

import httpx

from testkit.no_tls import NO_TLS

GROUP, ALIAS, ENTITY = "identity/group", "identity/group-alias", "identity/entity"
UNSUPPORTED_OPERATION = "1 error occurred:\n\t* unsupported operation\n\n"
UNSUPPORTED_PATH = "1 error occurred:\n\t* unsupported path\n\n"
FORBIDDEN = "1 error occurred:\n\t* permission denied\n\n"
INVALID = "Field validation failed: error converting input"


class Vault(httpx.Client):
    """A client that sends requests below ``/v1/`` with a token."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {} if token is None else {"X-Vault-Token": token}
        super().__init__(base_url=f"{url}/v1/", headers=headers, trust_env=False, timeout=30, verify=NO_TLS)

    def data(self, method: str, path: str, body: Any = None) -> Any:
        """Return the ``data`` of a call that must answer 200."""
        reply = self.request(method, path, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def group(self, name: str | None = None, **fields: Any) -> str:
        """Create a group and return its id."""
        if name is not None:
            fields["name"] = name
        return str(self.data("POST", GROUP, fields)["id"])

    def entity(self, name: str, **fields: Any) -> str:
        """Create an entity and return its id."""
        return str(self.data("POST", ENTITY, {"name": name, **fields})["id"])

    def show(self, group_id: str) -> dict[str, Any]:
        """Return a group."""
        return dict(self.data("GET", f"{GROUP}/id/{group_id}"))

    def change(self, group_id: str, **fields: Any) -> None:
        """Update a group, which must be accepted."""
        empty(self.post(f"{GROUP}/id/{group_id}", json=fields))

    def accessor(self, path: str) -> str:
        """Return the accessor of an auth method. Enable it if necessary."""
        reply = self.post(f"sys/auth/{path}", json={"type": "userpass"})
        assert reply.status_code in (204, 400), reply.text
        return str(self.data("GET", "sys/auth")[f"{path}/"]["accessor"])

    def wipe(self) -> None:
        """Delete all groups and entities."""
        for kind in (GROUP, ENTITY):
            reply = self.request("LIST", f"{kind}/id")
            for key in reply.json()["data"]["keys"] if reply.status_code == 200 else ():
                empty(self.delete(f"{kind}/id/{key}"))


def empty(reply: httpx.Response) -> None:
    """Assert a 204 without a body."""
    assert (reply.status_code, reply.content) == (204, b""), reply.text


def refused(reply: httpx.Response, status: int, *errors: str) -> None:
    """Assert an error body, word for word."""
    assert reply.status_code == status, reply.text
    assert reply.json() == {"errors": list(errors)}


def failed(text: str) -> str:
    """Return the message of an internal error with this text."""
    return f"1 error occurred:\n\t* {text}\n\n"
