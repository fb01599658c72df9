"""Runs every example: up, a second up and a refresh without changes, and a destroy that leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_emulator import Running
from support.lifecycle import objects
from support.program import ROOT, Program

EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/Pulumi.yaml"))


def test_the_examples_are_numbered_without_a_gap() -> None:
    assert EXAMPLES
    numbers = [path.name.partition("-")[0] for path in EXAMPLES]
    assert numbers == [f"{number:02}" for number in range(1, len(EXAMPLES) + 1)], "number them from one, without a gap"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example(example: Path, tmp_path: Path, emulator: Running) -> None:
    before = emulator.dump()
    program = Program(tmp_path / "project", emulator.url, example=example)
    program.up()
    assert program.resources(), "an example must create something"
    program.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    program.destroy()
    assert objects(emulator.dump()) == objects(before)
