"""The life that every kind goes through: check, create, no difference, import, update, replace, drift, removal, delete
twice.

A kind is one :class:`Case`; what is special about it has tests of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import NotFound
from pulumi_roster.lifecycle.lifecycle import Found
from pulumi_roster.schema.marks import ProviderOnly, marked
from roster_emulator import Running
from support.subjects import Subject, Values

World = Running


@dataclass(frozen=True)
class Case:
    """One kind's life.

    :param inputs: a minimal declaration, given what ``prepare`` made.
    :param updates: changes of the inputs that are done in place, one after the other.
    :param replaces: changes that make the object anew, each with whether the old one goes first.
    :param drift: changes the object behind our back; ``None`` for a link, which is there or not.
    :param remove: removes the object behind our back; ``None`` for a set, which is then an empty one.
    :param prepare: makes what the object lives in; its answer goes to the others.
    """

    kind: str
    inputs: Callable[[Any], Values]
    drift: Callable[[World, str, Any], Any] | None = None
    remove: Callable[[World, str, Any], Any] | None = None
    updates: Sequence[Values | Callable[[Any], Values]] = ()
    replaces: Sequence[tuple[Callable[[Any], Values], bool]] = ()
    prepare: Callable[[World], Any] = field(default=lambda world: None)

    def __str__(self) -> str:
        return self.kind


def live(case: Case, subject: Subject, world: Any) -> None:
    """Leads one object through its whole life; asserts at every step."""
    made = case.prepare(world)
    before = world.dump()
    given = case.inputs(made)

    inputs, faults = subject.check(given)
    assert faults == []
    assert subject.check(inputs) == (inputs, []), "inputs that were checked once are not changed by a second check"
    id, outputs = subject.create(inputs)
    assert id
    assert not subject.diff(id, outputs, inputs).changed, "nothing differs after the creation"
    _assert_settled(subject, id, outputs, inputs, "the creation")
    key = handler_class(case.kind).import_key.format(**{**outputs, "id": id})
    imported = _imported(subject, key)
    assert imported is not None
    assert imported.id == id
    for name in inputs.keys() - marked(handler_class(case.kind).args_type, ProviderOnly).keys():
        assert _has(imported.outputs[name], inputs[name]), f"an import reads {name}, with the members of others"

    for update in case.updates:
        change = update(made) if callable(update) else update
        news, faults = subject.check({**given, **change})
        assert faults == []
        found = subject.diff(id, outputs, news)
        assert found.changed, f"{change} is seen"
        assert not found.replaces, f"{change} is done in place"
        outputs = subject.update(id, outputs, news)
        given, inputs = {**given, **change}, news
        assert not subject.diff(id, outputs, inputs).changed, f"nothing differs after {change}"
        _assert_settled(subject, id, outputs, inputs, str(change))

    for replacing, first in case.replaces:
        change = replacing(made)
        news, faults = subject.check({**given, **change})
        assert faults == []
        found = subject.diff(id, outputs, news)
        assert found.replaces, f"{change} replaces"
        assert found.delete_first is first

    if case.drift is not None:
        case.drift(world, id, made)
        subject.new_run()
        drifted = subject.read(id, outputs)
        assert drifted is not None
        found = subject.diff(id, drifted.outputs, inputs)
        assert found.changed, "the drift is seen"
        assert not found.replaces
        outputs = subject.update(id, drifted.outputs, inputs)
        _assert_settled(subject, id, outputs, inputs, "the repair")

    if case.remove is not None:
        case.remove(world, id, made)
        subject.new_run()
        assert subject.read(id, outputs) is None, "an object that is gone is gone"
        with pytest.raises(NotFound):
            _imported(subject, key)
        made = case.prepare(world)
        before = world.dump()
        inputs, faults = subject.check(case.inputs(made))
        assert faults == []
        id, outputs = subject.create(inputs)
        _assert_settled(subject, id, outputs, inputs, "the second creation")

    subject.delete(id, outputs)
    subject.delete(id, outputs)
    after = world.dump()
    assert objects(after) == objects(before), "nothing is left behind, nothing else was touched"


def _has(found: Any, declared: Any) -> bool:
    return all(item in found for item in declared) if isinstance(declared, list) else bool(found == declared)


def _imported(subject: Subject, key: str) -> Found | None:
    """What ``Resource.get`` and an import read: an object of which only the import key is known."""
    subject.new_run()
    return subject.read(key, {"connection": "default"})


def _assert_settled(subject: Subject, id: str, outputs: Values, inputs: Values, what: str) -> None:
    subject.new_run()
    found = subject.read(id, outputs)
    assert found is not None, f"after {what} it is there"
    assert found.id == id
    assert not subject.diff(id, found.outputs, inputs).changed, f"after {what} a refresh changes nothing"
    assert found.outputs == outputs, f"after {what} a refresh finds what was said"
    assert found.inputs == inputs, f"after {what} a refresh keeps the inputs"


# What the emulator remembers besides objects, and of them besides what they are.
_BESIDES = ("token", "serial")
_TRACES = {"cleared", "last_update_time", "modify_index", "updated_at"}


def objects(dump: Any) -> Any:
    """A dump of the world without the order of rows, without the traces of writes that have been taken back, and
    without the root of a Britive application, which everybody needs and nobody owns."""
    return {
        api: {
            name: sorted(
                json.dumps({key: row[key] for key in row if key not in _TRACES}, sort_keys=True)
                for row in rows
                if (name, row.get("parent_id")) != ("environment_group", "")
            )
            for name, rows in tables.items()
            if not any(word in name for word in _BESIDES)
        }
        for api, tables in dump.items()
    }
