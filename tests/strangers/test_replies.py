"""Ids that a service hands out, and that stand in paths later."""

from __future__ import annotations

import pytest

from pulumi_roster.errors import RosterError
from roster_emulator import Running
from strangers.driving import BY_KIND, KINDS, change_of, subject
from strangers.hostile import HOSTILE, is_one_segment, text, victims
from strangers.witness import strings, witness
from support.life import objects


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_of_a_service_leads_nowhere_else(kind: str, emulator: Running) -> None:
    for name in HOSTILE:
        _live(kind, name, emulator)


def _live(kind: str, name: str, emulator: Running) -> None:
    case, there = BY_KIND[kind], victims(emulator)
    hostile = text(name, there[kind.partition(".")[0]])
    # Several objects need several ids.
    numbered = (lambda number: f"{hostile}{number or ''}") if hostile.strip(".") else (lambda number: hostile)
    with witness(emulator, numbered) as seen:
        made = case.prepare(emulator)
        seen.names.look()
        before = objects(emulator.dump())
        driven = subject(kind, seen.url)
        inputs, faults = driven.check(seen.names.to_us(case.inputs(made)))
        told = list(strings(inputs))
        if faults:
            assert not is_one_segment(hostile) or set(hostile) & set(" ") or "\u202e" in hostile, faults
            assert seen.got == []
            return
        try:
            id, outputs = driven.create(inputs)
            told += [id, *strings(outputs)]
            driven.new_run()
            found = driven.read(id, outputs)
            assert found is not None
            assert found.outputs == outputs
            news, faults = driven.check({**inputs, **seen.names.to_us(change_of(case, made))})
            assert faults == []
            told += strings(news)
            outputs = driven.update(id, outputs, news)
            driven.delete(id, outputs)
        except RosterError:
            if is_one_segment(hostile):
                raise
        else:
            assert objects(emulator.dump()) == before
        seen.assert_lawful(told, there.values())
