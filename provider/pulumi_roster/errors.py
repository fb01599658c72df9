"""Defines all errors of this package. No exception of the HTTP library or of the validator reaches a user.

Look-ups and ``Team`` raise their errors inside the program, so a program can catch them: the classes marked with *, or
``RosterError`` for all of them. These classes are ``__all__``, and they are stable. A resource fails inside the run, so
its error is only a message of that run, and the other classes may change.

A look-up whose reply is lost or malformed raises a ``RosterError`` that is none of the other marked classes.

The public attributes are ``message``, ``hint`` and ``transaction_id`` of every error, and ``status``, ``code`` and
``response`` of a ``ServiceError``.

RosterError *
├── SettingsError *         no credentials, no account, a forbidden address: nothing was sent
├── InvalidArguments *      arguments that break the rules of the resource or the look-up: nothing was sent
│   └── InvalidIdentifier   an id or name that cannot be part of an address
├── Ambiguous *             a look-up by name found several objects
├── AlreadyExists           the object exists already and is not in this stack: nothing was created
├── UnmanagedContent        the object contains members or content that this stack does not manage: nothing was removed
├── PartialFailure          the service refused some of many items, and accepted the others
├── Unreachable *           the service was not reached: nothing was done
├── ServiceError *          the service answered, and refused
│   ├── BadRequest *        400, 422
│   ├── Unauthorized *      401
│   ├── Forbidden *         403
│   ├── NotFound *          404, 410
│   ├── MethodNotAllowed    405
│   ├── Conflict            409
│   ├── PreconditionFailed  412
│   ├── RateLimited *       429
│   └── ServerError *       5xx (also an OutcomeUnknown)
└── OutcomeUnknown          the service may have applied a write: check before you send it again
    ├── ReplyLost           the connection ended, or a time limit passed, before the reply was complete
    ├── UnexpectedReply     a reply that is not as documented: HTML, half a document, a missing field, a redirect
    └── ServerError *       see above
"""

from __future__ import annotations

from typing import Any

from .redaction import quoted

__all__ = [
    "Ambiguous",
    "BadRequest",
    "Forbidden",
    "InvalidArguments",
    "NotFound",
    "RateLimited",
    "RosterError",
    "ServerError",
    "ServiceError",
    "SettingsError",
    "Unauthorized",
    "Unreachable",
]


_MAX_LINE_LENGTH = 5000


class RosterError(Exception):
    """The base of all errors of this package, and the class by which to catch a lost or malformed reply.

    The parameters are also attributes.

    :param message: what happened, in one line.
    :param hint: what the user can do about it, or "".
    :param transaction_id: the id by which the vendor's support knows the call, or "".
    """

    def __init__(self, message: str, *, hint: str = "", transaction_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.transaction_id = transaction_id
        # The verb and the object, or the look-up. The caller of the verb or the look-up fills it in.
        self.about = ""

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, a copy or an unpickled error would be constructed without its keyword arguments.
        return _remade, (type(self), self.args, vars(self))

    def details(self) -> list[tuple[str, str]]:
        """Return the labelled lines that follow the message, without the hint."""
        return [("transaction id", self.transaction_id)]

    def __str__(self) -> str:
        # Each part may contain text from a service. This text must not look like a separate line of the message.
        first = f"{quoted(self.about)}: " if self.about else ""
        first += quoted(self.message, limit=_MAX_LINE_LENGTH)
        rows = [*self.details(), ("hint", self.hint)]
        return "\n".join(
            [first, *(f"  {label}: {quoted(text, limit=_MAX_LINE_LENGTH)}" for label, text in rows if text)]
        )


def _remade(kind: type[RosterError], args: tuple[Any, ...], values: dict[str, Any]) -> RosterError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(values)
    return error


class SettingsError(RosterError):
    """The configuration lacks a setting, or contains one that is not allowed."""


class InvalidArguments(RosterError):
    """Arguments break the rules of the resource or the look-up."""


class InvalidIdentifier(InvalidArguments):
    """An id or name cannot be one segment of a path, such as ``..`` or a text with a control character."""


class Ambiguous(RosterError):
    """A look-up by name found several objects. The message lists their ids."""


class AlreadyExists(RosterError):
    """An object with the same natural key exists, and may belong to somebody else."""


class UnmanagedContent(RosterError):
    """The call would have removed content that this stack does not manage."""


class PartialFailure(RosterError):
    """A bulk call succeeded for some items and failed for others.

    :param failures: one line for each item that failed: which item, and the service's message.
    """

    def __init__(self, message: str, failures: list[str], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.failures = failures

    def details(self) -> list[tuple[str, str]]:
        """Return one line for each item, and the common lines."""
        return [*(("refused", line) for line in self.failures), *super().details()]


class Unreachable(RosterError):
    """The service was not reached, so nothing was done."""


class OutcomeUnknown(RosterError):
    """A request was sent, and its outcome is not known. Do not repeat a write without checking first."""


class ReplyLost(OutcomeUnknown):
    """The connection ended, or a time limit passed, after the request had been sent."""


class UnexpectedReply(OutcomeUnknown):
    """The reply is not as the service documents it."""


class ServiceError(RosterError):
    """The service answered with an error status.

    The parameters are also attributes.

    :param status: the HTTP status; 404 if a listing does not contain the object.
    :param code: the service's own error code, or "".
    :param response: the service's own message, shortened, and without credentials, or "".
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        response: str = "",
        transaction_id: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint, transaction_id=transaction_id)
        self.status = status
        self.code = code
        self.response = response

    def details(self) -> list[tuple[str, str]]:
        """Return the service's own message, and the common lines."""
        return [("response", self.response), *super().details()]


class BadRequest(ServiceError):
    """The service does not accept the request."""


class Unauthorized(ServiceError):
    """The service does not accept the credentials."""


class Forbidden(ServiceError):
    """The credentials are valid, but lack a permission."""


class NotFound(ServiceError):
    """The object or its parent does not exist."""


class MethodNotAllowed(ServiceError):
    """The object does not allow this call. The public access group is an example."""


class Conflict(ServiceError):
    """The current state of the object does not allow this call."""


class PreconditionFailed(ServiceError):
    """The object changed between reading and writing."""


class RateLimited(ServiceError):
    """There were too many requests, and the limit did not lift within the time budget."""


class ServerError(ServiceError, OutcomeUnknown):
    """The service failed. It may have applied a write before it failed."""


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
    """Return the class of error for an HTTP status of 400 or more."""
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, ServiceError)
