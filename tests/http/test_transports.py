"""Tests the log of requests, and that threads share one stack of transports."""

from __future__ import annotations

import logging
import threading

import httpx
import pytest

from pulumi_roster.http.limits import Limits
from pulumi_roster.http.transports import Log, stack
from roster_emulator import Running
from support.fake_time import Script
from support.transport_calls import URL, request


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


def test_a_failure_is_one_line_at_level_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(httpx.ReadError):
        Log(Script(httpx.ReadError("canary"))).handle_request(request("PUT"))
    assert [record.getMessage() for record in caplog.records] == ["PUT /v2/groups failed: ReadError"]


def test_threads_share_one_stack(emulator: Running) -> None:
    emulator.fault("status", status=503, times=8)
    transport = stack(emulator.url, Limits(first_wait=0.001, budget=10))
    statuses: list[int] = []

    def ask() -> None:
        headers = {"Authorization": "Bearer roster-dev"}
        for _ in range(5):
            asked = request("GET", f"{emulator.url}/v2/groups?account_id=a", timeout=httpx.Timeout(5).as_dict())
            asked.headers.update(headers)
            statuses.append(transport.handle_request(asked).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    transport.close()
    assert statuses == [200] * 40
    assert emulator.total() == 48
