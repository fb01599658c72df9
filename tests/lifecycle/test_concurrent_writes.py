"""Tests read-modify-write cycles that repeat until a write stays. Only waits move the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, RateLimited, ReplyLost, RosterError, Unreachable
from pulumi_roster.http.client import Client
from pulumi_roster.lifecycle.concurrent_writes import write_until_settled
from support.client_calls import DIALECT
from support.fake_time import FakeTime

QUIET = 1.0


@dataclass
class Shared:
    """A set with several writers. ``then`` holds an event after each of our writes."""

    items: set[str] = field(default_factory=set)
    then: list[Callable[[], None]] = field(default_factory=list)
    time: FakeTime = field(default_factory=FakeTime)
    read_takes: float = 0.0
    write_takes: float = 0.0
    writes: int = 0
    within: list[float] = field(default_factory=list)

    def add(self, item: str, **more: Any) -> frozenset[str]:
        return write_until_settled(
            Client("http://127.0.0.1", None, DIALECT, self.time.limits(quiet=QUIET, budget=30.0)).for_verb(),
            "set",
            "one",
            read=self.read,
            write=lambda there, within: self.write(there, item, within),
            **more,
        )

    def others_only(self, *items: str) -> None:
        """Let another writer overwrite our change."""
        self.items = {*items}

    def read(self) -> frozenset[str]:
        there = frozenset(self.items)
        self.time.now += self.read_takes
        return there

    def write(self, there: frozenset[str], item: str, within: float) -> bool:
        if item in there:
            return False
        self.writes += 1
        self.within.append(within)
        self.time.now += self.write_takes
        self.items = {*there, item}
        if self.then:
            self.then.pop(0)()
        return True


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_a_change_that_a_read_shows_needs_no_write_and_no_wait() -> None:
    shared = Shared({"a"})
    assert shared.add("a") == {"a"}
    assert (shared.writes, shared.time.waits) == (0, [])


def test_a_change_that_only_a_stale_read_shows_is_written() -> None:
    """A read may be older than our last write, so it may show a change that the service does not have."""
    shared = Shared()
    reads = [frozenset({"a"})]
    shared.read = lambda: reads.pop() if reads else frozenset(shared.items)  # type: ignore[method-assign]
    assert shared.add("a", doubtful=True) == {"a"}
    assert shared.writes == 1
    assert shared.time.waits == [QUIET, QUIET]


def test_a_change_that_two_reads_show_needs_no_write() -> None:
    shared = Shared({"a"})
    assert shared.add("a", doubtful=True) == {"a"}
    assert (shared.writes, shared.time.waits) == (0, [QUIET])


def test_a_slow_read_is_repeated_at_once() -> None:
    """For example, a rate limit delayed the read."""
    shared = Shared(read_takes=12.0)
    read = shared.read

    def once() -> frozenset[str]:
        there = read()
        shared.read_takes = 0.0
        return there

    shared.read = once  # type: ignore[method-assign]
    assert shared.add("a") == {"a"}
    assert shared.time.waits == [QUIET]


def test_a_service_that_is_too_slow_is_reported() -> None:
    with pytest.raises(RosterError, match="reading set one took 12 s"):
        Shared(read_takes=12.0).add("a")


def test_a_write_is_confirmed_after_a_quiet_time() -> None:
    shared = Shared()
    assert shared.add("a") == {"a"}
    assert shared.writes == 1
    assert shared.time.waits == [QUIET]
    assert shared.within == [QUIET / 2], "reading and writing together take less than the quiet time"


def test_an_undone_change_is_repeated_and_keeps_the_other_writers_change() -> None:
    shared = Shared()
    shared.then = [lambda: shared.others_only(), lambda: shared.others_only("b")]
    assert shared.add("a") == {"a", "b"}
    assert shared.writes == 3


def test_writers_that_conflict_again_wait_longer() -> None:
    shared = Shared(time=FakeTime(chance=1.0))
    shared.then = [lambda: shared.others_only()] * 3
    shared.add("a")
    assert shared.time.waits == [1.25, 1.5, 1.75, 2.0]


@pytest.mark.parametrize(
    "error",
    [ReplyLost("lost"), RateLimited("too many", status=429), Unreachable("not reached")],
    ids=lambda error: type(error).__name__,
)
def test_a_write_with_a_lost_reply_is_confirmed_by_reading(error: Exception) -> None:
    shared = Shared(then=[failing(error)])
    assert shared.add("a") == {"a"}
    assert shared.writes == 1, "the service had applied the write"


def test_a_refusal_is_reported_at_once() -> None:
    shared = Shared(then=[failing(BadRequest("no such member", status=400))])
    with pytest.raises(BadRequest):
        shared.add("a")
    assert shared.time.waits == []


def test_a_writer_that_is_always_overwritten_ends_with_the_budget() -> None:
    shared = Shared()
    shared.then = [lambda: shared.others_only()] * 100
    with pytest.raises(RosterError, match="another writer undoes the change of set one each time"):
        shared.add("a")
    assert 30 <= sum(shared.time.waits) <= 32


def test_a_failure_of_every_write_is_reported() -> None:
    shared = Shared()

    def lost() -> None:
        shared.others_only()
        raise ReplyLost("no reply")

    shared.then = [lost] * 100
    with pytest.raises(ReplyLost, match="no reply"):
        shared.add("a")


def test_a_slow_service_lengthens_the_quiet_time_and_no_write_uses_an_old_read() -> None:
    shared = Shared(read_takes=0.8)
    assert shared.add("a") == {"a"}
    assert shared.time.waits == pytest.approx([2.4, 2.4])
    assert shared.within == pytest.approx([1.2]), "the first round did not write, because its reads were slow"


@pytest.mark.parametrize("lost", [False, True])
def test_a_slow_write_is_confirmed_later(lost: bool) -> None:
    """Another writer's write at the same time can take as long, and must arrive before the confirming read."""
    shared = Shared(write_takes=2.0, then=[failing(ReplyLost("lost"))] if lost else [])
    assert shared.add("a") == {"a"}
    assert shared.time.waits == pytest.approx([6.0])
    assert shared.writes == 1


def test_a_simultaneous_change_is_logged_as_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    Shared().add("a", overwrote=lambda before, after: True)
    assert caplog.messages == [
        "another writer changed set one at the same time, and its change may be lost: check the object"
    ]
