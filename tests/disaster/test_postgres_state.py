"""The state of stacks in a real PostgreSQL server: its lock, a killed run, and two pipelines at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from disaster.everything import SOMEBODY_ELSES
from disaster.killing import needs_proc
from disaster.pipelines import ENTITIES, MEMBERS, Pipeline, assert_merged, run
from roster_emulator import Running
from support.postgres import Postgres, postgres

pytestmark = needs_proc


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def test_two_pipelines_one_of_them_twice_and_killed(tmp_path: Path, emulator: Running, server: Postgres) -> None:
    emulator.seed(**SOMEBODY_ELSES)
    emulator.seed(**ENTITIES)
    one, two = (Pipeline(tmp_path, emulator, name, MEMBERS, server.url) for name in ("one", "two"))
    emulator.fault("hold", method="PUT", route="/v2/groups/*/members", times=2)
    runs = [run(one), run(two)]
    runs[0].until_held(emulator, 2)

    # The same stack once more: the lock in the data base answers, and its program does not even look anything up.
    looked_up = "GET /v1/identity/group/name/{name:path}"
    assert emulator.requests()[looked_up] == 2
    again = two.up(code=None)
    assert again.code != 0
    assert "the stack is currently locked by 1 lock(s)" in again.text
    assert emulator.requests()[looked_up] == 2

    # One is killed while a write of its is under way, which is done all the same; the other goes on.
    runs[1].kill()
    emulator.release()
    assert runs[0].wait() == 0, runs[0].text
    assert "the stack is currently locked by 1 lock(s)" in two.up(code=None).text
    two.pulumi("cancel", "--yes")
    two.up()
    assert_merged(emulator)
    one.unchanged()
    two.unchanged()
    assert not (two.folder / ".pulumi").exists(), "no state beside the data base"
