"""Every fault, met by every call of every verb of every kind: the declarations of ``catalog.py``, run."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator

import pytest
from faults.calls import clean_run
from faults.catalog import FAULTS
from faults.cells import cells_of, run_cell
from faults.scene import Verb, scene, verbs_of
from support.life import Case

from roster_emulator import Running
from support.canned_server import Canned, canned, reply
from support.cases import CASES

VERBS = [pytest.param(case, verb, id=f"{case.kind}-{verb}") for case in CASES for verb in verbs_of(case)]


@pytest.fixture
def elsewhere() -> Iterator[Canned]:
    """Another host, which answers whatever it is asked."""
    with canned(reply(200, {"id": "of another host", "access_token": "of another host"})) as other:
        yield other


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize(("case", "verb"), VERBS)
def test_each_fault_ends_as_declared(
    case: Case, verb: Verb, lasting: bool, emulator: Running, elsewhere: Canned, caplog: pytest.LogCaptureFixture
) -> None:
    it = scene(emulator, case, verb)
    clean = clean_run(it)
    wrong: list[str] = []
    for cell in cells_of(clean, itertools.chain(*FAULTS.values()), lasting=lasting):
        found = run_cell(it, clean, cell, elsewhere.url)
        warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        if warned and cell.fault.plan["kind"] != "stale":  # there, it looks as if somebody else had written
            found += f"; warns of what was not: {warned[0]}"
        if found:
            wrong.append(f"{cell}: {found}")
    assert not elsewhere.got, "nothing follows a redirect to another host"
    assert not wrong, f"{len(wrong)} cells:\n" + "\n".join(wrong)
