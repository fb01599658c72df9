"""How a fault, and how the end of a verb that meets it, are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from faults.scene import VERBS, Verb

from pulumi_roster.errors import RosterError

Role = Literal["token", "read", "write", "look"]
"""What a call is for: the exchange of a secret for a token, a read, a write, or a look at what was written."""

Roles = frozenset[Role]
EVERY: Roles = frozenset({"token", "read", "write", "look"})


@dataclass(frozen=True)
class Ending:
    """How a verb may end.

    :param repaired: as if nothing had happened: the world is as declared, and the state says so.
    :param errors: with one of these. What was not done before the fault was met is not done.
    :param old: with the object seen as it is not; the next preview shows that, and the next run puts it right.
    """

    repaired: bool = False
    errors: tuple[type[RosterError], ...] = ()
    old: bool = False

    def __str__(self) -> str:
        ways = ["repaired"] * self.repaired + [f"`{error.__name__}`" for error in self.errors] + ["old"] * self.old
        return " or ".join(ways)


REPAIRED = Ending(repaired=True)
OLD = Ending(old=True)


def error(*errors: type[RosterError]) -> Ending:
    """Not repaired."""
    return Ending(errors=errors)


def repaired_or(*errors: type[RosterError]) -> Ending:
    """Repaired where what went wrong is not needed, or shows in another way."""
    return Ending(repaired=True, errors=errors)


@dataclass(frozen=True)
class Otherwise:
    """Where a fault ends in another way than it mostly does.

    :param why: a footnote of the table.
    :param roles: of the call that meets it.
    :param call: its method and route, with * as a wildcard.
    :param fields: of a reply that lacks a field, which.
    """

    why: str
    ending: Ending
    kinds: str = "*"
    verbs: tuple[Verb, ...] = VERBS
    roles: Roles = EVERY
    call: str = "*"
    fields: tuple[str, ...] = ()

    def holds(self, kind: str, verb: Verb, role: Role, call: str, missing: str) -> bool:
        """Whether it is about this cell."""
        return (
            fnmatchcase(kind, self.kinds)
            and verb in self.verbs
            and role in self.roles
            and fnmatchcase(call, self.call)
            and (not self.fields or missing in self.fields)
        )


@dataclass(frozen=True)
class Fault:
    """One fault of one call.

    :param name: as the table says it.
    :param plan: as the emulator takes it.
    :param once: what happens when one call meets it.
    :param lasting: what happens when the same call meets it for ever; ``None`` where that is not tried.
    :param like: the fault that it is like, then.
    :param works: whether the work is done all the same.
    :param roles: the calls that can meet it.
    :param needs: a field that a reply has which can have this fault.
    :param slow: whether it is one of time: the provider then waits for a moment only.
    :param then: what the calls after it meet.
    """

    name: str
    plan: Mapping[str, Any]
    once: Ending
    lasting: Ending | None = None
    like: str = ""
    works: bool = False
    roles: Roles = EVERY
    needs: str = ""
    slow: bool = False
    then: Mapping[str, Any] | None = None
    otherwise: tuple[Otherwise, ...] = ()
    lasting_otherwise: tuple[Otherwise, ...] = ()

    def ending(self, lasting: bool, kind: str, verb: Verb, role: Role, call: str, missing: str = "") -> Ending:
        """How it ends for one call of one verb of one kind."""
        usual = self.lasting if lasting else self.once
        assert usual is not None
        others = self.lasting_otherwise if lasting else self.otherwise
        return next((other.ending for other in others if other.holds(kind, verb, role, call, missing)), usual)
