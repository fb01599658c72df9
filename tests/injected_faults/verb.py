"""Runs one verb of one kind in a service that also holds objects of other people, as often as the tests need.

Waits take no time: they move the clocks of the provider and of the emulator forward.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from injected_faults.content import Content, content_of
from injected_faults.others import add_objects_of_others
from injected_faults.outcomes import VERBS, Request, Role, Verb
from pulumi_roster.catalog import handler_class
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.read_burst import ReadBurst
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.cases import CASES, Case
from support.emulator_state import EmulatorState
from support.subjects import Values, config_for

SHORT_TIMEOUT = 0.15
"""Real seconds that the provider waits for a reply when the fault is a delay."""

AN_HOUR = 3600.0
"""Seconds after which every service shows what was written."""

BUDGET = 20.0
"""Seconds that one call may take, including retries and waits."""

CANARY = "canary-4711"
# Each run exchanges a secret for a token where a system allows it, so that a fault can hit the exchange too.
CREDENTIALS = {
    "ibmApiKey": f"{CANARY}-ibm",
    "appsecClientId": "client",
    "appsecClientSecret": f"{CANARY}-appsec",
}

TOKEN_ROUTES = ("/identity/token", "/oauth/token")
READ_METHODS = ("GET", "HEAD", "LIST")


def verbs_of(case: Case) -> list[Verb]:
    """Return the verbs of a kind. Only some kinds can be updated, and only some have a listing and a direct read."""
    handler = handler_class(case.kind)
    has = {"update": bool(case.updates), "list": handler.has("list") and handler.has("read")}
    return [verb for verb in VERBS if has.get(verb, True)]


ALL_VERBS = [(case, verb) for case in CASES for verb in verbs_of(case)]


class _Run(Session):
    """A process whose reads are all direct, or all through the listing. No read waits for others."""

    def __init__(self, settings: Settings, listing: bool) -> None:
        super().__init__(settings)
        self._few = 0 if listing else 1_000_000

    def read_burst(self, kind: str, connection: str, scope: str) -> ReadBurst:
        return ReadBurst(moment=0.0, few=self._few)


@dataclass(frozen=True)
class Undisturbed:
    """The verb without a fault: its requests, and the content of the system before and after it.

    Of several requests of one route, such as those for pages, it has the first one before and the first one after a
    write.
    """

    requests: tuple[Request, ...]
    before: Content
    after: Content


class VerbRun:
    """One verb of one kind. ``id`` and ``outputs`` are the state before the verb; ``waited`` counts skipped seconds."""

    def __init__(self, emulator: Running, case: Case, verb: Verb) -> None:
        self.emulator, self.case = emulator, case
        self.verb: Verb = verb
        self.state = EmulatorState(emulator)
        self.slow = False
        self.waited = 0.0
        self._age = 0.0
        self.on_wait: Callable[[], object] = lambda: None
        self.id, self.outputs = "", dict[str, Any]()
        self._prepare()
        self.undisturbed = self._run_undisturbed()

    def _prepare(self) -> None:
        """Create the objects of others and, except for a creation, the object that the verb is about."""
        self.emulator.reset()
        self.emulator.switch(page_limit=4)  # so that listings have a second page
        made = self.case.prepare(self.emulator)
        add_objects_of_others(self.emulator, self.case.system)
        self._without_object = self.state.snapshot()
        given = self.case.inputs(made)
        with self.process(credentials={}) as lifecycle:
            self.inputs = _checked(lifecycle, given)
            changed = {**given, **self.case.changes(made)[0]} if self.verb == "update" else given
            self.declared = _checked(lifecycle, changed)
            self._created = time.monotonic()
            if self.verb != "create":
                self.id, self.outputs = lifecycle.create(self.inputs)
        self._start = self.state.snapshot()

    def rewind(self, *, just_created: bool = False) -> None:
        """Restore the content before the verb.

        :param just_created: the object is new. Otherwise it is old enough for every service to show it.
        """
        self.state.clear_faults()
        self.state.restore(self._start)
        self.waited, self.on_wait = 0.0, lambda: None
        # However long the tests take, a new object is new by the service's clock.
        self._age = self._created - time.monotonic() if just_created else AN_HOUR
        self.state.set_clock(self._age)

    def inject_stale_read(self, after_write: bool, **fields: Any) -> Any:
        """Inject reads that show an earlier content: that before the verb, or that before the object was created."""
        self.state.restore(self._start if after_write else self._without_object)
        injected = self.state.inject(**fields, as_of="plan")
        self.state.restore(self._start)
        return injected

    @contextmanager
    def process(self, *, url: str = "", credentials: Mapping[str, str] = CREDENTIALS) -> Iterator[Lifecycle]:
        """Start a new provider process, in effect."""
        config = config_for(url or self.emulator.url, allowPlainHttp=True, **credentials)
        session = _Run(Settings(config.get, {}, self._limits()), self.verb == "list")
        try:
            yield Lifecycle(handler_class(self.case.kind), session)
        finally:
            session.close()

    def run(self, url: str = "", *, adopt: bool = False) -> tuple[str, Values] | None:
        """Run the verb in a new process. Return id and outputs, or ``None`` if the object does not exist."""
        with self.process(url=url) as lifecycle:
            return self._run_in(lifecycle, adopt=adopt)

    def _run_in(self, lifecycle: Lifecycle, *, adopt: bool = False) -> tuple[str, Values] | None:
        if self.verb == "create":
            return lifecycle.create({**self.inputs, "adopt": True} if adopt else self.inputs)
        if self.verb == "update":
            return self.id, lifecycle.update(self.id, self.outputs, self.declared)
        if self.verb == "delete":
            lifecycle.delete(self.id, self.outputs)
            return None
        found = lifecycle.read(self.id, self.outputs)
        return (found.id, found.outputs) if found else None

    def content(self) -> Content:
        """Return the content of the system in a form that can be compared."""
        return content_of(self.state.tables(self.case.system))

    def _run_undisturbed(self) -> Undisturbed:
        self.rewind()
        before = self.content()
        self.state.take_requests()
        with self.process() as lifecycle, _recorded_fields(lifecycle) as fields:
            self._run_in(lifecycle)
        sent = self.state.take_requests()
        assert len(sent) == len(fields)
        return Undisturbed(_distinct(sent, fields), before, self.content())

    def _sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.state.set_clock(self._age + self.waited)
        self.on_wait()

    def _limits(self) -> Limits:
        return Limits(
            read=SHORT_TIMEOUT if self.slow else 30.0,
            budget=BUDGET,
            first_wait=0.5,
            clock=lambda: time.monotonic() + self.waited,
            wall_clock=lambda: time.time() + self.waited,
            sleep=self._sleep,
            chance=lambda: 0.5,
        )


def _checked(lifecycle: Lifecycle, given: Values) -> Values:
    inputs, failures = lifecycle.check(given)
    assert failures == []
    return inputs


def _distinct(sent: list[tuple[str, str]], fields: list[tuple[str, ...]]) -> tuple[Request, ...]:
    roles: list[Role] = [_role(method, route) for method, route in sent]
    writes = [number for number, role in enumerate(roles) if role == "write"]
    found: dict[tuple[str, str, bool], Request] = {}
    for number, (method, route) in enumerate(sent):
        after = any(write < number for write in writes)
        before = any(write > number for write in writes)
        role: Role = "confirm" if roles[number] == "read" and after else roles[number]
        request = Request(method, route, sent[:number].count((method, route)), fields[number], role, after, before)
        found.setdefault((method, route, after), request)
    return tuple(found.values())


def _role(method: str, route: str) -> Role:
    if route in TOKEN_ROUTES:
        return "token"
    return "read" if method in READ_METHODS else "write"


@contextmanager
def _recorded_fields(lifecycle: Lifecycle) -> Iterator[list[tuple[str, ...]]]:
    """Record the field names in each reply."""
    fields: list[tuple[str, ...]] = []

    def record(response: httpx.Response) -> None:
        names: dict[str, None] = {}
        body = response.read()
        _collect_names(response.json() if body else None, names)
        fields.append(tuple(names))

    http = lifecycle.session.settings.client(lifecycle.handler_type.system)._http
    hooks = http.event_hooks
    http.event_hooks = {"request": [], "response": [record]}
    yield fields
    http.event_hooks = hooks


def _collect_names(value: Any, names: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            names[key] = None
            _collect_names(item, names)
    elif isinstance(value, list):
        for item in value:
            _collect_names(item, names)
