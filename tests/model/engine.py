"""Simulates Pulumi's engine for one stack.

It checks, compares, creates, updates and replaces in the order in which resources are declared, deletes in the reverse
order at the end, and records only completed steps in its state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_roster.catalog import handler_class
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from pulumi_roster.schema.unknown import UNKNOWN

Values = dict[str, Any]


@dataclass(frozen=True)
class Ref:
    """A reference in a declaration to the id of another resource's object."""

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
        """Return the slots that it needs."""
        return {ref.slot for ref in _refs(self.given)}

    def resolved(self, ids: Callable[[str], str]) -> Values:
        """Return the inputs with ids in place of references."""
        filled: Values = _filled(self.given, lambda value: ids(value.slot) if isinstance(value, Ref) else value)
        return filled

    def naming(self, id: str, slot: str) -> Declaration:
        """Return the declaration with a reference in place of an id."""
        return replace(self, given=_filled(self.given, lambda value: Ref(slot) if value == id else value))


@dataclass(eq=False)
class Record:
    """One resource in the state. ``pending_delete``: it was replaced, and its object is not deleted yet."""

    slot: str
    kind: str
    id: str
    inputs: Values
    outputs: Values
    needs: set[str]
    pending_delete: bool = False


class StepFailed(Exception):
    """A step failed and ended the run."""

    def __init__(self, slot: str, verb: str, error: Exception) -> None:
        super().__init__(f"{verb} {slot}: {error}")
        self.slot, self.verb, self.error = slot, verb, error


@dataclass
class Stack:
    """The state of one stack, and the commands on it. Each command takes the session of a new process."""

    state: list[Record] = field(default_factory=list)
    creating: str = ""
    """The slot whose creation has started and is not recorded."""
    deleting: Record | None = None
    """The record whose deletion has started and is not recorded."""

    def record(self, slot: str) -> Record | None:
        """Return the current record of a slot."""
        return next((record for record in self.state if record.slot == slot and not record.pending_delete), None)

    def preview(self, session: Session, program: Sequence[Declaration]) -> dict[str, str]:
        """Return the step of ``up`` for each slot, as far as it is known in advance."""
        steps: dict[str, str] = {}
        for declared in program:

            def ids(slot: str) -> str:
                return UNKNOWN if steps[slot] in ("create", "replace") else self._id(slot)

            lifecycle = Lifecycle(handler_class(declared.kind), session)
            inputs = _checked(lifecycle, declared, ids)
            steps[declared.slot] = _step(lifecycle, self.record(declared.slot), inputs)[0]
        return steps

    def refresh(self, session: Session) -> None:
        """Read every object in the state, and remove deleted ones from it."""
        for record in list(self.state):
            with _failing_as(record.slot, "read"):
                found = Lifecycle(handler_class(record.kind), session).read(record.id, record.outputs)
            if found is None:
                self.state.remove(record)
            else:
                record.id, record.outputs, record.inputs = found.id, found.outputs, found.inputs

    def up(self, session: Session, program: Sequence[Declaration], done: list[str]) -> None:
        """Apply the program. Add each completed step to ``done``, such as ``create group0`` or ``delete rule1``."""
        before, registered = list(self.state), list[Record]()
        self.creating, self.deleting = "", None
        try:
            for declared in program:
                registered.append(self._apply(session, declared, done))
            wanted = {declared.slot for declared in program}
            for record in reversed(before):
                if record in self.state and (record.pending_delete or record.slot not in wanted):
                    self._delete(session, record, done)
        finally:
            # As the engine does, put the resources that this run registered first, in their order.
            self.state.sort(key=lambda record: registered.index(record) if record in registered else len(registered))

    def _apply(self, session: Session, declared: Declaration, done: list[str]) -> Record:
        lifecycle = Lifecycle(handler_class(declared.kind), session)
        inputs = _checked(lifecycle, declared, self._id)
        record = self.record(declared.slot)
        step, delete_first = _step(lifecycle, record, inputs)
        if record is not None and step != "replace":
            if step == "update":
                with _failing_as(declared.slot, "update"):
                    record.outputs = lifecycle.update(record.id, record.outputs, inputs)
                done.append(f"update {declared.slot}")
            record.inputs, record.needs = inputs, declared.refs()
            return record
        if record is not None and delete_first:
            # Pulumi first deletes the resources that this replacement replaces too.
            for dependent in reversed(
                [other for other in self.state if self._is_replaced_with(session, other, record)]
            ):
                self._delete(session, dependent, done)
            self._delete(session, record, done)
        self.creating = declared.slot
        with _failing_as(declared.slot, "create"):
            id, outputs = lifecycle.create(inputs)
        self.creating = ""
        if record is not None:
            record.pending_delete = True
        made = Record(declared.slot, declared.kind, id, inputs, outputs, declared.refs())
        self.state.append(made)
        done.append(f"{step} {declared.slot}")
        return made

    def _is_replaced_with(self, session: Session, other: Record, record: Record) -> bool:
        if other.pending_delete or record.slot not in other.needs:
            return False
        inputs = {name: UNKNOWN if value == record.id else value for name, value in other.inputs.items()}
        return bool(Lifecycle(handler_class(other.kind), session).diff(other.outputs, inputs).replaces)

    def _delete(self, session: Session, record: Record, done: list[str]) -> None:
        self.deleting = record
        with _failing_as(record.slot, "delete"):
            Lifecycle(handler_class(record.kind), session).delete(record.id, record.outputs)
        self.deleting = None
        self.state.remove(record)
        done.append(f"delete {record.slot}")

    def _id(self, slot: str) -> str:
        record = self.record(slot)
        assert record is not None, f"{slot} must be declared before the resources that need it"
        return record.id


class _failing_as:
    def __init__(self, slot: str, verb: str) -> None:
        self._slot, self._verb = slot, verb

    def __enter__(self) -> None:
        """Enter the context. There is nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        # A kill is not an ``Exception``, so it is not wrapped.
        if isinstance(error, Exception) and not isinstance(error, AssertionError):
            raise StepFailed(self._slot, self._verb, error) from error


def _checked(lifecycle: Lifecycle, declared: Declaration, ids: Callable[[str], str]) -> Values:
    inputs, faults = lifecycle.check(declared.resolved(ids))
    assert not faults, f"{declared} must be valid: {faults}"
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
