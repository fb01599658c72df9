from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.http.auth import Token
from pulumi_roster.http.client import Client
from pulumi_roster.ibm import connection as ibm
from pulumi_roster.ibm.access_group import AccessGroupHandler, AccessGroupState
from pulumi_roster.lifecycle.list_cache import Listing
from pulumi_roster.schema.model import State
from roster_emulator import Running
from support.threads import WAIT, join, threads
from support.timetable import FakeTime


class Row(State):
    text: str = ""


class Service:
    """What a listing reads. With ``gate`` closed, a reading stands still after it has read."""

    def __init__(self, *rows: Row) -> None:
        self.world = {row.id: row for row in rows}
        self.readings = 0
        self.reading = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None

    def load(self) -> Iterable[Row]:
        self.readings += 1
        rows = list(self.world.values())
        self.reading.set()
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


# -- one reading for all


def test_a_forgotten_listing_is_read_again() -> None:
    service = Service(Row(id="a"))
    listing = Listing(service.load, FakeTime().limits().clock)
    listing.put(Row(id="ours"))
    assert ids(listing.rows()) == ["a", "ours"]
    service.world["b"] = Row(id="b")
    assert ids(listing.rows()) == ["a", "ours"]
    listing.forget()
    assert not listing.loaded()
    assert ids(listing.rows()) == ["a", "b", "ours"]
    assert service.readings == 2


def test_a_listing_is_read_once() -> None:
    service, _time, listing = listed(A, B)
    assert not listing.loaded()
    assert ids(listing.rows()) == ["a", "b"]
    assert listing.loaded()
    assert listing.get("a") == A
    assert listing.get("c") is None
    assert service.readings == 1


def test_threads_that_ask_at_once_share_one_reading() -> None:
    service, _time, listing = listed(A)
    answers = list[Any]()
    service.gate.clear()
    started = threads(8, lambda: ids(listing.rows()), answers)
    assert service.reading.wait(WAIT)
    started += threads(8, lambda: listing.get("a"), answers)
    service.gate.set()
    join(started)
    assert answers.count(["a"]) == 8
    assert answers.count(A) == 8
    assert service.readings == 1


def test_threads_share_one_reading_of_a_real_service(emulator: Running) -> None:
    emulator.seed(ibm={"groups": [{"name": f"group-{number}"} for number in range(3)]})
    api = Client(emulator.url, Token("roster-dev"), ibm.DIALECT)
    listing: Listing[AccessGroupState] = Listing(lambda: AccessGroupHandler(api).list("acc-demo"), api.limits.clock)
    emulator.fault("hold")
    answers: list[Any] = []
    started = threads(4, lambda: sorted(row.name for row in listing.rows()), answers)
    emulator.held()
    emulator.release()
    join(started)
    api.close()
    assert answers == [["group-0", "group-1", "group-2"]] * 4
    assert emulator.total() == 1


def test_a_reading_that_fails_is_not_kept() -> None:
    service, _time, listing = listed(A)
    answers = list[Any]()
    service.gate.clear()
    service.error = ValueError("not now")
    started = threads(4, lambda: ids(listing.rows()), answers)
    assert service.reading.wait(WAIT)
    service.gate.set()
    join(started)
    assert sum(isinstance(answer, ValueError) for answer in answers) == 1
    assert answers.count(["a"]) == 3
    assert service.readings == 2


def test_after_a_failed_renewal_the_next_use_reads_again() -> None:
    service, time, listing = listed(A)
    listing.rows()
    time.now += 1
    service.error = ValueError("not now")
    with pytest.raises(ValueError, match="not now"):
        listing.rows(fresh=True)
    service.world = {"b": B}
    assert ids(listing.rows(fresh=True)) == ["b"]


# -- age


def test_an_old_listing_is_read_again() -> None:
    service, time, listing = listed(A, max_age=60)
    listing.rows()
    time.now += 60
    assert listing.loaded()
    listing.rows()
    assert service.readings == 1
    time.now += 1
    assert not listing.loaded()
    service.world = {"b": B}
    assert ids(listing.rows()) == ["b"]
    assert service.readings == 2


def test_age_counts_from_the_beginning_of_the_reading() -> None:
    time = FakeTime()

    def load() -> Iterable[Row]:
        time.now += 50
        return [A]

    listing = Listing(load, lambda: time.now, max_age=60)
    listing.rows()
    time.now += 11
    assert not listing.loaded()


