"""What users declare: refused before anything is sent, or sent as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import RosterError
from roster_emulator import Running
from strangers.driving import BY_KIND, KINDS, Path, declarations, replaced, subject, texts
from strangers.hostile import HOSTILE, is_line, text, victims
from strangers.witness import Witness, strings, witness
from support.life import objects
from support.subjects import Direct, Values

HONEST = "another-1"
MANY_LINES = {"description", "value", "metadata"}
"""Places in which a text may have several lines."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_declared_is_one_value_in_one_place(kind: str, emulator: Running) -> None:
    case, there, fields = BY_KIND[kind], victims(emulator), set[Path]()
    victim = there[kind.partition(".")[0]]
    hostile = [text(name, victim) for name in HOSTILE]
    made = case.prepare(emulator)
    with witness(emulator) as seen:
        driven = subject(kind, seen.url)
        for given in declarations(case, made):
            places = dict(texts(given))
            if {path[:1] for path in places} <= fields:
                continue
            fields |= {path[:1] for path in places}
            accepted = {path: _accepted(driven, given, path, places[path], hostile) for path in places}
            assert seen.got == [], "a check sends nothing"
            naming = [path for path in places if not _lives(driven, given, _only(given, path, HONEST), emulator)]
            _assert_lawful(seen, there, strings(given), [HONEST])
            for path in naming:
                for value in accepted[path]:
                    _lives(driven, given, _only(given, path, value), emulator)
                    _assert_lawful(seen, there, strings(given), [value])
            free = {path: values for path, values in accepted.items() if values and path not in naming}
            for turn in range(max(map(len, free.values()), default=0)):
                values = {path: texts[turn % len(texts)] for path, texts in free.items()}
                sendable = max(map(len, values.values())) < 10_000
                assert _lives(driven, given, values, emulator) or not sendable, values
                _assert_lawful(seen, there, strings(given), values.values())
    assert fields


def _accepted(driven: Direct, given: Values, path: Path, honest: str, hostile: list[str]) -> list[str]:
    """The texts that may stand in a place; where it wants a form that none of them has, those that begin with the
    honest one."""
    for values in (hostile, [honest + value for value in hostile]):
        checked = {value: driven.check(replaced(given, {path: value}))[1] for value in values}
        for value, faults in checked.items():
            assert faults or is_line(value) or {*path} & MANY_LINES, f"{path} takes {value[-80:]!r}"
        if accepted := [value for value, faults in checked.items() if not faults]:
            return accepted
    return []


def _only(given: Values, path: Path, value: str) -> dict[Path, Any]:
    """A text in its place; within a list, in the only item."""
    for at, step in enumerate(path):
        if isinstance(step, int):
            item: Any = given
            for inner in path[: at + 1]:
                item = item[inner]
            return {path[:at]: [replaced(item, {path[at + 1 :]: value})]}
    return {path: value}


def _lives(driven: Direct, given: Values, values: dict[Path, Any], emulator: Running) -> bool:
    """Whether an object can be made with these texts; asserts that it then holds them, and that all else stays."""
    before = emulator.dump()
    inputs, faults = driven.check(replaced(given, values))
    if faults:
        return False
    try:
        id, outputs = driven.create(inputs)
    except RosterError:
        assert objects(emulator.dump()) == objects(before), f"nothing is half made of {values}"
        return False
    kept = {*strings(emulator.dump())}
    assert {*strings(_sent(inputs))} <= kept, f"{values} are what is kept"
    driven.new_run()
    found = driven.read(id, outputs)
    assert found is not None
    assert found.outputs == outputs
    assert not driven.diff(id, found.outputs, inputs).changed
    driven.delete(id, outputs)
    after = objects(emulator.dump())
    kin = after["vault"]["group_parents"]
    kin[:] = [row for row in kin if id not in row]  # a group that is gone leaves the places in which it was
    assert after == objects(before), f"nothing is left of {values}"
    return True


def _sent(inputs: Values) -> Any:
    return [value for name, value in inputs.items() if name != "connection"]


def _assert_lawful(seen: Witness, there: dict[str, str], *told: Any) -> None:
    seen.assert_lawful({text for texts in told for text in texts}, there.values())
    seen.got.clear()
