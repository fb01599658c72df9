"""Tests that one deadline limits a verb with all its calls, waits and loops. Only waits move the clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from pulumi_roster.errors import PartialFailure, RosterError
from pulumi_roster.http.client import Client
from pulumi_roster.http.deadline import Deadline
from pulumi_roster.ibm.bulk_calls import CHUNK, add_members
from pulumi_roster.ibm.member import MemberState
from pulumi_roster.lifecycle.concurrent_writes import write_until_settled
from pulumi_roster.lifecycle.polling import poll_until, retry_malformed, retry_while_absent
from support.client_calls import DIALECT
from support.fake_time import FakeTime

BUDGET = 10.0

Answer = Callable[[httpx.Request], httpx.Response]


def verb(answer: Answer, time: FakeTime, **limits: Any) -> Client:
    """Return the client of one verb, whose service is a function."""
    transport = httpx.MockTransport(answer)
    return Client("http://service", None, DIALECT, time.limits(budget=BUDGET, **limits), transport=transport).for_verb()


def members(count: int) -> list[MemberState]:
    return [MemberState(iam_id=f"IBMid-{number:06}", type="user") for number in range(count)]


def answered(request: httpx.Request, status: Callable[[str], int]) -> httpx.Response:
    """Return the reply to a call of many members, with a status for each of them."""
    asked = [member["iam_id"] for member in json.loads(request.content)["members"]]
    return httpx.Response(207, json={"members": [{"iam_id": each, "status_code": status(each)} for each in asked]})


def refused(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, json={"errors": [{"message": "not now"}]})


# -- a verb that makes progress continues


def test_ten_thousand_members_under_a_rate_limit_are_added_in_one_verb() -> None:
    time, calls = FakeTime(), [0]

    def limited(request: httpx.Request) -> httpx.Response:
        calls[0] += 1
        return refused(429, **{"Retry-After": "3"}) if calls[0] % 2 else answered(request, lambda _: 200)

    add_members(verb(limited, time), "group", members(10_000))
    assert calls == [2 * 10_000 / CHUNK]
    assert sum(time.waits) > 50 * BUDGET


def test_a_verb_continues_while_each_round_completes_an_item() -> None:
    time, done = FakeTime(), set[str]()

    def one_at_a_time(request: httpx.Request) -> httpx.Response:
        waiting = [each["iam_id"] for each in json.loads(request.content)["members"] if each["iam_id"] not in done]
        done.update(waiting[:1])
        return answered(request, lambda each: 200 if each in done else 429)

    add_members(verb(one_at_a_time, time, longest_wait=2.0), "group", members(20))
    assert len(done) == 20
    assert sum(time.waits) > BUDGET


def test_a_wait_for_another_thread_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    time = FakeTime()
    api = verb(lambda _: httpx.Response(200, json={}), time)

    class HeldByAnother:
        def acquire(self, blocking: bool = True) -> bool:
            time.now += 100 * BUDGET if blocking else 0
            return blocking

        def release(self) -> None:
            pass

    monkeypatch.setattr(api._locks, "get", lambda name: HeldByAnother())
    with api.lock("group", "a"):
        assert api.deadline.left() == BUDGET


# -- a verb without progress ends


def absent(api: Client) -> Any:
    return retry_while_absent(api, lambda: api.get("/x"), lambda: 1e6)


CALLS: dict[str, Callable[[Client], Any]] = {
    "get": lambda api: api.get("/x"),
    "post": lambda api: api.post("/x", json={}),
    "edit": lambda api: api.edit("PATCH", "/x", body=lambda read: {}),
    "pages": lambda api: api.pages("/x", key="groups", row_id="id"),
    "items": lambda api: add_members(api, "group", members(200)),
    "absence": absent,
    "poll": lambda api: poll_until(api, lambda: api.get("/x"), lambda reply: False),
    "malformed": lambda api: retry_malformed(api, lambda: api.get("/x").fields()),
    "nested": lambda api: retry_malformed(api, lambda: absent(api)),
    "writes": lambda api: write_until_settled(api, "x", read=lambda: api.get("/x"), write=lambda *_: True),
}

FAILURES: dict[str, Answer] = {
    "429": lambda _: refused(429, **{"Retry-After": "1"}),
    "503": lambda _: refused(503),
    "404": lambda _: refused(404),
    "412": lambda _: refused(412),
    "web page": lambda _: httpx.Response(200, html="<p>busy</p>"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_without_any_success_a_verb_ends_within_its_budget(call: Callable[[Client], Any], failure: Answer) -> None:
    time = FakeTime()
    start = time.now
    with pytest.raises(RosterError):
        call(verb(failure, time, settle=1e6))
    assert time.now - start <= BUDGET


def test_a_verb_ends_if_its_items_keep_failing() -> None:
    time = FakeTime()
    start = time.now
    with pytest.raises(PartialFailure):
        add_members(verb(lambda request: answered(request, lambda _: 429), time), "group", members(60))
    assert time.now - start <= BUDGET


def test_successful_calls_do_not_restart_a_fixed_deadline() -> None:
    time = FakeTime()
    loop = (deadline := Deadline(time.limits(budget=BUDGET))).fixed()
    assert loop.wait(6)
    deadline.restart()
    assert (deadline.left(), loop.left()) == (BUDGET, BUDGET - 6)
    assert not loop.wait(5)
    assert time.waits == [6]


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no reply", request=request)


@pytest.mark.parametrize("failure", [lost, FAILURES["404"], FAILURES["429"]], ids=["lost", "404", "429"])
def test_a_failed_write_leaves_time_to_check_or_undo_it(failure: Answer) -> None:
    time = FakeTime()

    def late(request: httpx.Request) -> httpx.Response:
        if request.method != "POST":
            return httpx.Response(200, json={})
        time.now += BUDGET
        return failure(request)

    api = verb(late, time)
    with pytest.raises(RosterError):
        api.post("/x", json={})
    assert api.deadline.left() == BUDGET / 4
    assert api.get("/x").status == 200
    assert api.deadline.left() == BUDGET


def test_each_call_outside_a_verb_has_the_complete_budget() -> None:
    time = FakeTime()
    api = Client("http://service", None, DIALECT, time.limits(budget=BUDGET))
    left = api.deadline.left()
    time.now += BUDGET
    assert (left, api.deadline.left()) == (BUDGET, BUDGET)
    api.close()
