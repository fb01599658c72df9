"""Defines how an injected fault is declared: what the emulator does, and how the verb that meets it must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from pulumi_roster.errors import RosterError

Verb = Literal["create", "read", "list", "update", "delete"]
VERBS: tuple[Verb, ...] = ("create", "read", "list", "update", "delete")

Role = Literal["token", "read", "write", "confirm"]
"""The purpose of a request: the exchange of a secret for a token, a read, a write, or a read that confirms a write."""

Roles = frozenset[Role]
ALL_ROLES: Roles = frozenset({"token", "read", "write", "confirm"})


@dataclass(frozen=True)
class Outcome:
    """How a verb may end.

    :param repaired: the verb ends as if nothing had happened.
    :param errors: the verb ends with one of these errors. What was not done before the fault is not done.
    :param shows_drift: the verb reads a wrong value. The next preview shows it, and the next run corrects it.
    """

    repaired: bool = False
    errors: tuple[type[RosterError], ...] = ()
    shows_drift: bool = False

    def __str__(self) -> str:
        ways = ["repaired"] * self.repaired + [f"`{error.__name__}`" for error in self.errors]
        return ", or ".join(ways) or "repaired by the next `up`"


REPAIRED = Outcome(repaired=True)
DRIFT = Outcome(shows_drift=True)


def error(*errors: type[RosterError]) -> Outcome:
    """Return the outcome that the verb ends with one of these errors."""
    return Outcome(errors=errors)


def repaired_or(*errors: type[RosterError]) -> Outcome:
    """Return the outcome of a verb that is repaired if it needs no reply, or else ends with one of these errors."""
    return Outcome(repaired=True, errors=errors)


@dataclass(frozen=True)
class Request:
    """One request of a verb, as an injected fault meets it.

    :param skip: the number of requests of the same route before it.
    :param fields: the field names of the objects in its reply.
    :param after_write: the verb has sent a write before it.
    :param before_write: the verb sends a write after it.
    """

    method: str
    route: str
    skip: int
    fields: tuple[str, ...]
    role: Role
    after_write: bool
    before_write: bool

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass(frozen=True)
class Unless:
    """An exception to the outcome of a fault: some requests have another outcome.

    :param why: the footnote on the page.
    :param request: a pattern of method and route.
    :param fields: for a reply with a missing field, the names of the field.
    """

    why: str
    outcome: Outcome
    kinds: str = "*"
    verbs: tuple[Verb, ...] = VERBS
    roles: Roles = ALL_ROLES
    request: str = "*"
    fields: tuple[str, ...] = ()

    def applies(self, kind: str, verb: Verb, request: Request, missing: str) -> bool:
        """Return whether the exception applies to a request."""
        return (
            fnmatchcase(kind, self.kinds)
            and verb in self.verbs
            and request.role in self.roles
            and fnmatchcase(str(request), self.request)
            and (not self.fields or missing in self.fields)
        )


@dataclass(frozen=True)
class Fault:
    """One injected fault.

    :param name: its name on the page.
    :param inject: the fault as the emulator takes it at ``/_emulator/faults``.
    :param once: the outcome if one request meets it once.
    :param always: the outcome if the request meets it every time; ``None`` if that is not tested.
    :param like: the fault that has the same outcome every time.
    :param work_done: the service does the work in spite of the fault.
    :param roles: the requests that can meet it.
    :param needs: only replies with this field can have it.
    :param slow: the fault is a delay. The provider then waits only for a moment.
    :param then: a fault of the requests after it.
    """

    name: str
    inject: Mapping[str, Any]
    once: Outcome
    always: Outcome | None = None
    like: str = ""
    work_done: bool = False
    roles: Roles = ALL_ROLES
    needs: str = ""
    slow: bool = False
    then: Mapping[str, Any] | None = None
    once_unless: tuple[Unless, ...] = ()
    always_unless: tuple[Unless, ...] = ()

    def outcome(self, always: bool, kind: str, verb: Verb, request: Request, missing: str = "") -> Outcome:
        """Return how one request of one verb of one kind must end."""
        usual, exceptions = (self.always, self.always_unless) if always else (self.once, self.once_unless)
        assert usual is not None
        return next((each.outcome for each in exceptions if each.applies(kind, verb, request, missing)), usual)
