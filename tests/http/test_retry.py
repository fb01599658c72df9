"""Tests which requests are repeated, how long the retries wait, and when they end. Only waits move the clock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.http.rate_gate import http_date
from pulumi_roster.http.whole_body import ReplyTooLarge
from support.fake_time import Answer, FakeTime, Script
from support.transport_calls import failing, fine, limited, request, run

# -- repeated requests


REFUSED = httpx.ConnectError("refused")


@pytest.mark.parametrize(
    ("answer", "method", "sent"),
    [
        (limited(), "GET", 2),
        (limited(), "POST", 2),  # a limited request was not carried out
        (failing(500), "GET", 2),
        (failing(502), "PUT", 2),
        (failing(503), "DELETE", 2),
        (failing(504), "HEAD", 2),
        (failing(500), "POST", 1),
        (failing(503), "POST", 1),
        (failing(501), "GET", 1),  # not a temporary failure
        (failing(400), "GET", 1),
        (failing(404), "GET", 1),
        (failing(409), "PUT", 1),
        (REFUSED, "GET", 2),
        (REFUSED, "POST", 2),  # nothing was sent
        (httpx.ConnectTimeout("slow"), "POST", 2),
        (httpx.PoolTimeout("busy"), "POST", 2),
        (httpx.ReadError("reset"), "GET", 2),
        (httpx.ReadTimeout("slow"), "PUT", 2),
        (httpx.RemoteProtocolError("half"), "DELETE", 2),
        (httpx.WriteError("gone"), "GET", 2),
        (httpx.ReadError("reset"), "POST", 1),
        (httpx.ReadTimeout("slow"), "POST", 1),
        (httpx.RemoteProtocolError("half"), "POST", 1),
        (httpx.WriteError("gone"), "POST", 1),  # the service may have received the whole request
        (httpx.ProxyError("407"), "GET", 1),
        (httpx.UnsupportedProtocol("ftp"), "GET", 1),
        (httpx.LocalProtocolError("what we send is not HTTP"), "GET", 1),
        (ReplyTooLarge("much"), "GET", 1),
        (ValueError("a mistake of ours"), "GET", 1),
    ],
    ids=str,
)
def test_only_safe_requests_are_repeated_after_temporary_failures(answer: Answer, method: str, sent: int) -> None:
    script, time = Script(answer, fine), FakeTime()
    with contextlib.suppress(httpx.TransportError, ValueError):
        run(script, time, request(method))
    assert len(script.requests) == sent


def test_a_post_that_may_be_repeated_is_repeated() -> None:
    script = Script(failing(503), httpx.ReadError("reset"), fine)
    assert run(script, FakeTime(), request("POST", repeatable=True)).status_code == 200
    assert len(script.requests) == 3


def test_waits_follow_the_services_clock() -> None:
    time = FakeTime()
    ahead = 3600  # the service's clock is an hour ahead of ours
    for name in ("Retry-After", "X-RateLimit-Reset"):
        time.waits.clear()
        text = time.date(ahead + 5) if name == "Retry-After" else str(int(time.wall()) + ahead + 5)
        refusal = httpx.Response(429, headers={name: text, "Date": time.date(ahead)})
        assert run(Script(refusal, fine), time).status_code == 200
        assert time.waits == [pytest.approx(5, abs=1.5)]


DATES = r"[A-Z][a-z]{2}, \d{1,9} [A-Z][a-z]{2} \d{1,30} \d{1,9}:\d\d:\d\d( [+-]\d{1,9})?"


@given(text=st.text() | st.from_regex(DATES))
def test_any_text_is_parsed_as_a_date_or_ignored(text: str) -> None:
    found = http_date(text)
    assert found is None or isinstance(found, float)


def test_the_last_failure_is_reported() -> None:
    time = FakeTime()
    assert run(Script(failing(500), failing(503)), time, budget=5).status_code == 503
    with pytest.raises(httpx.ReadError, match="second"):
        run(Script(httpx.ReadError("first"), httpx.ReadError("second")), time, budget=5)


# -- waits


Asks = Callable[[FakeTime], dict[str, str]]


@pytest.mark.parametrize(
    ("status", "asks", "seconds"),
    [
        (429, lambda time: {"Retry-After": "7"}, 7),
        (429, lambda time: {"Retry-After": "7.0"}, 7),
        (429, lambda time: {"Retry-After": " 7 "}, 7),
        (429, lambda time: {"Retry-After": time.date(9)}, 9),
        (503, lambda time: {"Retry-After": "11"}, 11),
        (429, lambda time: {"X-RateLimit-Reset": "13"}, 13),  # seconds left
        (429, lambda time: {"X-RateLimit-Reset": str(int(time.wall()) + 4)}, 4),  # epoch seconds
        (429, lambda time: {"X-RateLimit-Reset": str(int(time.wall()) + 60)}, 60),
        (429, lambda time: {"X-RateLimit-Reset": str(int(time.wall()))}, 0),
        (429, lambda time: {"X-RateLimit-Reset": str(int(time.wall()) - 3600)}, 0),
    ],
    ids=range(10),
)
def test_a_wait_is_as_long_as_the_service_asks(status: int, asks: Asks, seconds: float) -> None:
    time = FakeTime(chance=1.0)
    assert run(Script(httpx.Response(status, headers=asks(time)), fine), time).status_code == 200
    assert len(time.waits) == 1
    assert seconds <= time.waits[0] <= seconds + 0.25


@pytest.mark.parametrize("header", ["retry_after", "X_RateLimit_Reset"])
def test_no_retry_waits_past_the_deadline(header: str) -> None:
    time = FakeTime()
    assert run(Script(limited(**{header: str(int(time.wall()) + 86400)}), fine), time).status_code == 429
    assert time.waits == []


OVERFLOW = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize("text", ["soon", "", "nan", "-5", "1e999", "Mon, 99 Foo 2030 00:00:00 GMT", "0x10", OVERFLOW])
@pytest.mark.parametrize("header", ["retry_after", "X_RateLimit_Reset"])
def test_a_malformed_header_means_the_usual_wait_or_none(header: str, text: str) -> None:
    time, script = FakeTime(), Script(limited(**{header: text}), fine)
    status = run(script, time).status_code
    assert (status, time.waits) in [(200, [0.125]), (200, [0.03125]), (429, [])]


def test_waits_double_up_to_the_longest() -> None:
    time = FakeTime(chance=1.0)
    run(Script(failing(503)), time, first_wait=1.0, longest_wait=8.0, budget=42)
    assert time.waits == [1, 2, 4, 8, 8, 8, 8]


@given(chance=st.floats(0, 1))
def test_a_wait_is_jittered_between_half_and_whole(chance: float) -> None:
    time = FakeTime(chance)
    run(Script(failing(503)), time, first_wait=1.0, longest_wait=4.0, budget=20)
    assert all(whole / 2 <= wait <= whole for wait, whole in zip(time.waits, [1, 2, 4, 4, 4, 4, 4, 4], strict=False))
    assert len(time.waits) > 3


@given(
    chance=st.floats(0, 1),
    budget=st.floats(0.1, 500),
    takes=st.floats(0, 5),
    answers=st.lists(st.sampled_from(["429", "503", "3", "30", "reset"]), min_size=1, max_size=30),
)
def test_the_budget_is_never_exceeded_by_waiting(
    chance: float, budget: float, takes: float, answers: list[str]
) -> None:
    time = FakeTime(chance)
    start = time.now
    made: dict[str, Answer] = {
        "429": limited(),
        "503": failing(503),
        "3": limited(retry_after="3"),
        "30": limited(retry_after="30"),
        "reset": httpx.ReadError("reset"),
    }
    script = Script(*(made[name] for name in answers), time=time, takes=takes)
    with contextlib.suppress(httpx.TransportError):
        run(script, time, budget=budget)
    assert time.now - start <= budget + takes


def test_many_retries_do_not_overflow() -> None:
    time = FakeTime()
    run(Script(failing(503)), time, first_wait=0.01, longest_wait=0.02, budget=12)
    assert len(time.waits) > 1030


@pytest.mark.parametrize(("budget", "least", "most"), [(120, 5, 10), (2, 0, 2)])
def test_retries_of_an_unreachable_service_end_sooner(budget: float, least: float, most: float) -> None:
    time = FakeTime()
    start = time.now
    with pytest.raises(httpx.ConnectError):
        run(Script(REFUSED), time, unreachable=10, budget=budget)
    assert least < time.now - start <= most


def test_no_retry_starts_if_too_little_time_is_left_for_its_reply() -> None:
    time = FakeTime()
    start = time.now
    run(Script(failing(503), time=time), time, first_wait=0.5, longest_wait=0.5, budget=30)
    assert 28 <= time.now - start <= 29
    start = time.now
    run(Script(failing(503), time=time), time, first_wait=0.01, longest_wait=0.01, budget=1)
    assert 0.8 <= time.now - start <= 0.9


def test_one_deadline_covers_all_retries() -> None:
    time = FakeTime()
    assert run(Script(failing(503)), time, request(deadline=time.now + 3), budget=120).status_code == 503
    assert sum(time.waits) <= 3
