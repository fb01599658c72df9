"""Provides clients of Britive's API: a plain one, and the vendor's own."""

from __future__ import annotations

from typing import Any

import britive.britive
import httpx

APP = "app-demo"


class Tenant(httpx.Client):
    """A plain client. Paths are below ``/api``."""

    def __init__(self, url: str, token: str = "roster-dev", scheme: str = "TOKEN") -> None:
        # Loading certificates would take longer than most tests, and the emulator has none.
        headers = {"Authorization": f"{scheme} {token}"}
        super().__init__(base_url=f"{url}/api", headers=headers, trust_env=False, verify=False, timeout=30)

    def root(self, app: str = APP) -> str:
        """Create a root group and return its id."""
        return str(self._made(f"/apps/{app}/root-environment-group/groups", name="root", parentId="")["id"])

    def group(self, parent: str, name: str = "Dev", app: str = APP, **more: Any) -> dict[str, Any]:
        """Create an environment group."""
        return self._made(f"/apps/{app}/root-environment-group/groups", name=name, parentId=parent, **more)

    def environment(self, parent: str, name: str = "Env", app: str = APP, **more: Any) -> dict[str, Any]:
        """Create an environment."""
        return self._made(f"/apps/{app}/root-environment-group/environments", name=name, parentGroupId=parent, **more)

    def tree(self, app: str = APP) -> tuple[list[str], list[str]]:
        """Return the names of the groups and of the environments of an application."""
        tree = self.ok("GET", f"/apps/{app}")["rootEnvironmentGroup"] or {"environmentGroups": [], "environments": []}
        return [row["name"] for row in tree["environmentGroups"]], [row["name"] for row in tree["environments"]]

    def ok(self, method: str, path: str, **request: Any) -> Any:
        """Return the body of a call that must answer 200."""
        reply = self.request(method, path, **request)
        assert reply.status_code == 200, reply.text
        return reply.json() if reply.content else None

    def _made(self, path: str, **body: Any) -> dict[str, Any]:
        reply = self.post(path, json=body)
        assert reply.status_code == 201, reply.text
        return dict(reply.json())


def refused(reply: httpx.Response, status: int, code: str) -> str:
    """Assert an error body and return its message."""
    assert reply.status_code == status, reply.text
    body = reply.json()
    assert list(body) == ["status", "message", "errorCode", "details"]
    assert (body["status"], body["errorCode"], body["details"]) == (status, code, None)
    return str(body["message"])


class Official(britive.britive.Britive):  # type: ignore[misc]
    """The vendor's client at any address. It would otherwise call ``<tenant>.britive-app.com``."""

    def __init__(self, url: str, token: str = "roster-dev", query_features: bool = False) -> None:
        self._url = url
        parse_tenant = britive.britive.parse_tenant
        britive.britive.parse_tenant = lambda tenant, timeout=3: "emulator.britive-app.com"
        try:
            super().__init__(tenant="emulator", token=token, query_features=query_features)
        finally:
            britive.britive.parse_tenant = parse_tenant
        self.retry_backoff_factor = 0

    def _setup_session(self) -> Any:
        # The parts of the client copy the base URL right after this.
        self.base_url = f"{self._url}/api"
        return super()._setup_session()
