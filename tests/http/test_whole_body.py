"""Tests that a reply is read completely before its deadline, and only up to the size limit."""

from __future__ import annotations

import contextlib
import gzip
import tracemalloc
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pulumi_roster.http.limits import Limits
from pulumi_roster.http.whole_body import ReplyTooLarge, WholeBody
from roster_emulator import Running
from support.fake_time import FakeTime, Script
from support.scripted_server import reply, scripted_server
from support.transport_calls import fine, request


@contextlib.contextmanager
def whole(limits: Limits) -> Iterator[WholeBody]:
    with httpx.HTTPTransport() as bottom:
        yield WholeBody(bottom, limits)


def received(answer: Any, method: str = "GET", **limits: Any) -> httpx.Response:
    with scripted_server(answer) as server, whole(Limits(**limits)) as transport:
        return transport.handle_request(request(method, url=server.url))


def compressed(body: bytes, encoding: str = "gzip") -> bytes:
    return reply(body=body, headers={"Content-Encoding": encoding})


# One kilobyte that is compressed twice can expand to terabytes. httpx would decompress a whole piece before the size is
# checked.
TWICE = gzip.compress(gzip.compress(bytes(1_000_000)))

ENDLESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 3_000_000


@pytest.mark.parametrize(
    ("answer", "largest", "error", "message"),
    [
        (reply(body=b"x" * 1000), 999, ReplyTooLarge, "999 bytes"),
        (ENDLESS, 100_000, ReplyTooLarge, "100000 bytes"),
        (compressed(gzip.compress(bytes(20_000_000))), 1_000_000, ReplyTooLarge, "1000000 bytes"),
        (compressed(b"not compressed"), 1000, httpx.DecodingError, "not compressed as its header says"),
        (compressed(gzip.compress(b"0123456789" * 100)[:-9]), 1000, httpx.RemoteProtocolError, "not complete"),
        *(
            (compressed(TWICE, encoding), 1000, httpx.DecodingError, "must be gzip, got")
            for encoding in ("gzip, gzip", "gzip,gzip", "br", "zstd", "deflate", "gzip, identity", "x")
        ),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, (str, int)) else "",
)
def test_a_body_that_is_too_large_or_not_as_its_header_says_is_an_error(
    answer: bytes, largest: int, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        received(answer, largest_reply=largest)


def test_a_compressed_body_is_decompressed_once() -> None:
    inner = gzip.compress(b"plain")  # the content is compressed data itself, and stays compressed
    got = received(compressed(gzip.compress(inner)))
    assert got.content == inner
    assert "content-encoding" not in got.headers


def test_a_reply_without_a_body_may_name_an_encoding() -> None:
    assert received(compressed(b""), "HEAD").content == b""


def test_decompression_stops_at_the_size_limit() -> None:
    bomb = compressed(gzip.compress(bytes(200_000_000)), "GZIP")
    tracemalloc.start()
    try:
        with pytest.raises(ReplyTooLarge):
            received(bomb, largest_reply=1000)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_no_wait_for_the_service_outlasts_the_deadline() -> None:
    time, script = FakeTime(), Script(fine)
    transport = WholeBody(script, time.limits())
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
        WholeBody(script, time.limits()).handle_request(request(deadline=time.now))
    assert script.requests == []


def test_a_late_write_is_not_sent_and_its_reply_may_take_longer() -> None:
    time, script = FakeTime(), Script(fine)
    limits = httpx.Timeout(30, connect=10).as_dict()
    transport = WholeBody(script, time.limits())
    transport.handle_request(request(deadline=time.now + 60, send_by=time.now + 2, timeout=limits))
    assert script.requests[0].extensions["timeout"] == {"connect": 2, "read": 30, "write": 30, "pool": 2}
    with pytest.raises(httpx.PoolTimeout):
        transport.handle_request(request(deadline=time.now + 60, send_by=time.now))
    assert len(script.requests) == 1


def test_the_deadline_ends_a_slow_body() -> None:
    time = FakeTime()

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.now += 20  # each byte within the read time limit
                yield b"x"

    transport = WholeBody(Script(lambda _: httpx.Response(200, stream=Drip())), time.limits())
    start = time.now
    with pytest.raises(httpx.ReadTimeout):
        transport.handle_request(request(deadline=start + 100))
    assert time.now - start <= 120


def test_a_broken_reply_is_closed() -> None:
    closed = []

    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise httpx.ReadError("reset")

        def close(self) -> None:
            closed.append(True)

    transport = WholeBody(Script(lambda _: httpx.Response(200, stream=Broken())), Limits())
    with pytest.raises(httpx.ReadError):
        transport.handle_request(request())
    assert closed == [True]


def test_a_connection_is_reused_after_a_whole_reply(emulator: Running) -> None:
    with httpx.HTTPTransport(limits=httpx.Limits(max_connections=1)) as bottom:
        transport = WholeBody(bottom, Limits())
        for _ in range(3):
            assert transport.handle_request(request(url=f"{emulator.url}/v2/groups")).status_code == 401
