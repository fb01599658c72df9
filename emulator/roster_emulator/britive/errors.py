"""Builds Britive's error bodies: https://docs.britive.com/docs/restapi-errorcodes"""

from __future__ import annotations

from starlette.datastructures import Headers
from typing_extensions import override

from roster_emulator.api import Call, Problem, Reply
from roster_emulator.state import State

GENERIC, VALIDATION, ABSENT, DUPLICATE = "E1001", "E1003", "E1004", "E1005"
INACTIVE_USER, MAPPED, UNSUPPORTED, AUTOMATIC = "E1006", "E1010", "E1012", "E1013"
UNKNOWN_APPLICATION, UNKNOWN_PROPERTY = "A-0003", "A-0005"
NO_TOKEN, INVALID_TOKEN = "AU-0015", "AU-0018"
UNDOCUMENTED, MAINTENANCE = "E0000", "MAINT0001"

GENERAL = {
    400: (VALIDATION, "Validation failed."),
    403: (UNDOCUMENTED, "Access is denied."),
    404: (UNDOCUMENTED, "The information is not found."),
    405: (UNDOCUMENTED, "The resource doesn't support the specified HTTP verb."),
    429: (UNDOCUMENTED, "Too many requests."),
    500: (UNDOCUMENTED, "The server is not working as expected."),
    503: (MAINTENANCE, "The tenant is under maintenance."),
}


def error(status: int, code: str, message: str) -> Reply:
    """Return an error reply: ``{"status", "message", "errorCode", "details"}``."""
    return Reply(status, {"status": status, "message": message, "errorCode": code, "details": None})


def general(status: int, detail: str = "") -> Reply:
    """Return the usual error of a status."""
    code, message = GENERAL.get(status, (UNDOCUMENTED, f"An error occurred ({status})."))
    return error(status, code, f"{message} {detail}" if detail else message)


def unauthorized(headers: Headers) -> Reply:
    """Return the 401 of a request without a token, or with an unknown one."""
    if not headers.get("authorization", "").strip():
        return error(401, NO_TOKEN, "API token not found.")
    return error(401, INVALID_TOKEN, "Invalid API token.")


class Refusal(Problem):
    """An error of a rule."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, message)
        self.code = code

    @override
    def reply(self, call: Call) -> Reply:
        return error(self.status, self.code, self.message or "")


def invalid(message: str) -> Refusal:
    """Return the 400 of an invalid request."""
    return Refusal(400, VALIDATION, message)


def absent(state: State, what: str, key: object) -> Refusal:
    """Return the error of a path that names an object that does not exist."""
    return Refusal(state.switches.britive_absent_status, ABSENT, f"{what} '{key}' does not exist.")


def unknown_parent(state: State, key: object) -> Refusal:
    """Return the error of a body that names a parent that does not exist."""
    message = f"Parent environment group '{key}' does not exist."
    return Refusal(state.switches.britive_unknown_parent_status, ABSENT, message)


def duplicate(what: str, name: str) -> Refusal:
    """Return the 409 of a name that is taken."""
    return Refusal(409, DUPLICATE, f"{what} '{name}' already exists.")


def unsupported(message: str) -> Refusal:
    """Return the 400 of a feature that this type of application lacks."""
    return Refusal(400, UNSUPPORTED, message)
