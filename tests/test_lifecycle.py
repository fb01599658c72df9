from __future__ import annotations

import pytest

from pulumi_roster.catalog import RESOURCES
from roster_emulator import Running
from support.cases import CASES
from support.life import Case, live
from support.subjects import Direct, Pickled, session_for


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_of_every_kind(case: Case, emulator: Running) -> None:
    live(case, Direct(case.kind, session_for(emulator.url)), emulator)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_of_every_kind_through_its_pickle(case: Case, emulator: Running) -> None:
    live(case, Pickled(case.kind, emulator.url), emulator)


def test_every_kind_has_its_life() -> None:
    assert sorted(case.kind for case in CASES) == RESOURCES
