"""Leads one object of any kind through its lifecycle: check, create, import, update, replace, drift, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import NotFound
from pulumi_roster.lifecycle.lifecycle import Found
from pulumi_roster.schema.marks import ProviderOnly, marked
from support.cases.case import Case
from support.subjects import Subject, Values


def run_lifecycle(case: Case, subject: Subject, server: Any) -> None:
    """Run every step of the lifecycle, and assert after each step that nothing is left to do."""
    made = case.prepare(server)
    before = server.dump()
    given = case.inputs(made)

    inputs = _checked(subject, given)
    assert subject.check(inputs) == (inputs, []), "a second check must not change checked inputs"
    id, outputs = subject.create(inputs)
    assert id
    assert not subject.diff(id, outputs, inputs).changed, "there must be no difference right after the creation"
    _assert_refresh_changes_nothing(subject, id, outputs, inputs, "the creation")
    import_key = handler_class(case.kind).import_key.format(**{**outputs, "id": id})
    imported = _import(subject, import_key)
    assert imported is not None
    assert imported.id == id
    for name in inputs.keys() - marked(handler_class(case.kind).args_type, ProviderOnly).keys():
        assert _contains(imported.outputs[name], inputs[name]), f"an import must read {name}, unmanaged items included"

    for change in case.changes(made):
        news = _checked(subject, {**given, **change})
        found = subject.diff(id, outputs, news)
        assert found.changed, f"{change} must be a difference"
        assert not found.replaces, f"{change} must not replace the object"
        outputs = subject.update(id, outputs, news)
        given, inputs = {**given, **change}, news
        assert not subject.diff(id, outputs, inputs).changed, f"there must be no difference after {change}"
        _assert_refresh_changes_nothing(subject, id, outputs, inputs, str(change))

    for replacing, delete_first in case.replaces:
        change = replacing(made)
        found = subject.diff(id, outputs, _checked(subject, {**given, **change}))
        assert found.replaces, f"{change} must replace the object"
        assert found.delete_first is delete_first

    if case.drift is not None:
        case.drift(server, id, made)
        subject.new_run()
        drifted = subject.read(id, outputs)
        assert drifted is not None
        found = subject.diff(id, drifted.outputs, inputs)
        assert found.changed, "the drift must be a difference"
        assert not found.replaces
        outputs = subject.update(id, drifted.outputs, inputs)
        _assert_refresh_changes_nothing(subject, id, outputs, inputs, "the repair of the drift")

    if case.remove is not None:
        case.remove(server, id, made)
        subject.new_run()
        assert subject.read(id, outputs) is None, "the object must be reported as deleted"
        with pytest.raises(NotFound):
            _import(subject, import_key)
        made = case.prepare(server)
        before = server.dump()
        inputs = _checked(subject, case.inputs(made))
        id, outputs = subject.create(inputs)
        _assert_refresh_changes_nothing(subject, id, outputs, inputs, "the second creation")

    subject.delete(id, outputs)
    subject.delete(id, outputs)
    assert objects(server.dump()) == objects(before), (
        "the deletion must leave nothing behind and change no other object"
    )


def _checked(subject: Subject, given: Values) -> Values:
    inputs, failures = subject.check(given)
    assert failures == []
    return inputs


def _import(subject: Subject, import_key: str) -> Found | None:
    """Read an object of which only the import key is known, as ``Resource.get`` does."""
    subject.new_run()
    return subject.read(import_key, {"connection": "default"})


def _contains(found: Any, declared: Any) -> bool:
    return all(item in found for item in declared) if isinstance(declared, list) else bool(found == declared)


def _assert_refresh_changes_nothing(subject: Subject, id: str, outputs: Values, inputs: Values, step: str) -> None:
    subject.new_run()
    found = subject.read(id, outputs)
    assert found is not None, f"the object is not found after {step}"
    assert found.id == id
    assert not subject.diff(id, found.outputs, inputs).changed, f"a refresh after {step} shows a difference"
    assert found.outputs == outputs, f"a refresh after {step} changes the outputs"
    assert found.inputs == inputs, f"a refresh after {step} changes the inputs"


# Tables and columns of the emulator that are not part of an object: counters, times and revisions.
_OTHER_TABLES = ("token", "serial")
_PASSING_COLUMNS = {"cleared", "last_update_time", "modify_index", "updated_at"}


def objects(dump: Any) -> Any:
    """Return the objects of a dump in a form that can be compared.

    The order of rows, revisions and times do not count, and neither does the root group of a Britive application, which
    stays when all else is deleted.
    """
    return {
        api: {
            name: sorted(
                json.dumps({key: row[key] for key in row if key not in _PASSING_COLUMNS}, sort_keys=True)
                for row in rows
                if (name, row.get("parent_id")) != ("environment_group", "")
            )
            for name, rows in tables.items()
            if not any(word in name for word in _OTHER_TABLES)
        }
        for api, tables in dump.items()
    }
