"""Returns hostile ids from a service. Later requests carry them as one segment of a path, or are not sent."""

from __future__ import annotations

import pytest

from hostile_texts.texts import HOSTILE, is_one_segment, text
from pulumi_roster.errors import RosterError
from roster_emulator import Running
from support.cases import CASES, Case
from support.every_kind import seed_others
from support.lifecycle import objects
from support.recording_proxy import recording_proxy, strings
from support.subjects import Alone


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_id_from_a_service_stays_one_segment_of_a_path(case: Case, emulator: Running) -> None:
    for name in HOSTILE:
        _run_lifecycle_with(name, case, emulator)


def _run_lifecycle_with(name: str, case: Case, emulator: Running) -> None:
    victims = seed_others(emulator)
    hostile = text(name, victims[case.system])
    # Several objects need several ids.
    numbered = (lambda number: f"{hostile}{number or ''}") if hostile.strip(".") else (lambda number: hostile)
    with recording_proxy(emulator, numbered) as seen:
        made = case.prepare(emulator)
        seen.names.update()
        before = objects(emulator.dump())
        driven = Alone(case.kind, seen.url)
        inputs, failures = driven.check(seen.names.to_client(case.inputs(made)))
        known = list(strings(inputs))
        if failures:
            assert not is_one_segment(hostile) or set(hostile) & set(" ") or "\u202e" in hostile, failures
            assert seen.got == []
            return
        try:
            id, outputs = driven.create(inputs)
            known += [id, *strings(outputs)]
            driven.new_run()
            found = driven.read(id, outputs)
            assert found is not None
            assert found.outputs == outputs
            news, failures = driven.check({**inputs, **seen.names.to_client(case.own_change(made))})
            assert failures == []
            known += strings(news)
            outputs = driven.update(id, outputs, news)
            driven.delete(id, outputs)
        except RosterError:
            if is_one_segment(hostile):
                raise
        else:
            assert objects(emulator.dump()) == before
        seen.assert_well_formed(known, victims.values())
