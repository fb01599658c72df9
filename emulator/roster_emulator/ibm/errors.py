"""Builds IBM's error bodies, as the vendor documents them."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from roster_emulator.api import Call, Problem, Reply

FORBIDDEN = (
    "Forbidden: You don't have the required access to complete this action. Contact your account owner for access"
)
TOO_MANY = "Too many requests have been made within a time window. Wait before calling the API again."

GENERAL = {
    400: ("invalid_payload", "Payload contains invalid/missing data."),
    401: ("invalid_token", "The token is either missing or invalid"),
    403: ("forbidden", FORBIDDEN),
    404: ("not_found", "The requested resource can't not be found."),
    405: ("method_not_allowed", "Access Groups does not support the operation on the target resource."),
    429: ("too_many_requests", TOO_MANY),
    500: ("internal_server_error", "Internal Server Error"),
    503: ("service_unavailable", "Service Temporarily Unavailable"),
}

ITEM_MESSAGES = {
    400: "The service id is missing or incorrect",
    403: FORBIDDEN,
    404: "Failed to find the membership",
    409: "Cloudant document update conflict occurred",
    429: TOO_MANY,
    500: "Internal Server Error",
    503: "Service Temporarily Unavailable",
}


class Refusal(Problem):
    """An error of a rule: the status, code and message of the whole reply."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, message)
        self.code = code

    @override
    def reply(self, call: Call) -> Reply:
        return error(call.trace, self.status, self.code, self.message or "")


def invalid(detail: str = "") -> Refusal:
    """Return the 400 of an invalid request."""
    code, message = GENERAL[400]
    return Refusal(400, code, f"{message} {detail}".strip())


def error(trace: str, status: int, code: str, message: str) -> Reply:
    """Return an error reply: ``{"trace", "errors": [{"code", "message"}], "status_code"}``."""
    return Reply(status, {"trace": trace, "errors": [{"code": code, "message": message}], "status_code": status})


def general(call: Call, status: int, detail: str = "") -> Reply:
    """Return the usual error of a status. Its message is the vendor's message, followed by ``detail``."""
    code, message = GENERAL.get(status, ("error_occurred", f"An error occurred ({status})."))
    return error(call.trace, status, code, f"{message} {detail}".strip())


def item(trace: str, status: int, message: str | None = None, code: str = "error_occurred") -> dict[str, Any]:
    """Return the fields of a failed item of a 207, except its key."""
    message = message or ITEM_MESSAGES.get(status, "An error occurred")
    return {"status_code": status, "trace": trace, "errors": [{"code": code, "message": message}]}
