"""Leads each kind through its lifecycle at the emulator, and tests adoption for each kind with a natural key."""

from __future__ import annotations

import pytest

from pulumi_roster.catalog import RESOURCES, handler_class
from pulumi_roster.errors import AlreadyExists
from pulumi_roster.schema.marks import Key, marked
from roster_emulator import Running
from support.cases import CASES, Case
from support.lifecycle import objects, run_lifecycle
from support.subjects import Alone, Pickled, Values


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_kind_completes_its_lifecycle(case: Case, emulator: Running) -> None:
    run_lifecycle(case, Alone(case.kind, emulator.url), emulator)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_kind_completes_its_lifecycle_through_its_pickle(case: Case, emulator: Running) -> None:
    run_lifecycle(case, Pickled(case.kind, emulator.url), emulator)


NAMED = [case for case in CASES if marked(handler_class(case.kind).args_type, Key)]


@pytest.mark.parametrize("case", NAMED, ids=str)
def test_an_existing_object_is_refused_and_can_be_adopted_once(case: Case, emulator: Running) -> None:
    made, subject = case.prepare(emulator), Alone(case.kind, emulator.url)
    keys = marked(handler_class(case.kind).args_type, Key)
    change: Values = next((change for change in case.changes(made) if not change.keys() & keys.keys()), {})
    theirs, failures = subject.check(case.inputs(made))
    ours, more = subject.check({**case.inputs(made), **change})
    assert failures == more == []
    there, _ = subject.create(theirs)
    before = emulator.dump()
    subject.new_run()
    with pytest.raises(AlreadyExists, match=rf"(?s){there}.*adopt=True"):
        subject.create(ours)
    assert objects(emulator.dump()) == objects(before), "a refused creation must change nothing"
    id, outputs = subject.create({**ours, "adopt": True})
    assert id == there
    assert not subject.diff(id, outputs, ours).changed
    with pytest.raises(AlreadyExists, match="another resource of this program"):
        subject.create({**ours, "adopt": True})
    subject.new_run()
    found = subject.read(id, outputs)
    assert found is not None
    assert found.outputs == outputs


def test_every_kind_has_a_row_in_the_table() -> None:
    missing = {*RESOURCES} - {case.kind for case in CASES}
    assert not missing, f"add a row for {', '.join(sorted(missing))} to tests/support/cases/<system>.py"
    assert sorted(case.kind for case in CASES) == sorted(RESOURCES)
