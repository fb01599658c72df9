"""Leads every kind through its lifecycle against the emulator, in this process and through its pickle."""

from __future__ import annotations

import pytest

from pulumi_roster.catalog import RESOURCES
from roster_emulator import Running
from support.cases import CASES, Case
from support.lifecycle import run_lifecycle
from support.subjects import Alone, Pickled


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_kind_completes_its_lifecycle(case: Case, emulator: Running) -> None:
    run_lifecycle(case, Alone(case.kind, emulator.url), emulator)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_kind_completes_its_lifecycle_through_its_pickle(case: Case, emulator: Running) -> None:
    run_lifecycle(case, Pickled(case.kind, emulator.url), emulator)


def test_every_kind_has_a_row_in_the_table() -> None:
    missing = {*RESOURCES} - {case.kind for case in CASES}
    assert not missing, f"add a row for {', '.join(sorted(missing))} to tests/support/cases/<system>.py"
    assert sorted(case.kind for case in CASES) == sorted(RESOURCES)
