"""Translates HTTP of the tenant: its health, its features and its users."""

from __future__ import annotations

from roster_emulator.api import Call, Reply, Route
from roster_emulator.britive import paging, users

FEATURES = {"profile-v1": False, "profile-v2": True, "secret-manager": True, "workload-federation": True}


def health(call: Call) -> Reply:
    """``GET /api/health``. The vendor's Python client sends HEAD."""
    return Reply(200, None if call.method == "HEAD" else {"status": "UP"})


def features(call: Call) -> Reply:
    """``GET /api/features``: the features of this tenant."""
    return Reply(200, [{"name": name, "enabled": enabled} for name, enabled in FEATURES.items()])


def list_users(call: Call) -> Reply:
    """``GET /api/users``: all users or those that ``searchText`` finds, in pages if ``page`` is given."""
    found = users.search(call.state, call.query.get("searchText", ""))
    if "type" in call.query:
        found = [user for user in found if user["type"] == call.query["type"]]
    asked = paging.requested(call.query, call.shift)
    return Reply(200, found if asked is None else paging.paged(found, asked, users.COLUMNS))


def get_user(call: Call) -> Reply:
    """``GET /api/users/{user}``."""
    return Reply(200, users.require(call.state, call.params["user"]))


ROUTES = (
    Route("GET", "/api/health", health, open=True),
    Route("HEAD", "/api/health", health, open=True),
    Route("GET", "/api/features", features),
    Route("GET", "/api/users", list_users),
    Route("GET", "/api/users/{user}", get_user),
)
