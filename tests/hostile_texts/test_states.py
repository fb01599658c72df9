"""Puts hostile ids into a state and into import keys."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest

from hostile_texts.texts import HOSTILE, text
from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import RosterError
from roster_emulator import Running
from support.cases import CASES, Case
from support.every_kind import seed_others
from support.lifecycle import objects
from support.recording_proxy import recording_proxy, strings
from support.subjects import Alone


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_id_in_a_state_stays_one_segment_of_a_path(case: Case, emulator: Running) -> None:
    victims = seed_others(emulator)
    made = case.prepare(emulator)
    key = re.findall(r"{(\w+)}", handler_class(case.kind).import_key)
    with recording_proxy(emulator) as seen, ThreadPoolExecutor(3) as threads:
        driven = Alone(case.kind, seen.url)
        before = objects(emulator.dump())
        inputs, _ = driven.check(case.inputs(made))
        news, _ = driven.check({**inputs, **case.own_change(made)})
        id, outputs = driven.create(inputs)
        emulator.clock(ahead=3600)  # a missing object is not just too new to show
        honest = list(strings([inputs, news, outputs, id]))
        seen.got.clear()
        for name in HOSTILE:
            hostile = text(name, victims[case.system])
            parts = {part: str(outputs.get(part, id)) for part in key}
            imports = ["/".join({**parts, part: hostile}.values()) for part in parts]
            imported = {"connection": "default", **({"account_id": "acc-demo"} if "account_id" in parts else {})}
            states = [(hostile, outputs), *((id, {**outputs, part: hostile}) for part in key if part in outputs)]
            for import_key in (hostile, *imports):
                driven.new_run()
                with suppress(RosterError):
                    driven.read(import_key, imported)
            seen.assert_only_reads()
            # The last field of an import key may contain slashes, which stay within one segment.
            pieces = [import_key.split("/") for import_key in (hostile, *imports)]
            ends = ["/".join(piece[number:]) for piece in pieces for number in range(len(piece))]
            seen.assert_well_formed([*honest, hostile, *hostile.split("/"), *ends], [])
            seen.got.clear()
            for state_id, state in states:
                driven.new_run()
                with suppress(RosterError):  # the provider reads three at once from a listing
                    list(threads.map(driven.read, [state_id] * 3, [state] * 3))
                for verb in (driven.read, driven.delete, partial(driven.update, news=news)):
                    driven.new_run()
                    with suppress(RosterError):
                        verb(state_id, state)
            if driven.read(id, outputs) is None:  # the id of a link does not matter, its state does
                assert driven.create(inputs)[0] == id
            seen.assert_well_formed([*honest, hostile], victims.values())
            seen.got.clear()
        driven.delete(id, driven.update(id, outputs, news))
        assert objects(emulator.dump()) == before
