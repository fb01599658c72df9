"""Disturbs runs: kills the process between two requests, injects faults, and skips waits."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx
from hypothesis import strategies as st

from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from pulumi_roster.http.whole_body import WholeBody
from pulumi_roster.lifecycle.read_burst import ReadBurst
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.emulator_state import EmulatorState

DIRECT, LISTING = 1_000_000, 0


class Killed(BaseException):
    """The process was killed. It is not an ``Exception``, so that the provider does not handle it."""


class Clock:
    """A clock that waits move forward, for the provider and for the emulator."""

    def __init__(self, emulator: Running) -> None:
        self._state = EmulatorState(emulator)
        self._now = 1_000_000.0

    def sleep(self, seconds: float) -> None:
        """Move the clocks forward instead of waiting."""
        self._now += seconds
        self._state.advance_clock(seconds)

    def limits(self) -> Limits:
        """Return the default limits with this clock."""
        return Limits(
            clock=lambda: self._now, wall_clock=lambda: time.time() + self._now, sleep=self.sleep, chance=lambda: 0.5
        )


@dataclass(frozen=True)
class Kill:
    """The request or write (by its number) at which the process dies: before it is sent, or after its reply."""

    at: int
    of_writes: bool
    after: bool


class Recorder(httpx.BaseTransport):
    """Counts each request of the provider, including retries, and kills the process at one of them."""

    def __init__(self) -> None:
        self.requests = 0
        self.writes: list[str] = []
        self._death: Kill | None = None
        self.below: httpx.BaseTransport = httpx.BaseTransport()

    def onto(self, client: Client) -> None:
        """Put itself between a client and the network."""
        layer: Any = client._http._transport
        while not isinstance(layer.below, WholeBody):
            layer = layer.below
        layer.below, self.below = self, layer.below

    def clear(self) -> None:
        """Reset the counts and the kill."""
        self.requests, self.writes, self._death = 0, [], None

    def die(self, kill: Kill | None) -> None:
        """Set the request at which the process dies."""
        self._death = kill

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kill, writes = self._death, request.method not in ("GET", "HEAD")
        dies = kill is not None and kill.at == (len(self.writes) if kill.of_writes else self.requests)
        dies = dies and (writes or not (kill and kill.of_writes))
        self.requests += 1
        if dies and kill and not kill.after:
            raise Killed
        if writes:
            self.writes.append(f"{request.method} {request.url.path}")
        reply = self.below.handle_request(request)
        if dies:
            raise Killed
        return reply

    def close(self) -> None:
        self.below.close()


class Process(Session):
    """The session of one run. Its reads are all direct or all through a listing, and no read waits for others."""

    def __init__(self, settings: Settings, few: int) -> None:
        super().__init__(settings)
        self._reads: dict[tuple[str, ...], ReadBurst] = defaultdict(lambda: ReadBurst(moment=0.0, few=few))

    def read_burst(self, kind: str, connection: str, scope: str) -> ReadBurst:
        return self._reads[kind, connection, scope]


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong in one run: injected faults or a kill."""

    faults: tuple[dict[str, Any], ...] = ()
    kill: Kill | None = None

    def repaired(self, not_retried: Collection[int]) -> bool:
        """Return whether the run must succeed in spite of it, except for statuses that the system does not retry."""
        return self.kill is None and all(
            fault["kind"] in _REPAIRED and fault.get("status") not in not_retried for fault in self.faults
        )


# A run succeeds in spite of these. With any other fault it may end with an error.
_REPAIRED = {
    "drop",
    "drop_after",
    "status",
    "status_after",
    "stale",
    "page_repeat",
    "page_skip",
    "items_fail",
    "etag_churn",
}

_SKIP = st.integers(0, 25)
_STATUS = st.sampled_from([429, 500, 502, 503, 504])

_FAULTS = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["drop", "drop_after", "drop_after", "page_repeat", "page_skip"]),
            "skip": _SKIP,
            "times": st.integers(1, 2),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("etag_churn"),
            "method": st.just("GET"),
            "route": st.sampled_from(["/v2/groups/AccessGroupId*", "/v2/groups/*/rules/*"]),
            "skip": st.integers(0, 3),
            "times": st.integers(1, 2),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("status"), "status": _STATUS, "skip": _SKIP, "times": st.integers(1, 3)}),
    st.fixed_dictionaries({"kind": st.just("status_after"), "status": st.sampled_from([500, 502, 504]), "skip": _SKIP}),
    st.fixed_dictionaries({"kind": st.just("stale"), "skip": st.integers(0, 6), "times": st.integers(1, 3)}),
    st.fixed_dictionaries(
        {"kind": st.just("items_fail"), "status": st.sampled_from([409, 429, 503]), "skip": st.integers(0, 3)}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["empty", "html", "truncated"]), "skip": _SKIP}),
)

_KILLS = st.builds(Kill, st.integers(0, 9), st.just(False), st.booleans()) | st.builds(
    Kill, st.integers(0, 3), st.just(True), st.sampled_from([True, True, False])
)

DISTURBANCES = st.one_of(
    _KILLS.map(lambda kill: Disturbance((), kill)),
    st.lists(_FAULTS, min_size=1, max_size=2).map(lambda faults: Disturbance(tuple(faults))),
)
