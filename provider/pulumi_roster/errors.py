"""Everything that can go wrong, drawn as one tree. No exception of the HTTP library or of the validator leaves us.

RosterError
├── SettingsError            no credentials, no account, an address that is not allowed: before anything is sent
├── InvalidIdentifier        an id or name that cannot stand in a path: before anything is sent
├── InvalidArguments         arguments that break the rules of the resource: before anything is sent
├── AlreadyExists            the object is there already and is not ours: nothing was made
├── NotOurs                  content that this stack does not own stands in the way: nothing was removed
├── PartialFailure           some items of a call of many were refused, the others went through
├── ConnectionFailed         the service was not reached: nothing was done
├── ServiceError             the service answered, and refused
│   ├── BadRequest           400, 422
│   ├── Unauthorized         401
│   ├── Forbidden            403
│   ├── NotFound             404, 410
│   ├── MethodNotAllowed     405
│   ├── Conflict             409
│   ├── PreconditionFailed   412
│   ├── RateLimited          429
│   └── ServerError          5xx (also an OutcomeUnknown)
└── OutcomeUnknown           a write may have been done, or not: look before it is sent again
    ├── ReplyLost            the connection ended, or time ran out, before the reply was there
    ├── UnexpectedReply      a reply that cannot be understood: HTML, half a document, a missing field, a redirect
    └── ServerError          see above
"""

from __future__ import annotations

from .redaction import quoted

__all__ = [
    "AlreadyExists",
    "BadRequest",
    "Conflict",
    "ConnectionFailed",
    "Forbidden",
    "InvalidArguments",
    "InvalidIdentifier",
    "MethodNotAllowed",
    "NotFound",
    "NotOurs",
    "OutcomeUnknown",
    "PartialFailure",
    "PreconditionFailed",
    "RateLimited",
    "ReplyLost",
    "RosterError",
    "ServerError",
    "ServiceError",
    "SettingsError",
    "Unauthorized",
    "UnexpectedReply",
    "error_class",
]


_LINE = 5000


class RosterError(Exception):
    """Base of all errors of this package.

    :param message: what happened, in one line.
    :param hint: what the reader can do about it.
    :param transaction_id: the call, as the vendor's support knows it, or "".

    ``about`` names the verb and the object; the engine fills it in, since only it knows both.
    """

    def __init__(self, message: str, *, hint: str = "", transaction_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.transaction_id = transaction_id
        self.about = ""

    def details(self) -> list[tuple[str, str]]:
        """Labelled lines that follow the message, without the hint."""
        return [("transaction id", self.transaction_id)]

    def __str__(self) -> str:
        # Names and ids of others may be in each part; none may look like another line.
        first = f"{quoted(self.about)}: " if self.about else ""
        first += quoted(self.message, limit=_LINE)
        rows = [*self.details(), ("what to do", self.hint)]
        return "\n".join([first, *(f"  {label}: {quoted(text, limit=_LINE)}" for label, text in rows if text)])


class SettingsError(RosterError):
    """The configuration lacks something, or holds something that is not allowed."""


class InvalidIdentifier(RosterError):
    """An id or name that cannot be sent as one segment of a path, such as ``..`` or one with a control character."""


class InvalidArguments(RosterError):
    """Arguments that break the rules of the resource."""


class AlreadyExists(RosterError):
    """An object with the same natural key exists, and may be somebody else's."""


class NotOurs(RosterError):
    """Content that this stack does not own would have been removed."""


class PartialFailure(RosterError):
    """A call of many items succeeded for some and failed for others.

    :param failures: one line an item that failed: which, and what the service said.
    """

    def __init__(self, message: str, failures: list[str], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.failures = failures

    def details(self) -> list[tuple[str, str]]:
        """One line an item."""
        return [*(("refused", line) for line in self.failures), *super().details()]


class ConnectionFailed(RosterError):
    """The service was not reached, so nothing was done."""


class OutcomeUnknown(RosterError):
    """A request was sent and its outcome is not known. A write must not be repeated blindly after this."""


class ReplyLost(OutcomeUnknown):
    """The connection ended, or a time limit passed, after the request had been sent."""


class UnexpectedReply(OutcomeUnknown):
    """A reply that is not what the service documents."""


class ServiceError(RosterError):
    """The service answered with an error status.

    :param status: the HTTP status.
    :param code: the service's own error code, or "".
    :param words: the service's own words, shortened; never a credential.
    :param transaction_id: what the vendor's support asks for, or "".
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        words: str = "",
        transaction_id: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint, transaction_id=transaction_id)
        self.status = status
        self.code = code
        self.words = words

    def details(self) -> list[tuple[str, str]]:
        """The service's own words first."""
        return [("it said", self.words), *super().details()]


class BadRequest(ServiceError):
    """The service does not accept what was sent."""


class Unauthorized(ServiceError):
    """The service does not accept the credentials."""


class Forbidden(ServiceError):
    """The credentials are good, their rights do not reach."""


class NotFound(ServiceError):
    """The object, or what it belongs to, does not exist."""


class MethodNotAllowed(ServiceError):
    """The object does not allow this, such as the public access group."""


class Conflict(ServiceError):
    """The state of the object does not allow this now."""


class PreconditionFailed(ServiceError):
    """The object changed between reading and writing."""


class RateLimited(ServiceError):
    """Too many requests, and the limit did not lift within the time budget of the call."""


class ServerError(ServiceError, OutcomeUnknown):
    """The service failed. Whether a write was done before it failed is not known."""


_BY_STATUS: dict[int, type[ServiceError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    410: NotFound,
    412: PreconditionFailed,
    422: BadRequest,
    429: RateLimited,
}


def error_class(status: int) -> type[ServiceError]:
    """The class of error that an HTTP status of 400 or more stands for."""
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, ServiceError)
