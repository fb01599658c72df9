"""What can happen to a run: time that passes at once, a process that dies between two requests, and faults of the
service."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx
from hypothesis import strategies as st

from pulumi_roster.http.client import Client
from pulumi_roster.http.settings import Settings
from pulumi_roster.http.transports import Limits, Whole
from pulumi_roster.lifecycle.lifecycle import Session
from pulumi_roster.lifecycle.list_cache import Gathering
from roster_emulator import Running

FEW, MANY = 1_000_000, 0


class Killed(BaseException):
    """The process died. No ``Exception``: nothing that the process would do after its death is done."""


class Clock:
    """Time that passes when somebody waits, for the provider and for the emulator."""

    def __init__(self, emulator: Running) -> None:
        self._state = emulator.application.state
        self._now = 1_000_000.0

    def sleep(self, seconds: float) -> None:
        """Waits no time at all."""
        self._now += seconds
        self._state.ahead += seconds

    def limits(self) -> Limits:
        """The limits of real life."""
        return Limits(
            clock=lambda: self._now, wall_clock=lambda: time.time() + self._now, sleep=self.sleep, chance=lambda: 0.5
        )


@dataclass(frozen=True)
class Death:
    """When the process dies: at the request (or the write) of this number, before it is sent or after it was
    answered."""

    at: int
    of_writes: bool
    after: bool


class Wire(httpx.BaseTransport):
    """Sees each request of the provider, repetitions included, and may let the process die at one."""

    def __init__(self) -> None:
        self.requests = 0
        self.writes: list[str] = []
        self._death: Death | None = None
        self.below: httpx.BaseTransport = httpx.BaseTransport()

    def onto(self, client: Client) -> None:
        """Listens to a client."""
        layer: Any = client._http._transport
        while not isinstance(layer.below, Whole):
            layer = layer.below
        layer.below, self.below = self, layer.below

    def clear(self) -> None:
        """Begins to count anew, and lets the process live."""
        self.requests, self.writes, self._death = 0, [], None

    def die(self, death: Death | None) -> None:
        """Lets the process die some time."""
        self._death = death

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        death, writes = self._death, request.method not in ("GET", "HEAD")
        dies = death is not None and death.at == (len(self.writes) if death.of_writes else self.requests)
        dies = dies and (writes or not (death and death.of_writes))
        self.requests += 1
        if dies and death and not death.after:
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
    """One run's session; its reads go directly, or all through a listing, and none waits to see which."""

    def __init__(self, settings: Settings, few: int) -> None:
        super().__init__(settings)
        self._reads: dict[tuple[str, ...], Gathering] = defaultdict(lambda: Gathering(moment=0.0, few=few))

    def gathering(self, kind: str, connection: str, scope: str) -> Gathering:
        return self._reads[kind, connection, scope]


@dataclass(frozen=True)
class Mishap:
    """What goes wrong in one run: faults of the service, or a death."""

    faults: tuple[dict[str, Any], ...] = ()
    death: Death | None = None

    def repaired(self, lasting: Collection[int]) -> bool:
        """Whether the run must come through all the same. ``lasting``: what a system does not repeat."""
        return self.death is None and all(
            fault["kind"] in _REPAIRED and fault.get("status") not in lasting for fault in self.faults
        )


# After these, a run ends as if nothing had happened. After the others it may end with an error.
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

_DEATHS = st.builds(Death, st.integers(0, 9), st.just(False), st.booleans()) | st.builds(
    Death, st.integers(0, 3), st.just(True), st.sampled_from([True, True, False])
)

MISHAPS = st.one_of(
    _DEATHS.map(lambda death: Mishap((), death)),
    st.lists(_FAULTS, min_size=1, max_size=2).map(lambda faults: Mishap(tuple(faults))),
)
