"""A stand-in for Pulumi's engine, as far as one stack goes: it checks, compares, creates, changes and replaces in the
order in which resources are declared, deletes in the reverse order at the end, and keeps in its state what was done, no
more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_roster.catalog import handler_class
from pulumi_roster.lifecycle.lifecycle import Lifecycle, Session
from pulumi_roster.schema.unknown import UNKNOWN

Values = dict[str, Any]


@dataclass(frozen=True)
class Ref:
    """Stands in a declaration for the id of another one's object."""

    slot: str


@dataclass(frozen=True)
class Declaration:
    """One resource of a program.

    :param slot: its name within the program.
    :param given: its inputs; references at any depth.
    """

    slot: str
    kind: str
    given: Values

    def refs(self) -> set[str]:
        """The slots that it needs."""
        return {ref.slot for ref in _refs(self.given)}

    def resolved(self, ids: Callable[[str], str]) -> Values:
        """The inputs with ids for references."""
        filled: Values = _filled(self.given, lambda value: ids(value.slot) if isinstance(value, Ref) else value)
        return filled

    def naming(self, id: str, slot: str) -> Declaration:
        """The same, with a reference for an id that is written out."""
        return replace(self, given=_filled(self.given, lambda value: Ref(slot) if value == id else value))


@dataclass(eq=False)
class Record:
    """One resource in the state. ``leaving``: it was replaced, and its object is still to be deleted."""

    slot: str
    kind: str
    id: str
    inputs: Values
    outputs: Values
    needs: set[str]
    leaving: bool = False


class Refused(Exception):
    """A step failed; the run ended with it."""

    def __init__(self, slot: str, verb: str, error: Exception) -> None:
        super().__init__(f"{verb} {slot}: {error}")
        self.slot, self.verb, self.error = slot, verb, error


@dataclass
class Stack:
    """The state of one stack, and the commands on it. Each command gets the session of a new process."""

    state: list[Record] = field(default_factory=list)
    creating: str = ""
    """The slot whose creation has begun and is not recorded."""
    deleting: Record | None = None
    """The record whose deletion has begun and is not recorded."""

    def record(self, slot: str) -> Record | None:
        """The living record of a slot."""
        return next((record for record in self.state if record.slot == slot and not record.leaving), None)

    def preview(self, session: Session, program: Sequence[Declaration]) -> dict[str, str]:
        """What ``up`` would do, by slot, as far as that is known before it is done."""
        steps: dict[str, str] = {}
        for declared in program:

            def ids(slot: str) -> str:
                return UNKNOWN if steps[slot] in ("create", "replace") else self._id(slot)

            lifecycle = Lifecycle(handler_class(declared.kind), session)
            inputs = _checked(lifecycle, declared, ids)
            steps[declared.slot] = _step(lifecycle, self.record(declared.slot), inputs)[0]
        return steps

    def refresh(self, session: Session) -> None:
        """Reads everything that is in the state; what is gone leaves it."""
        for record in list(self.state):
            with _telling(record.slot, "read"):
                found = Lifecycle(handler_class(record.kind), session).read(record.id, record.outputs)
            if found is None:
                self.state.remove(record)
            else:
                record.id, record.outputs, record.inputs = found.id, found.outputs, found.inputs

    def up(self, session: Session, program: Sequence[Declaration], done: list[str]) -> None:
        """Brings the world to the program. Adds to ``done`` what it does: ``create group0``, ``delete rule1``, ..."""
        before, registered = list(self.state), list[Record]()
        self.creating, self.deleting = "", None
        try:
            for declared in program:
                registered.append(self._brought(session, declared, done))
            wanted = {declared.slot for declared in program}
            for record in reversed(before):
                if record in self.state and (record.leaving or record.slot not in wanted):
                    self._delete(session, record, done)
        finally:
            # As the engine writes it: what was registered in this run comes first, in its order.
            self.state.sort(key=lambda record: registered.index(record) if record in registered else len(registered))

    def _brought(self, session: Session, declared: Declaration, done: list[str]) -> Record:
        lifecycle = Lifecycle(handler_class(declared.kind), session)
        inputs = _checked(lifecycle, declared, self._id)
        record = self.record(declared.slot)
        step, delete_first = _step(lifecycle, record, inputs)
        if record is not None and step != "replace":
            if step == "update":
                with _telling(declared.slot, "update"):
                    record.outputs = lifecycle.update(record.id, record.outputs, inputs)
                done.append(f"update {declared.slot}")
            record.inputs, record.needs = inputs, declared.refs()
            return record
        if record is not None and delete_first:
            # Whatever would be replaced because of this goes before it.
            for dependent in reversed([other for other in self.state if self._falls_with(session, other, record)]):
                self._delete(session, dependent, done)
            self._delete(session, record, done)
        self.creating = declared.slot
        with _telling(declared.slot, "create"):
            id, outputs = lifecycle.create(inputs)
        self.creating = ""
        if record is not None:
            record.leaving = True
        made = Record(declared.slot, declared.kind, id, inputs, outputs, declared.refs())
        self.state.append(made)
        done.append(f"{step} {declared.slot}")
        return made

    def _falls_with(self, session: Session, other: Record, record: Record) -> bool:
        if other.leaving or record.slot not in other.needs:
            return False
        inputs = {name: UNKNOWN if value == record.id else value for name, value in other.inputs.items()}
        return bool(Lifecycle(handler_class(other.kind), session).diff(other.outputs, inputs).replaces)

    def _delete(self, session: Session, record: Record, done: list[str]) -> None:
        self.deleting = record
        with _telling(record.slot, "delete"):
            Lifecycle(handler_class(record.kind), session).delete(record.id, record.outputs)
        self.deleting = None
        self.state.remove(record)
        done.append(f"delete {record.slot}")

    def _id(self, slot: str) -> str:
        record = self.record(slot)
        assert record is not None, f"{slot} is declared before what needs it"
        return record.id


class _telling:
    def __init__(self, slot: str, verb: str) -> None:
        self._slot, self._verb = slot, verb

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        # A kill is no Exception: it goes through as it is.
        if isinstance(error, Exception) and not isinstance(error, AssertionError):
            raise Refused(self._slot, self._verb, error) from error


def _checked(lifecycle: Lifecycle, declared: Declaration, ids: Callable[[str], str]) -> Values:
    inputs, faults = lifecycle.check(declared.resolved(ids))
    assert not faults, f"{declared} is well formed: {faults}"
    return inputs


def _step(lifecycle: Lifecycle, record: Record | None, inputs: Values) -> tuple[str, bool]:
    if record is None:
        return "create", False
    found = lifecycle.diff(record.outputs, inputs)
    if found.replaces:
        return "replace", found.delete_first
    return "update" if found.changed else "same", False


def _refs(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _filled(value: Any, leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(inner, leaf) for name, inner in value.items()}
    return [_filled(inner, leaf) for inner in value] if isinstance(value, list) else leaf(value)
