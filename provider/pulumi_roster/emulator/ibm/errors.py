"""The API's error bodies, word for word as in the vendor's document."""

from __future__ import annotations

from pulumi_roster.emulator.api import Call, Problem, Reply

FORBIDDEN = (
    "Forbidden: You don't have the required access to complete this action. Contact your account owner for access"
)

GENERAL = {
    400: ("invalid_payload", "Payload contains invalid/missing data."),
    401: ("invalid_token", "The token is either missing or invalid"),
    403: ("forbidden", FORBIDDEN),
    404: ("not_found", "The requested resource can't not be found."),
    405: ("method_not_allowed", "Access Groups does not support the operation on the target resource."),
    429: (
        "too_many_requests",
        "Too many requests have been made within a time window. Wait before calling the API again.",
    ),
    500: ("internal_server_error", "Internal Server Error"),
    503: ("service_unavailable", "Service Temporarily Unavailable"),
}


def error(trace: str, status: int, code: str, message: str) -> Reply:
    """``{"trace", "errors": [{"code", "message"}], "status_code"}``."""
    return Reply(status, {"trace": trace, "errors": [{"code": code, "message": message}], "status_code": status})


def general(call: Call, status: int, detail: str = "") -> Reply:
    """The usual error of a status. ``detail`` goes behind the vendor's own words."""
    code, message = GENERAL.get(status, ("error_occurred", f"An error occurred ({status})."))
    return error(call.trace, status, code, f"{message} {detail}" if detail else message)


def problem(trace: str, status: int, code: str, message: str) -> Problem:
    """The same as something to raise."""
    return Problem(error(trace, status, code, message))
