"""The API's error bodies: https://docs.britive.com/docs/restapi-errorcodes"""

from __future__ import annotations

from starlette.datastructures import Headers

from roster_emulator.api import Problem, Reply
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
    """``{"status", "message", "errorCode", "details"}``."""
    return Reply(status, {"status": status, "message": message, "errorCode": code, "details": None})


def general(status: int, detail: str = "") -> Reply:
    """The usual error of a status."""
    code, message = GENERAL.get(status, (UNDOCUMENTED, f"An error occurred ({status})."))
    return error(status, code, f"{message} {detail}" if detail else message)


def unauthorized(headers: Headers) -> Reply:
    """The 401 of a request without a token, or with one that is nobody's."""
    if not headers.get("authorization", "").strip():
        return error(401, NO_TOKEN, "API token not found.")
    return error(401, INVALID_TOKEN, "Invalid API token.")


def problem(status: int, code: str, message: str) -> Problem:
    """An error to raise."""
    return Problem(error(status, code, message))


def invalid(message: str) -> Problem:
    """400 for a request that makes no sense."""
    return problem(400, VALIDATION, message)


def absent(state: State, what: str, key: object) -> Problem:
    """What the path names does not exist."""
    return problem(state.switches.britive_absent_status, ABSENT, f"{what} '{key}' does not exist.")


def unknown_parent(state: State, key: object) -> Problem:
    """The parent that a body names does not exist."""
    message = f"Parent environment group '{key}' does not exist."
    return problem(state.switches.britive_unknown_parent_status, ABSENT, message)


def duplicate(what: str, name: str) -> Problem:
    """409 for a name that is taken."""
    return problem(409, DUPLICATE, f"{what} '{name}' already exists.")


def unsupported(message: str) -> Problem:
    """400 for what this type of application does not do."""
    return problem(400, UNSUPPORTED, message)
