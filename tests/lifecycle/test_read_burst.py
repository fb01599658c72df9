from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.lifecycle.read_burst import ReadBurst
from support.threads import WAIT, join, threads


def test_one_goes_directly() -> None:
    assert ReadBurst(moment=0).many() is False


def test_two_go_directly() -> None:
    burst = ReadBurst(moment=0)
    assert [burst.many(), burst.many()] == [False, False]


def test_from_the_third_on_all_share() -> None:
    burst = ReadBurst(moment=0)
    assert [burst.many() for _ in range(5)] == [False, False, True, True, True]


def test_two_that_wait_go_directly_when_nobody_comes() -> None:
    burst, answers = ReadBurst(moment=0.02), list[Any]()
    join(threads(2, burst.many, answers))
    assert answers == [False, False]


@pytest.mark.parametrize("count", [3, 4, 32])
def test_those_that_come_at_once_share(count: int) -> None:
    burst, answers = ReadBurst(moment=10 * WAIT), list[Any]()
    join(threads(count, burst.many, answers))
    assert answers == [True] * count


def test_the_number_of_direct_reads_can_be_set() -> None:
    burst = ReadBurst(moment=0, few=0)
    assert burst.many() is True
