"""Defines the model of a system: its content, what a declaration means, and what other people do.

The content consists of objects and links. The service gives ids to objects. A link says that something is in something
else: a member in a group, a policy on a group. The model reads the content from the emulator's tables, independently of
the code under test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from hypothesis.strategies import SearchStrategy

from model.engine import Declaration, Ref, Values
from roster_emulator import Running
from support.emulator_state import EmulatorState

T = TypeVar("T")

Draw = Callable[[SearchStrategy[T]], T]
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """``member`` is in ``holder``. ``sort`` says how."""

    sort: str
    holder: str
    member: str


@dataclass(frozen=True)
class Snapshot:
    """The content of a system. An object inside another object names it in its field ``holder``."""

    objects: Mapping[str, Fields]
    rows: tuple[Link, ...]

    @property
    def links(self) -> frozenset[Link]:
        """The links as a set. ``rows`` has them in a reproducible order."""
        return frozenset(self.rows)


class SystemModel:
    """The model of one system."""

    system: ClassVar[str]
    slots: ClassVar[Mapping[str, str]]
    """The kinds that a program can declare, by the name of the resource (slot), in the order of registration."""
    config: ClassVar[Mapping[str, Any]] = {}
    switches: ClassVar[Mapping[str, Any]] = {}

    not_retried: ClassVar[Collection[int]] = ()
    """Statuses of 500 or more that the provider does not retry."""
    references: ClassVar[tuple[str, ...]]
    """The inputs that name other objects."""

    def __init__(self, emulator: Running) -> None:
        self.emulator = emulator
        self._state = EmulatorState(emulator)
        self.others: Mapping[str, Fields] = {}
        """The objects of other people. The state machine keeps them up to date."""

    # -- content

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table of the system."""
        return self._state.rows(f"{self.system}_{table}")

    def prepare(self) -> None:
        """Add what the programs need to an empty system."""

    def snapshot(self) -> Snapshot:
        """Return the content of the system."""
        raise NotImplementedError

    def is_root(self, fields: Fields) -> bool:
        """Return whether this is a root object, which the first declared object creates, and which stays."""
        return False

    # -- declarations

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], now: Snapshot) -> Values | None:
        """Draw inputs for a new resource; ``None`` if nothing exists to put it into."""
        raise NotImplementedError

    def is_consistent(self, program: Sequence[Declaration]) -> bool:
        """Return whether no two resources of a program contradict each other."""
        return True

    def fields(self, kind: str, values: Values) -> Fields | None:
        """Return the fields of a declared object, with ``None`` for a field that is not managed.

        Return ``None`` for a kind that has only links.
        """
        raise NotImplementedError

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        """Return the links in inputs or outputs."""
        raise NotImplementedError

    def is_exclusive(self, kind: str, id: str, values: Values, link: Link, now: Snapshot) -> bool:
        """Return whether the declaration excludes every link of this sort that it does not list."""
        return False

    def leaves_alone(self, kind: str, values: Values, link: Link) -> bool:
        """Return whether the declaration does not manage links of this sort."""
        return False

    def deletes_content(self, kind: str, outputs: Values) -> bool:
        """Return whether a deletion also deletes what others have put into the object."""
        return True

    def key(self, kind: str, values: Values) -> object:
        """Return the natural key of an object, from fields or from inputs; ``None`` if it has none."""
        raise NotImplementedError

    def alternatives(self, kind: str) -> Mapping[str, Values]:
        """Return inputs that allow a second object with the same natural key, by name."""
        return {}

    # -- others

    def act_as_others(self, draw: Draw[Any], now: Snapshot) -> None:
        """Do one action of other people."""
        raise NotImplementedError

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        """Remove what others have put into an object."""
        raise NotImplementedError


def refs(program: Mapping[str, Declaration], *prefixes: str) -> list[Ref]:
    """Return references to the declared slots whose names begin with a prefix."""
    return [Ref(slot) for slot in program if slot.startswith(prefixes)]
