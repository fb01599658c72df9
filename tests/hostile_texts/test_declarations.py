"""Declares hostile texts. The check refuses them before any request, or requests carry them as one value."""

from __future__ import annotations

from typing import Any

import pytest

from hostile_texts.places import Path, declarations, replaced, texts
from hostile_texts.texts import HOSTILE, is_line, text
from pulumi_roster.errors import RosterError
from roster_emulator import Running
from support.cases import CASES, Case
from support.every_kind import seed_others
from support.lifecycle import objects
from support.recording_proxy import RecordingProxy, recording_proxy, strings
from support.subjects import Alone, Direct, Values

HONEST = "another-1"
MANY_LINES = {"description", "value", "metadata"}
"""Places in which a text may have several lines."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_declared_text_is_one_value_in_one_place(case: Case, emulator: Running) -> None:
    victims, fields = seed_others(emulator), set[Path]()
    victim = victims[case.system]
    hostile = [text(name, victim) for name in HOSTILE]
    made = case.prepare(emulator)
    with recording_proxy(emulator) as seen:
        driven = Alone(case.kind, seen.url)
        for given in declarations(case, made):
            places = dict(texts(given))
            if {path[:1] for path in places} <= fields:
                continue
            fields |= {path[:1] for path in places}
            accepted = {path: _accepted(driven, given, path, places[path], hostile) for path in places}
            assert seen.got == [], "a check must send no request"
            naming = [path for path in places if not _can_exist(driven, given, _only(given, path, HONEST), emulator)]
            _assert_well_formed(seen, victims, strings(given), [HONEST])
            for path in naming:
                for value in accepted[path]:
                    _can_exist(driven, given, _only(given, path, value), emulator)
                    _assert_well_formed(seen, victims, strings(given), [value])
            free = {path: values for path, values in accepted.items() if values and path not in naming}
            for turn in range(max(map(len, free.values()), default=0)):
                values = {path: texts[turn % len(texts)] for path, texts in free.items()}
                sendable = max(map(len, values.values())) < 10_000
                assert _can_exist(driven, given, values, emulator) or not sendable, values
                _assert_well_formed(seen, victims, strings(given), values.values())
    assert fields


def _accepted(driven: Direct, given: Values, path: Path, honest: str, hostile: list[str]) -> list[str]:
    """Return the hostile texts that a place accepts. If it accepts none, put the honest text before them."""
    for values in (hostile, [honest + value for value in hostile]):
        failures = {value: driven.check(replaced(given, {path: value}))[1] for value in values}
        for value, found in failures.items():
            assert found or is_line(value) or {*path} & MANY_LINES, f"{path} accepts {value[-80:]!r}"
        if accepted := [value for value, found in failures.items() if not found]:
            return accepted
    return []


def _only(given: Values, path: Path, value: str) -> dict[Path, Any]:
    """Put a text into its place. Within a list, its item becomes the only one."""
    for at, step in enumerate(path):
        if isinstance(step, int):
            item: Any = given
            for inner in path[: at + 1]:
                item = item[inner]
            return {path[:at]: [replaced(item, {path[at + 1 :]: value})]}
    return {path: value}


def _can_exist(driven: Direct, given: Values, values: dict[Path, Any], emulator: Running) -> bool:
    """Return whether an object can be created with these texts. Assert that it has them, and that all else stays."""
    before = emulator.dump()
    inputs, failures = driven.check(replaced(given, values))
    if failures:
        return False
    try:
        id, outputs = driven.create(inputs)
    except RosterError:
        assert objects(emulator.dump()) == objects(before), f"a failed creation with {values} left something behind"
        return False
    kept = {*strings(emulator.dump())}
    assert {*strings(_sent(inputs))} <= kept, f"the service does not hold {values}"
    driven.new_run()
    found = driven.read(id, outputs)
    assert found is not None
    assert found.outputs == outputs
    assert not driven.diff(id, found.outputs, inputs).changed
    driven.delete(id, outputs)
    after = objects(emulator.dump())
    parents = after["vault"]["group_parents"]
    parents[:] = [row for row in parents if id not in row]  # Vault keeps these rows when it deletes the group
    assert after == objects(before), f"a deletion with {values} left something behind"
    return True


def _sent(inputs: Values) -> Any:
    return [value for name, value in inputs.items() if name != "connection"]


def _assert_well_formed(seen: RecordingProxy, victims: dict[str, str], *allowed: Any) -> None:
    seen.assert_well_formed({text for texts in allowed for text in texts}, victims.values())
    seen.got.clear()
