"""Compares docs/faults.md with the declarations that the tests run."""

from __future__ import annotations

import itertools

from injected_faults.faults import CONNECTION, FAULTS
from injected_faults.page import MEANINGS, PAGE, page

ALL = [*CONNECTION, *itertools.chain(*FAULTS.values())]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make record"


def test_the_page_explains_each_error_and_no_other() -> None:
    outcomes = [each for fault in ALL for each in (fault.once, fault.always) if each]
    outcomes += [each.outcome for fault in ALL for each in (*fault.once_unless, *fault.always_unless)]
    assert {error for outcome in outcomes for error in outcome.errors} == {*MEANINGS}


def test_names_of_faults_are_unique_and_references_exist() -> None:
    names = [fault.name for fault in ALL]
    assert len(names) == len({*names})
    assert {fault.like for fault in ALL if fault.like} <= {*names}
