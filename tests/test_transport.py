from __future__ import annotations

import contextlib
import gzip
import logging
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canned import canned, reply
from pulumi_roster.emulator import Running
from pulumi_roster.transport import Log, Policy, RateGate, ReplyTooLarge, Retry, Whole, http_date, stack
from timetable import Answer, FakeTime, Script

URL = "http://127.0.0.1/v2/groups"


def request(method: str = "GET", url: str = URL, *, repeatable: bool | None = None, **more: Any) -> httpx.Request:
    repeatable = method != "POST" if repeatable is None else repeatable
    return httpx.Request(method, url, extensions={"repeatable": repeatable, **more})


@dataclass(frozen=True)
class Says:
    """An answer of one status, as often as it is asked."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, headers=list(self.headers))

    def __str__(self) -> str:
        return str(self.status)


def limited(**headers: str) -> Says:
    return Says(429, tuple((name.replace("_", "-"), text) for name, text in headers.items()))


def failing(status: int) -> Says:
    return Says(status)


def fine(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200)


# -- Retry: what is repeated


def run(script: Script, time: FakeTime, ask: httpx.Request | None = None, **limits: float) -> httpx.Response:
    return Retry(script, time.policy(**limits)).handle_request(ask or request())


REFUSED = httpx.ConnectError("refused")


@pytest.mark.parametrize(
    ("answer", "method", "sent"),
    [
        (limited(), "GET", 2),
        (limited(), "POST", 2),  # surely not done
        (failing(500), "GET", 2),
        (failing(502), "PUT", 2),
        (failing(503), "DELETE", 2),
        (failing(504), "HEAD", 2),
        (failing(500), "POST", 1),
        (failing(503), "POST", 1),
        (failing(501), "GET", 1),  # will not pass
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
        (httpx.WriteError("gone"), "POST", 1),  # perhaps it was enough
        (httpx.ProxyError("407"), "GET", 1),
        (httpx.UnsupportedProtocol("ftp"), "GET", 1),
        (httpx.LocalProtocolError("what we send is no HTTP"), "GET", 1),
        (ReplyTooLarge("much"), "GET", 1),
        (ValueError("a mistake of ours"), "GET", 1),
    ],
    ids=str,
)
def test_what_may_pass_and_is_safe_is_sent_again(answer: Answer, method: str, sent: int) -> None:
    script, time = Script(answer, fine), FakeTime()
    with contextlib.suppress(httpx.TransportError, ValueError):
        run(script, time, request(method))
    assert len(script.requests) == sent


def test_a_post_that_is_said_to_be_repeatable_is_repeated() -> None:
    script = Script(failing(503), httpx.ReadError("reset"), fine)
    assert run(script, FakeTime(), request("POST", repeatable=True)).status_code == 200
    assert len(script.requests) == 3


def test_the_service_is_taken_at_its_own_clock() -> None:
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
def test_no_date_upsets_us(text: str) -> None:
    found = http_date(text)
    assert found is None or isinstance(found, float)


def test_the_last_failure_is_the_one_that_is_told() -> None:
    time = FakeTime()
    assert run(Script(failing(500), failing(503)), time, budget=5).status_code == 503
    with pytest.raises(httpx.ReadError, match="second"):
        run(Script(httpx.ReadError("first"), httpx.ReadError("second")), time, budget=5)


# -- Retry: how long


@pytest.mark.parametrize("seconds", ["7", "7.0", " 7 "])
def test_retry_after_in_seconds_is_waited_for(seconds: str) -> None:
    time = FakeTime(chance=1.0)
    run(Script(limited(retry_after=seconds), fine), time)
    assert time.waits == [pytest.approx(7 + 0.25 / 4)]


def test_retry_after_as_a_date_is_waited_for() -> None:
    time = FakeTime()
    run(Script(limited(retry_after=time.date(9)), fine), time)
    assert 9 <= time.waits[0] < 10


def test_a_503_may_say_when_to_come_back() -> None:
    time = FakeTime()
    run(Script(lambda _: httpx.Response(503, headers={"Retry-After": "11"}), fine), time)
    assert 11 <= time.waits[0] < 12


@pytest.mark.parametrize(
    ("ahead", "least", "most"),
    [(-3600, 0, 0.25), (0, 0, 0.25), (4, 4, 5), (60, 60, 61)],
    ids=["past", "now", "near", "later"],
)
def test_the_reset_of_a_limit_is_waited_for(ahead: float, least: float, most: float) -> None:
    time = FakeTime(chance=1.0)
    run(Script(limited(X_RateLimit_Reset=str(int(time.wall() + ahead))), fine), time)
    assert len(time.waits) == 1
    assert least <= time.waits[0] <= most


def test_seconds_left_are_no_epoch() -> None:
    time = FakeTime()
    run(Script(limited(X_RateLimit_Reset="13"), fine), time)
    assert 13 <= time.waits[0] < 14


@pytest.mark.parametrize("header", ["retry_after", "X_RateLimit_Reset"])
def test_a_limit_that_lifts_too_late_is_not_waited_for(header: str) -> None:
    time = FakeTime()
    assert run(Script(limited(**{header: str(int(time.wall()) + 86400)}), fine), time).status_code == 429
    assert time.waits == []


OVERFLOW = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"


@pytest.mark.parametrize("text", ["soon", "", "nan", "-5", "1e999", "Mon, 99 Foo 2030 00:00:00 GMT", "0x10", OVERFLOW])
@pytest.mark.parametrize("header", ["retry_after", "X_RateLimit_Reset"])
def test_nonsense_in_a_header_means_the_usual_wait_or_none(header: str, text: str) -> None:
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


def test_many_repetitions_do_not_overflow() -> None:
    time = FakeTime()
    run(Script(failing(503)), time, first_wait=0.01, longest_wait=0.02, budget=12)
    assert len(time.waits) > 1030


def test_a_service_that_is_not_reached_is_given_up_sooner() -> None:
    time = FakeTime()
    start = time.now
    with pytest.raises(httpx.ConnectError):
        run(Script(REFUSED), time, unreachable=10, budget=120)
    assert 5 < time.now - start <= 10


def test_a_short_budget_also_ends_the_search_for_a_service() -> None:
    time = FakeTime()
    start = time.now
    with pytest.raises(httpx.ConnectError):
        run(Script(REFUSED), time, unreachable=10, budget=2)
    assert time.now - start <= 2


def test_no_repetition_begins_that_could_not_be_answered_in_time() -> None:
    time = FakeTime()
    start = time.now
    run(Script(failing(503), time=time), time, first_wait=0.5, longest_wait=0.5, budget=30)
    assert 28 <= time.now - start <= 29
    start = time.now
    run(Script(failing(503), time=time), time, first_wait=0.01, longest_wait=0.01, budget=1)
    assert 0.8 <= time.now - start <= 0.9


def test_a_deadline_that_is_given_counts_for_all_repetitions() -> None:
    time = FakeTime()
    assert run(Script(failing(503)), time, request(deadline=time.now + 3), budget=120).status_code == 503
    assert sum(time.waits) <= 3


# -- RateGate


def counted(remaining: int, reset: float) -> httpx.Response:
    return httpx.Response(200, headers={"X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(int(reset))})


def test_the_gate_waits_until_the_limit_lifts() -> None:
    time = FakeTime()
    gate = RateGate(Script(counted(0, time.wall() + 5), fine), time.policy())
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == [pytest.approx(5, abs=1)]
    gate.handle_request(request(route="/v2/groups"))
    assert len(time.waits) == 1


def test_the_gate_is_open_while_calls_remain() -> None:
    time = FakeTime()
    gate = RateGate(Script(lambda _: counted(1, time.wall() + 5)), time.policy())
    for _ in range(3):
        gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []


def test_the_gate_is_one_for_each_method_and_route() -> None:
    time = FakeTime()
    gate = RateGate(Script(counted(0, time.wall() + 5), fine), time.policy())
    gate.handle_request(request("GET", f"{URL}/a", route="/v2/groups/{}"))
    gate.handle_request(request("PUT", f"{URL}/a", route="/v2/groups/{}"))
    gate.handle_request(request("GET", URL, route="/v2/groups"))
    assert time.waits == []
    gate.handle_request(request("GET", f"{URL}/b", route="/v2/groups/{}"))  # another id, the same limit
    assert len(time.waits) == 1


def test_the_gate_never_waits_past_the_deadline() -> None:
    time = FakeTime()
    script = Script(counted(0, time.wall() + 50), limited())
    gate = RateGate(script, time.policy())
    gate.handle_request(request(route="/v2/groups"))
    assert gate.handle_request(request(route="/v2/groups", deadline=time.now + 49)).status_code == 429
    assert time.waits == []


@pytest.mark.parametrize("ahead", [-60, 0])
def test_a_limit_that_has_lifted_closes_no_gate(ahead: float) -> None:
    time = FakeTime()
    gate = RateGate(Script(lambda _: counted(0, time.wall() + ahead)), time.policy())
    gate.handle_request(request(route="/v2/groups"))
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []


def test_the_gate_spares_the_service_its_429(emulator: Running) -> None:
    emulator.switch(rate_limit=2, rate_window=1)
    with httpx.Client(
        transport=stack(emulator.url, Policy(budget=10)), headers={"Authorization": "Bearer roster-dev"}
    ) as api:
        for _ in range(3):
            ask = api.build_request(
                "GET",
                f"{emulator.url}/v2/groups",
                params={"account_id": "acc-demo"},
                extensions={"route": "/v2/groups", "repeatable": True},
            )
            assert api.send(ask).status_code == 200
    assert {row["status"] for row in emulator.last_requests()} == {200}
    assert emulator.total() == 3


# -- Whole


@contextlib.contextmanager
def whole(policy: Policy) -> Iterator[Whole]:
    with httpx.HTTPTransport() as bottom:
        yield Whole(bottom, policy)


def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    with canned(reply(body=b"x" * 1000)) as server:
        with whole(Policy(largest_reply=1000)) as transport:
            assert transport.handle_request(request(url=server.url)).content == b"x" * 1000
        with whole(Policy(largest_reply=999)) as transport, pytest.raises(ReplyTooLarge, match="999 bytes"):
            transport.handle_request(request(url=server.url))


def endless(got: Any) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 3_000_000


def test_a_body_of_no_announced_length_is_limited_too() -> None:
    with canned(endless) as server, whole(Policy(largest_reply=100_000)) as transport, pytest.raises(ReplyTooLarge):
        transport.handle_request(request(url=server.url))


def test_a_compressed_body_is_decoded_once() -> None:
    inner = gzip.compress(b"plain")  # what is inside is compressed as well, and is not ours to open
    answer = reply(body=gzip.compress(inner), headers={"Content-Encoding": "gzip"})
    with canned(answer) as server, httpx.Client(transport=Whole(httpx.HTTPTransport(), Policy())) as api:
        received = api.get(server.url)
        assert received.content == inner
        assert "content-encoding" not in received.headers


def test_a_compressed_body_is_measured_unpacked() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < 30_000
    with (
        canned(reply(body=bomb, headers={"Content-Encoding": "gzip"})) as server,
        whole(Policy(largest_reply=1_000_000)) as transport,
        pytest.raises(ReplyTooLarge),
    ):
        transport.handle_request(request(url=server.url))


def test_a_body_that_is_not_what_it_says_is_an_error() -> None:
    answer = reply(body=b"not compressed", headers={"Content-Encoding": "gzip"})
    with canned(answer) as server, whole(Policy()) as transport, pytest.raises(httpx.DecodingError):
        transport.handle_request(request(url=server.url))


def test_a_reply_without_a_body_may_name_an_encoding() -> None:
    with canned(reply(headers={"Content-Encoding": "gzip"})) as server, whole(Policy()) as transport:
        assert transport.handle_request(request("HEAD", url=server.url)).content == b""


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,gzip", "br", "zstd", "deflate", "gzip, identity", "x"])
def test_only_what_was_asked_for_is_unpacked(encoding: str) -> None:
    # Twice packed, one kilobyte can stand for terabytes, and a whole piece would be unpacked before it is measured.
    bomb = gzip.compress(gzip.compress(bytes(1_000_000)))
    with (
        canned(reply(body=bomb, headers={"Content-Encoding": encoding})) as server,
        whole(Policy()) as transport,
        pytest.raises(httpx.DecodingError, match="was not asked for"),
    ):
        transport.handle_request(request(url=server.url))


def test_no_more_is_unpacked_than_the_limit() -> None:
    bomb = gzip.compress(bytes(200_000_000))
    with (
        canned(reply(body=bomb, headers={"Content-Encoding": "GZIP"})) as server,
        whole(Policy(largest_reply=1000)) as transport,
    ):
        tracemalloc.start()
        try:
            with pytest.raises(ReplyTooLarge):
                transport.handle_request(request(url=server.url))
            assert tracemalloc.get_traced_memory()[1] < 3_000_000
        finally:
            tracemalloc.stop()


def test_half_of_a_packed_body_is_an_error() -> None:
    half = gzip.compress(b"0123456789" * 100)[:-9]
    with (
        canned(reply(body=half, headers={"Content-Encoding": "gzip"})) as server,
        whole(Policy()) as transport,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        transport.handle_request(request(url=server.url))


def test_no_wait_for_the_service_outlasts_the_deadline() -> None:
    time, script = FakeTime(), Script(fine)
    transport = Whole(script, time.policy())
    limits = httpx.Timeout(30, connect=10).as_dict()
    transport.handle_request(request(deadline=time.now + 4, timeout=limits))
    assert script.requests[0].extensions["timeout"] == {"connect": 4, "read": 4, "write": 4, "pool": 4}
    transport.handle_request(request(deadline=time.now + 20, timeout=limits))
    assert script.requests[1].extensions["timeout"] == {"connect": 10, "read": 20, "write": 20, "pool": 20}
    transport.handle_request(request(deadline=time.now + 7))
    assert script.requests[2].extensions["timeout"] == {"connect": 7, "read": 7, "write": 7, "pool": 7}


def test_nothing_is_sent_after_the_deadline() -> None:
    time, script = FakeTime(), Script(fine)
    with pytest.raises(httpx.PoolTimeout, match="budget"):
        Whole(script, time.policy()).handle_request(request(deadline=time.now))
    assert script.requests == []


def test_nothing_is_sent_later_than_it_may_be_and_the_reply_is_awaited_as_ever() -> None:
    time, script = FakeTime(), Script(fine)
    limits = httpx.Timeout(30, connect=10).as_dict()
    transport = Whole(script, time.policy())
    transport.handle_request(request(deadline=time.now + 60, send_by=time.now + 2, timeout=limits))
    assert script.requests[0].extensions["timeout"] == {"connect": 2, "read": 30, "write": 30, "pool": 2}
    with pytest.raises(httpx.PoolTimeout):
        transport.handle_request(request(deadline=time.now + 60, send_by=time.now))
    assert len(script.requests) == 1


def test_headers_that_do_not_come_are_not_waited_for_beyond_the_deadline(emulator: Running) -> None:
    emulator.fault("slow_headers", seconds=60)
    with whole(Policy(budget=0.2)) as transport, pytest.raises(httpx.ReadTimeout):
        transport.handle_request(request(url=f"{emulator.url}/v2/groups"))


def test_a_slow_body_is_ended_by_the_deadline() -> None:
    time = FakeTime()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.now += 20  # each byte within the read time limit
                yield b"x"

    transport = Whole(Script(lambda _: httpx.Response(200, stream=Drip())), time.policy(budget=100))
    start = time.now
    with pytest.raises(httpx.ReadTimeout):
        transport.handle_request(request())
    assert time.now - start <= 120


def test_a_reply_is_closed_whatever_happens() -> None:
    closed = []

    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise httpx.ReadError("reset")

        def close(self) -> None:
            closed.append(True)

    transport = Whole(Script(lambda _: httpx.Response(200, stream=Broken())), Policy())
    with pytest.raises(httpx.ReadError):
        transport.handle_request(request())
    assert closed == [True]


def test_a_connection_serves_again_after_a_whole_reply(emulator: Running) -> None:
    with httpx.HTTPTransport(limits=httpx.Limits(max_connections=1)) as bottom:
        transport = Whole(bottom, Policy())
        for _ in range(3):
            assert transport.handle_request(request(url=f"{emulator.url}/v2/groups")).status_code == 401


# -- Log


def test_a_request_is_one_line_without_its_query_and_headers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask = httpx.Request(
        "POST", f"{URL}/a%2Fb?token=canary-q", headers={"Authorization": "Bearer canary-h"}, json={"key": "canary-b"}
    )
    Log(Script(lambda _: httpx.Response(201, headers={"X": "canary-r"}, text="canary-t"))).handle_request(ask)
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.DEBUG
    assert caplog.records[0].getMessage().startswith("POST /v2/groups/a%2Fb -> 201 in ")
    assert "canary" not in caplog.text


def test_a_failure_is_one_line_of_more_weight(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(httpx.ReadError):
        Log(Script(httpx.ReadError("canary"))).handle_request(request("PUT"))
    assert [record.getMessage() for record in caplog.records] == ["PUT /v2/groups failed: ReadError"]


def test_threads_share_one_stack(emulator: Running) -> None:
    emulator.fault("status", status=503, times=8)
    transport = stack(emulator.url, Policy(first_wait=0.001, budget=10))
    statuses: list[int] = []

    def ask() -> None:
        headers = {"Authorization": "Bearer roster-dev"}
        for _ in range(5):
            asked = httpx.Request(
                "GET",
                f"{emulator.url}/v2/groups?account_id=a",
                headers=headers,
                extensions={"repeatable": True, "timeout": httpx.Timeout(5).as_dict()},
            )
            statuses.append(transport.handle_request(asked).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    transport.close()
    assert statuses == [200] * 40
    assert emulator.total() == 48
