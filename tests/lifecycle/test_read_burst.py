"""Tests when concurrent reads share one listing."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.lifecycle.read_burst import ReadBurst
from support.threads import WAIT, join, threads


def test_reads_share_a_listing_from_the_third_read_on() -> None:
    burst = ReadBurst(moment=0)
    assert [burst.many() for _ in range(5)] == [False, False, True, True, True]


def test_two_concurrent_reads_do_not_use_the_listing() -> None:
    burst, answers = ReadBurst(moment=0.02), list[Any]()
    join(threads(2, burst.many, answers))
    assert answers == [False, False]


@pytest.mark.parametrize("count", [3, 4, 32])
def test_three_or_more_concurrent_reads_share_a_listing(count: int) -> None:
    burst, answers = ReadBurst(moment=10 * WAIT), list[Any]()
    join(threads(count, burst.many, answers))
    assert answers == [True] * count


def test_the_number_of_direct_reads_can_be_set() -> None:
    burst = ReadBurst(moment=0, few=0)
    assert burst.many() is True
