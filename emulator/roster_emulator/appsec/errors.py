"""AppSec+'s error body: ``{"code", "message", "details"}``."""

from __future__ import annotations

from typing import Any

from roster_emulator.api import Reply

GENERAL = {
    400: ("invalid_request", "Invalid group name or members."),
    401: ("unauthorized", "Authentication failed."),
    403: ("forbidden", "Permission denied."),
    404: ("not_found", "Group not found."),
    405: ("method_not_allowed", "Method not allowed."),
    409: ("conflict", "Group with the same name exists."),
    429: ("rate_limited", "Too many requests."),
    500: ("server_error", "Internal server error."),
    503: ("unavailable", "Service unavailable."),
}


class Refusal(Exception):
    """A rule says no. Without its own words it takes the usual ones of the status."""

    def __init__(self, status: int, message: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.details = status, message, details


def body(status: int, message: str | None = None, details: dict[str, Any] | None = None, code: str = "") -> Reply:
    """An error; code and message are the usual ones of the status unless given."""
    usual, words = GENERAL.get(status, ("error", f"Error {status}."))
    return Reply(status, {"code": code or usual, "message": message or words, "details": details or {}})
