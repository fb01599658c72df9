"""docs/faults.md says what the tests run."""

from __future__ import annotations

import itertools

from faults.catalog import CONNECTION, FAULTS
from faults.table import MEANINGS, PAGE, page

ALL = [*CONNECTION, *itertools.chain(*FAULTS.values())]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: cd tests && python -m faults.table"


def test_each_error_is_explained_and_nothing_else() -> None:
    endings = [each for fault in ALL for each in (fault.once, fault.lasting) if each]
    endings += [other.ending for fault in ALL for other in (*fault.otherwise, *fault.lasting_otherwise)]
    assert {error for ending in endings for error in ending.errors} == {*MEANINGS}


def test_a_fault_is_there_once_and_like_one_that_is_there() -> None:
    names = [fault.name for fault in ALL]
    assert len(names) == len({*names})
    assert {fault.like for fault in ALL if fault.like} <= {*names}
