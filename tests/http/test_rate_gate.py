"""Tests the gate that waits before a request if the service has announced that its limit is reached."""

from __future__ import annotations

import httpx
import pytest

from pulumi_roster.http.limits import Limits
from pulumi_roster.http.rate_gate import RateGate
from pulumi_roster.http.transports import stack
from roster_emulator import Running
from support.fake_time import FakeTime, Script
from support.transport_calls import URL, fine, limited, request


def counted(remaining: int, reset: float) -> httpx.Response:
    return httpx.Response(200, headers={"X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(int(reset))})


def test_the_gate_waits_until_the_limit_lifts() -> None:
    time = FakeTime()
    gate = RateGate(Script(counted(0, time.wall() + 5), fine), time.limits())
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == [pytest.approx(5, abs=1)]
    gate.handle_request(request(route="/v2/groups"))
    assert len(time.waits) == 1


def test_the_gate_is_open_while_calls_remain() -> None:
    time = FakeTime()
    gate = RateGate(Script(lambda _: counted(1, time.wall() + 5)), time.limits())
    for _ in range(3):
        gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []


def test_each_method_and_route_has_its_own_gate() -> None:
    time = FakeTime()
    gate = RateGate(Script(counted(0, time.wall() + 5), fine), time.limits())
    gate.handle_request(request("GET", f"{URL}/a", route="/v2/groups/{}"))
    gate.handle_request(request("PUT", f"{URL}/a", route="/v2/groups/{}"))
    gate.handle_request(request("GET", URL, route="/v2/groups"))
    assert time.waits == []
    gate.handle_request(request("GET", f"{URL}/b", route="/v2/groups/{}"))  # another id, the same limit
    assert len(time.waits) == 1


@pytest.mark.parametrize("seconds", [49, 50.5], ids=["too little", "too little for the reply"])
def test_the_gate_does_not_wait_if_too_little_time_would_be_left(seconds: float) -> None:
    time = FakeTime()
    script = Script(counted(0, time.wall() + 50), limited())
    gate = RateGate(script, time.limits())
    gate.handle_request(request(route="/v2/groups"))
    assert gate.handle_request(request(route="/v2/groups", deadline=time.now + seconds)).status_code == 429
    assert time.waits == []


@pytest.mark.parametrize("ahead", [-60, 0])
def test_a_limit_that_has_lifted_closes_no_gate(ahead: float) -> None:
    time = FakeTime()
    gate = RateGate(Script(lambda _: counted(0, time.wall() + ahead)), time.limits())
    gate.handle_request(request(route="/v2/groups"))
    gate.handle_request(request(route="/v2/groups"))
    assert time.waits == []


def test_the_gate_prevents_429_replies(emulator: Running) -> None:
    emulator.switch(rate_limit=2, rate_window=1)
    with httpx.Client(
        transport=stack(emulator.url, Limits(budget=10)), headers={"Authorization": "Bearer roster-dev"}
    ) as api:
        for _ in range(3):
            ask = api.build_request(
                "GET",
                f"{emulator.url}/v2/groups",
                params={"account_id": "acc-demo"},
                extensions=request().extensions,
            )
            assert api.send(ask).status_code == 200
    assert {row["status"] for row in emulator.last_requests()} == {200}
    assert emulator.total() == 3