def test_a_fresh_listing_is_read_however_young_the_old_one_is() -> None:
    service, time, listing = listed(A)
    listing.rows()
    time.now += 1
    service.world = {"b": B}
    assert ids(listing.rows()) == ["a"]
    assert ids(listing.rows(fresh=True)) == ["b"]
    assert ids(listing.rows()) == ["b"]


def test_a_reading_that_began_before_does_not_count_as_fresh() -> None:
    service, time = Service(), FakeTime()
    listing, first, second = Listing(service.load, lambda: time.now), list[Any](), list[Any]()
    service.gate.clear()
    early = threads(1, lambda: ids(listing.rows()), first)
    assert service.reading.wait(WAIT)
    time.now += 1
    service.world = {"a": A}  # after the first has read
    asked = threading.Event()

    def ask() -> list[str]:
        asked.set()
        return ids(listing.rows(fresh=True))

    late = threads(1, ask, second)
    assert asked.wait(WAIT)
    service.gate.set()
    join(early + late)
    assert (first, second) == ([[]], [["a"]])


def test_threads_share_a_fresh_reading_that_began_after_they_asked() -> None:
    service, time, listing = listed(A)
    answers = list[Any]()
    listing.rows()
    time.now += 1
    service.gate.clear()
    service.reading.clear()
    started = threads(4, lambda: ids(listing.rows(fresh=True)), answers)
    assert service.reading.wait(WAIT)
    service.gate.set()
    join(started)
    assert answers == [["a"]] * 4
    assert service.readings == 2


# -- our own writes


def test_our_own_writes_show_without_another_reading() -> None:
    service, _time, listing = listed(A, B)
    listing.rows()
    listing.put(Row(id="a", text="ours"))
    listing.put(Row(id="c", text="ours"))
    listing.drop("b")
    assert {row.id: row.text for row in listing.rows()} == {"a": "ours", "c": "ours"}
    assert listing.get("a") == Row(id="a", text="ours")
    assert listing.get("b") is None
    assert service.readings == 1


def test_writes_before_the_first_reading_count_too() -> None:
    _service, _time, listing = listed(A, B)
    listing.put(Row(id="c"))
    listing.drop("b")
    assert ids(listing.rows()) == ["a", "c"]


def test_writes_during_a_reading_win_over_it() -> None:
    service, _time, listing = listed(A, B)
    answers = list[Any]()
    service.gate.clear()
    started = threads(1, listing.rows, answers)
    assert service.reading.wait(WAIT)
    listing.put(Row(id="a", text="ours"))
    listing.drop("b")
    listing.put(Row(id="c", text="ours"))
    service.gate.set()
    join(started)
    assert [{row.id: row.text for row in rows} for rows in answers] == [{"a": "ours", "c": "ours"}]


def test_a_row_that_was_dropped_and_put_again_is_there() -> None:
    _service, _time, listing = listed(A)
    listing.drop("a")
    listing.put(Row(id="a", text="again"))
    assert listing.get("a") == Row(id="a", text="again")
    listing.drop("a")
    assert listing.rows() == []


def test_a_write_may_take_a_while_to_show() -> None:
    _service, time, listing = listed(B, settle=6)
    listing.put(A)
    listing.drop("b")
    time.now += 5
    assert ids(listing.rows(fresh=True)) == ["a"]


def test_a_reading_long_after_a_write_wins_over_it() -> None:
    _service, time, listing = listed(B, settle=6)
    listing.put(A)  # removed by somebody else since
    listing.drop("b")  # made again by somebody else since
    time.now += 7
    assert ids(listing.rows(fresh=True)) == ["b"]
    assert listing.get("a") is None


@given(steps=st.lists(st.tuples(st.sampled_from(["put", "drop"]), st.sampled_from("abc")), max_size=30))
def test_own_writes_keep_a_listing_up_to_date(steps: list[tuple[str, str]]) -> None:
    service, _time, listing = listed(A, B)
    listing.rows()
    for number, (verb, id) in enumerate(steps):
        if verb == "put":
            service.world[id] = Row(id=id, text=str(number))
            listing.put(service.world[id])
        else:
            service.world.pop(id, None)
            listing.drop(id)
        assert {row.id: row for row in listing.rows()} == service.world
        assert listing.get(id) == service.world.get(id)
    assert service.readings == 1
