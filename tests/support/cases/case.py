"""Describes one kind of resource for the tests that treat every kind alike: a row of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.subjects import Values

Server = Any
"""The emulator, or a real server with the same methods (``VaultServer``)."""


@dataclass(frozen=True)
class InProgram:
    """The declaration of one kind in the program that declares every kind (``support.every_kind``).

    :param text: Python. ``later`` is true in the second stage; ``name in adopted`` says whether to adopt.
    :param first: the lines that ``describe`` must return because of it after the first stage.
    :param later: the same after the second stage.
    :param writes: requests that change something, and how often the declaration causes each, by stage:
        ``first``, ``later`` and ``destroy``.
    :param lookup: Python that runs before the first declaration of the program.
    """

    text: str
    first: Sequence[str]
    later: Sequence[str]
    writes: Mapping[str, Mapping[str, int]]
    lookup: str = ""


@dataclass(frozen=True)
class Case:
    """One row: everything that a test of every kind needs to know about a kind.

    :param prepare: creates what the object lives in. The other functions get its result as ``made``.
    :param inputs: a minimal declaration.
    :param updates: changes of the inputs that are made in place, one after the other.
    :param replaces: changes that replace the object, each with whether Pulumi deletes the old object first.
    :param drift: changes the object outside Pulumi; ``None`` for a link, which exists or does not.
    :param remove: removes the object outside Pulumi; ``None`` for a set, which is then empty.
    :param in_program: its part of the program that declares every kind.
    """

    kind: str
    in_program: InProgram
    inputs: Callable[[Any], Values]
    drift: Callable[[Server, str, Any], Any] | None = None
    remove: Callable[[Server, str, Any], Any] | None = None
    updates: Sequence[Values | Callable[[Any], Values]] = ()
    replaces: Sequence[tuple[Callable[[Any], Values], bool]] = ()
    prepare: Callable[[Server], Any] = field(default=lambda server: None)

    def __str__(self) -> str:
        return self.kind

    @property
    def system(self) -> str:
        """The system that the kind belongs to, such as ``ibm``."""
        return self.kind.partition(".")[0]

    def changes(self, made: Any) -> list[Values]:
        """Return the updates as values."""
        return [update(made) if callable(update) else update for update in self.updates]

    def own_change(self, made: Any) -> Values:
        """Return the first update that changes only this object. It is empty for a kind without updates."""
        return next((change for change in self.changes(made) if "all_environments" not in change), {})


@dataclass(frozen=True)
class System:
    """One system's part of the table.

    :param cases: its kinds, in an order in which a program can declare them.
    :param others: objects of other people, in the form of the emulator's seed. No test may change them.
    :param other_lines: lines of ``describe`` for what ``others`` created, and for what is there anyway.
    :param describe: the content of the system as lines of text without ids and times, from the emulator's dump.
    """

    cases: Sequence[Case]
    others: Mapping[str, Any]
    other_lines: Sequence[str]
    describe: Callable[[Mapping[str, Any]], list[str]]
