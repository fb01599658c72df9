"""Builds AppSec+'s error bodies: ``{"code", "message", "details"}``."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from roster_emulator.api import Call, Problem, Reply

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


class Refusal(Problem):
    """An error of a rule. Without a message of its own, it has the usual one of the status."""

    def __init__(self, status: int, message: str | None = None, **details: Any) -> None:
        super().__init__(status, message)
        self.details = details

    @override
    def reply(self, call: Call) -> Reply:
        return body(self.status, self.message, self.details)


def body(status: int, message: str | None = None, details: dict[str, Any] | None = None, code: str = "") -> Reply:
    """Return an error reply. Code and message are the usual ones of the status unless given."""
    usual, words = GENERAL.get(status, ("error", f"Error {status}."))
    return Reply(status, {"code": code or usual, "message": message or words, "details": details or {}})
