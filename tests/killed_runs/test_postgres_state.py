"""Keeps the state in a real PostgreSQL server: its lock, a killed run, and two pipelines at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from killed_runs.killable import needs_proc
from killed_runs.pipelines import ENTITIES, MEMBERS, Pipeline, assert_merged, start_up
from roster_emulator import Running
from support.every_kind import OTHERS
from support.postgres import Postgres, postgres

pytestmark = needs_proc


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def test_two_pipelines_share_a_database_and_one_is_killed(tmp_path: Path, emulator: Running, server: Postgres) -> None:
    emulator.seed(**OTHERS)
    emulator.seed(**ENTITIES)
    one, two = (Pipeline(tmp_path, emulator, name, MEMBERS, server.url) for name in ("one", "two"))
    emulator.fault("hold", method="PUT", route="/v2/groups/*/members", times=2)
    runs = [start_up(one), start_up(two)]
    runs[0].wait_until_held(emulator, 2)

    # A second run of the same stack meets the lock in the database, and its program looks nothing up.
    looked_up = "GET /v1/identity/group/name/{name:path}"
    assert emulator.requests()[looked_up] == 2
    again = two.up(code=None)
    assert again.code != 0
    assert "the stack is currently locked by 1 lock(s)" in again.text
    assert emulator.requests()[looked_up] == 2

    # One run is killed while its write is under way. The service still applies the write. The other run goes on.
    runs[1].kill()
    emulator.release()
    assert runs[0].wait() == 0, runs[0].text
    assert "the stack is currently locked by 1 lock(s)" in two.up(code=None).text
    two.pulumi("cancel", "--yes")
    two.up()
    assert_merged(emulator)
    one.unchanged()
    two.unchanged()
    assert not (two.folder / ".pulumi").exists(), "the folder of the project must hold no state"
