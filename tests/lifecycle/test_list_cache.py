"""Tests the cache of listings: one read for all threads, its age, and our own writes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.lifecycle.list_cache import Listing
from pulumi_roster.schema.model import State
from support.fake_time import FakeTime
from support.threads import WAIT, join, threads


class Row(State):
    text: str = ""


class Service:
    """A service that returns a listing. While ``gate`` is closed, a read has its rows but does not return."""

    def __init__(self, *rows: Row) -> None:
        self.rows = {row.id: row for row in rows}
        self.reads = 0
        self.reading_started = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None

    def load(self) -> Iterable[Row]:
        self.reads += 1
        rows = list(self.rows.values())
        self.reading_started.set()
        assert self.gate.wait(WAIT)
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return rows


def listed(*rows: Row, **limits: float) -> tuple[Service, FakeTime, Listing[Row]]:
    service, time = Service(*rows), FakeTime()
    return service, time, Listing(service.load, lambda: time.now, **limits)


def ids(rows: Iterable[Row]) -> list[str]:
    return sorted(row.id for row in rows)


A, B = Row(id="a", text="listed"), Row(id="b", text="listed")


# -- one read for all


def test_a_forgotten_listing_is_read_again() -> None:
    service = Service(Row(id="a"))
    listing = Listing(service.load, FakeTime().limits().clock)
    listing.put(Row(id="ours"))
    assert ids(listing.rows()) == ["a", "ours"]
    service.rows["b"] = Row(id="b")
    assert ids(listing.rows()) == ["a", "ours"]
    listing.forget()
    assert not listing.loaded()
    assert ids(listing.rows()) == ["a", "b", "ours"]
    assert service.reads == 2


def test_a_listing_is_read_once() -> None:
    service, _time, listing = listed(A, B)
    assert not listing.loaded()
    assert ids(listing.rows()) == ["a", "b"]
    assert listing.loaded()
    assert listing.get("a") == A
    assert listing.get("c") is None
    assert service.reads == 1


def test_concurrent_threads_share_one_read() -> None:
    service, _time, listing = listed(A)
    answers = list[Any]()
    service.gate.clear()
    started = threads(8, lambda: ids(listing.rows()), answers)
    assert service.reading_started.wait(WAIT)
    started += threads(8, lambda: listing.get("a"), answers)
    service.gate.set()
    join(started)
    assert answers.count(["a"]) == 8
    assert answers.count(A) == 8
    assert service.reads == 1


def test_a_failed_read_is_repeated_by_the_next_thread() -> None:
    service, _time, listing = listed(A)
    answers = list[Any]()
    service.gate.clear()
    service.error = ValueError("not now")
    started = threads(4, lambda: ids(listing.rows()), answers)
    assert service.reading_started.wait(WAIT)
    service.gate.set()
    join(started)
    assert sum(isinstance(answer, ValueError) for answer in answers) == 1
    assert answers.count(["a"]) == 3
    assert service.reads == 2


def test_the_next_use_after_a_failure_reads_again() -> None:
    service, time, listing = listed(A)
    listing.rows()
    time.now += 1
    service.error = ValueError("not now")
    with pytest.raises(ValueError, match="not now"):
        listing.rows(fresh=True)
    service.rows = {"b": B}
    assert ids(listing.rows(fresh=True)) == ["b"]


# -- age


def test_an_old_listing_is_read_again() -> None:
    service, time, listing = listed(A, max_age=60)
    listing.rows()
    time.now += 60
    assert listing.loaded()
    listing.rows()
    assert service.reads == 1
    time.now += 1
    assert not listing.loaded()
    service.rows = {"b": B}
    assert ids(listing.rows()) == ["b"]
    assert service.reads == 2


def test_the_age_counts_from_the_start_of_the_read() -> None:
    time = FakeTime()

    def load() -> Iterable[Row]:
        time.now += 50
        return [A]

    listing = Listing(load, lambda: time.now, max_age=60)
    listing.rows()
    time.now += 11
    assert not listing.loaded()


def test_a_fresh_listing_is_read_even_if_the_old_one_is_young() -> None:
    service, time, listing = listed(A)
    listing.rows()
    time.now += 1
    service.rows = {"b": B}
    assert ids(listing.rows()) == ["a"]
    assert ids(listing.rows(fresh=True)) == ["b"]
    assert ids(listing.rows()) == ["b"]


def test_a_read_that_began_earlier_is_not_fresh() -> None:
    service, time = Service(), FakeTime()
    listing, first, second = Listing(service.load, lambda: time.now), list[Any](), list[Any]()
    service.gate.clear()
    early = threads(1, lambda: ids(listing.rows()), first)
    assert service.reading_started.wait(WAIT)
    time.now += 1
    service.rows = {"a": A}  # after the first has read
    asked = threading.Event()

    def ask() -> list[str]:
        asked.set()
        return ids(listing.rows(fresh=True))

    late = threads(1, ask, second)
    assert asked.wait(WAIT)
    service.gate.set()
    join(early + late)
    assert (first, second) == ([[]], [["a"]])


def test_concurrent_threads_share_a_fresh_read() -> None:
    service, time, listing = listed(A)
    answers = list[Any]()
    listing.rows()
    time.now += 1
    service.gate.clear()
    service.reading_started.clear()
    started = threads(4, lambda: ids(listing.rows(fresh=True)), answers)
    assert service.reading_started.wait(WAIT)
    service.gate.set()
    join(started)
    assert answers == [["a"]] * 4
    assert service.reads == 2


# -- our own writes


def test_our_writes_during_a_read_replace_the_rows_that_were_read() -> None:
    service, _time, listing = listed(A, B)
    answers = list[Any]()
    service.gate.clear()
    started = threads(1, listing.rows, answers)
    assert service.reading_started.wait(WAIT)
    listing.put(Row(id="a", text="ours"))
    listing.drop("b")
    listing.put(Row(id="c", text="ours"))
    service.gate.set()
    join(started)
    assert [{row.id: row.text for row in rows} for rows in answers] == [{"a": "ours", "c": "ours"}]


def test_a_recent_write_overrides_a_read() -> None:
    _service, time, listing = listed(B, settle=6)
    listing.put(A)
    listing.drop("b")
    time.now += 5
    assert ids(listing.rows(fresh=True)) == ["a"]


def test_a_read_long_after_a_write_overrides_it() -> None:
    _service, time, listing = listed(B, settle=6)
    listing.put(A)  # since then, another writer removed it
    listing.drop("b")  # since then, another writer created it again
    time.now += 7
    assert ids(listing.rows(fresh=True)) == ["b"]
    assert listing.get("a") is None


@given(
    loaded=st.booleans(),
    steps=st.lists(st.tuples(st.sampled_from(["put", "drop"]), st.sampled_from("abc")), min_size=1, max_size=30),
)
def test_our_writes_keep_a_listing_up_to_date(loaded: bool, steps: list[tuple[str, str]]) -> None:
    service, _time, listing = listed(A, B)
    if loaded:
        listing.rows()
    for number, (verb, id) in enumerate(steps):
        if verb == "put":
            service.rows[id] = Row(id=id, text=str(number))
            listing.put(service.rows[id])
        else:
            service.rows.pop(id, None)
            listing.drop(id)
        assert {row.id: row for row in listing.rows()} == service.rows
        assert listing.get(id) == service.rows.get(id)
    assert service.reads == 1
