"""Ids that stand in a state, or in the import key that somebody gives."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import RosterError
from roster_emulator import Running
from strangers.driving import BY_KIND, KINDS, change_of, subject
from strangers.hostile import HOSTILE, text, victims
from strangers.witness import strings, witness
from support.life import objects


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_of_a_state_leads_nowhere_else(kind: str, emulator: Running) -> None:
    case, there = BY_KIND[kind], victims(emulator)
    made = case.prepare(emulator)
    key = re.findall(r"{(\w+)}", handler_class(kind).import_key)
    with witness(emulator) as seen, ThreadPoolExecutor(3) as threads:
        driven = subject(kind, seen.url)
        before = objects(emulator.dump())
        inputs, _ = driven.check(case.inputs(made))
        news, _ = driven.check({**inputs, **change_of(case, made)})
        id, outputs = driven.create(inputs)
        emulator.clock(ahead=3600)  # what is absent is not too new to show
        honest = list(strings([inputs, news, outputs, id]))
        seen.got.clear()
        for name in HOSTILE:
            hostile = text(name, there[kind.partition(".")[0]])
            parts = {part: str(outputs.get(part, id)) for part in key}
            imports = ["/".join({**parts, part: hostile}.values()) for part in parts]
            imported = {"connection": "default", **({"account_id": "acc-demo"} if "account_id" in parts else {})}
            states = [(hostile, outputs), *((id, {**outputs, part: hostile}) for part in key if part in outputs)]
            for import_key in (hostile, *imports):
                driven.new_run()
                with suppress(RosterError):
                    driven.read(import_key, imported)
            seen.assert_only_reads()
            seen.assert_lawful([*honest, hostile, *hostile.split("/")], [])
            seen.got.clear()
            for state_id, state in states:
                driven.new_run()
                with suppress(RosterError):  # three at once are read from a listing
                    list(threads.map(driven.read, [state_id] * 3, [state] * 3))
                for verb in (driven.read, driven.delete, partial(driven.update, news=news)):
                    driven.new_run()
                    with suppress(RosterError):
                        verb(state_id, state)
            if driven.read(id, outputs) is None:  # a link is what its state says, whatever its id
                assert driven.create(inputs)[0] == id
            seen.assert_lawful([*honest, hostile], there.values())
            seen.got.clear()
        driven.delete(id, driven.update(id, outputs, news))
        assert objects(emulator.dump()) == before
