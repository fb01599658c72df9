"""What a system's part of the model says: what its world holds, what a declaration makes of it, and what strangers do
there.

A world is objects and links. Objects have ids of the service's making. A link says that something is in something: a
member in a group, a policy on a group. Each is independent of the code under test: it is read from the emulator's
tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import httpx
from hypothesis.strategies import SearchStrategy

from model.pulumi import Declaration, Ref, Values
from roster_emulator import Running
from testkit.no_tls import NO_TLS

T = TypeVar("T")

Draw = Callable[[SearchStrategy[T]], T]
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Link:
    """``member`` is in ``holder``, in the way that ``sort`` names."""

    sort: str
    holder: str
    member: str


@dataclass(frozen=True)
class Snapshot:
    """A moment of a system. An object that lives in another one names it in its field ``holder``."""

    objects: Mapping[str, Fields]
    rows: tuple[Link, ...]

    @property
    def links(self) -> frozenset[Link]:
        """The links as a set; ``rows`` has them in an order that is the same in each run."""
        return frozenset(self.rows)


class Universe:
    """One system's part."""

    system: ClassVar[str]
    slots: ClassVar[Mapping[str, str]]
    """What a program can declare, by name within the program, in the order of registration: slot -> kind."""
    config: ClassVar[Mapping[str, Any]] = {}
    switches: ClassVar[Mapping[str, Any]] = {}

    lasting: ClassVar[Collection[int]] = ()
    """Statuses of 500 or more that mean something other than a passing fault."""
    inside: ClassVar[tuple[str, ...]]
    """The inputs that name other objects."""

    def __init__(self, emulator: Running) -> None:
        self.emulator = emulator
        self.strangers: Mapping[str, Fields] = {}
        """Other people's objects, which the machine keeps up to date."""
        # What strangers do, they do with a client of their own.
        self.hands = httpx.Client(base_url=emulator.url, trust_env=False, verify=NO_TLS, timeout=30)

    def close(self) -> None:
        """Gives the strangers' connections back."""
        self.hands.close()

    # -- the world

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table of the system, as the emulator keeps it."""
        return self.emulator.application.state.store.all(f"SELECT * FROM {self.system}_{table}")

    def begin(self) -> None:
        """Adds to a fresh world what is needed."""

    def snapshot(self) -> Snapshot:
        """The world as it is."""
        raise NotImplementedError

    def incidental(self, fields: Fields) -> bool:
        """Whether this object, of which there is one at most, may have come into being along with what was declared."""
        return False

    # -- declarations

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], world: Snapshot) -> Values | None:
        """Inputs for a new resource; ``None`` where there is nothing to put it into."""
        raise NotImplementedError

    def sound(self, program: Sequence[Declaration]) -> bool:
        """Whether a program makes sense: no two of its resources contradict each other."""
        return True

    def fields(self, kind: str, values: Values) -> Fields | None:
        """The fields of the object that is declared, ``None`` for what may be anything; ``None`` for a kind without an
        object of its own."""
        raise NotImplementedError

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        """The links that are declared, or that outputs know of."""
        raise NotImplementedError

    def covers(self, kind: str, id: str, values: Values, link: Link, world: Snapshot) -> bool:
        """Whether the declaration says that there is no such link but those that it lists."""
        return False

    def lets_go(self, kind: str, values: Values, link: Link) -> bool:
        """Whether the declaration leaves links of this sort alone."""
        return False

    def takes_all(self, kind: str, outputs: Values) -> bool:
        """Whether a deletion takes along what others have put in."""
        return True

    def key(self, kind: str, values: Values) -> object:
        """By what a person recognises the object; ``None`` for what has no name. Of fields and of inputs alike."""
        raise NotImplementedError

    def ways_out(self, kind: str) -> Mapping[str, Values]:
        """Inputs that let a creation pass beside an object of the same key, by what that is called."""
        return {}

    # -- strangers

    def strange(self, draw: Draw[Any], world: Snapshot) -> None:
        """Does one thing behind the program's back."""
        raise NotImplementedError

    def clear(self, id: str, world: Snapshot, theirs: Iterable[str | Link]) -> None:
        """Removes what strangers put into an object."""
        raise NotImplementedError


def refs(program: Mapping[str, Declaration], *prefixes: str) -> list[Ref]:
    """References to what is declared, by the beginning of the slots' names."""
    return [Ref(slot) for slot in program if slot.startswith(prefixes)]
