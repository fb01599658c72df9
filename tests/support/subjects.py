"""Drives one kind of resource as the engine does: in this process, or through the pickle."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import dill  # type: ignore[import-untyped]
from pulumi import dynamic
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_roster import engine
from pulumi_roster.catalog import handler_class
from pulumi_roster.engine import Engine
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Difference, Found, Lifecycle
from pulumi_roster.lifecycle.read_burst import ReadBurst
from pulumi_roster.lifecycle.session import Session
from pulumi_roster.schema.model import CheckFailure
from support.program import tuning

Values = dict[str, Any]

QUICK = Limits(budget=10.0, settle=0.6, quiet=0.2, first_wait=0.01, longest_wait=0.1, unreachable=0.5)
"""Short real waits, long enough for what happens on a loopback."""

ALONE = Limits(budget=10.0, settle=0.02, quiet=0.03, first_wait=0.005, longest_wait=0.02, unreachable=0.5)
"""Shorter waits, for a test in which nothing else writes and every write shows at once."""


def config_for(url: str, **more: Any) -> dict[str, Any]:
    """Return the stack configuration of a program that uses the emulator."""
    return {"roster:emulator": url, **{f"roster:{key}": value for key, value in more.items()}}


def session_for(url: str, limits: Limits = QUICK, **more: Any) -> Session:
    """Return the session of a new process against the emulator."""
    session = Session(Settings(config_for(url, **more).get, {}, limits))
    _sessions.append(session)
    return session


_sessions: list[Session] = []


def close_sessions() -> None:
    """Close the connections that the sessions of a test hold."""
    engine.close_sessions()
    while _sessions:
        _sessions.pop().close()


class Direct:
    """Drives a kind without Pulumi."""

    def __init__(self, kind: str, session: Session) -> None:
        self.lifecycle = Lifecycle(handler_class(kind), session)

    def new_run(self) -> None:
        """Begin the next command of the user, which is a new process."""
        self.lifecycle = Lifecycle(handler_class(self.lifecycle.kind), Session(self.lifecycle.session.settings))

    def check(self, given: Mapping[str, Any]) -> tuple[Values, list[CheckFailure]]:
        return self.lifecycle.check(given)

    def diff(self, id: str, olds: Values, news: Values) -> Difference:
        return self.lifecycle.diff(olds, news)

    def create(self, inputs: Values) -> tuple[str, Values]:
        return self.lifecycle.create(inputs)

    def read(self, id: str, props: Values) -> Found | None:
        return self.lifecycle.read(id, props)

    def update(self, id: str, olds: Values, news: Values) -> Values:
        return self.lifecycle.update(id, olds, news)

    def delete(self, id: str, olds: Values) -> None:
        self.lifecycle.delete(id, olds)


class Alone(Direct):
    """Drives a kind against an address where nothing else writes. No read waits for others."""

    def __init__(self, kind: str, url: str) -> None:
        super().__init__(kind, session_for(url, ALONE))

    def new_run(self) -> None:
        super().new_run()
        self.lifecycle.session._bursts = defaultdict(lambda: ReadBurst(moment=0.001))


class Pickled:
    """Drives the provider as Pulumi does: pickled into the state, then loaded in a process that knows only the pickle.
    Numbers arrive as floating point."""

    def __init__(self, kind: str, url: str, **more: Any) -> None:
        self.text = serialize_provider(Engine(kind))
        self.config = dynamic.Config(config_for(url, tuning=tuning(settle=0.1, quiet=0.1), **more), "test")
        self.new_run()

    def new_run(self) -> None:
        """Begin the next command of the user: a new process, which knows only the pickle."""
        engine.close_sessions()
        self.engine: Engine = dill.loads(base64.b64decode(self.text))
        self.engine.configure(dynamic.ConfigureRequest(self.config))

    def check(self, given: Mapping[str, Any]) -> tuple[Values, list[CheckFailure]]:
        result = self.engine.check({}, self._wire(given))
        return result.inputs, [CheckFailure(failure.property, failure.reason) for failure in result.failures]

    def diff(self, id: str, olds: Values, news: Values) -> Difference:
        result = self.engine.diff(id, self._wire(olds), self._wire(news))
        replaces = tuple(result.replaces or ())
        return Difference(("...",) if result.changes else (), replaces, bool(result.delete_before_replace))

    def create(self, inputs: Values) -> tuple[str, Values]:
        result = self.engine.create(self._wire(inputs))
        return result.id, result.outs or {}

    def read(self, id: str, props: Values) -> Found | None:
        result = self.engine.read(id, self._wire(props))
        return Found(result.id, result.outs or {}, result.inputs or {}) if result.id else None

    def update(self, id: str, olds: Values, news: Values) -> Values:
        return self.engine.update(id, self._wire(olds), self._wire(news)).outs or {}

    def delete(self, id: str, olds: Values) -> None:
        self.engine.delete(id, self._wire(olds))

    def _wire(self, values: Any) -> Any:
        if isinstance(values, Mapping):
            return {name: self._wire(value) for name, value in values.items()}
        if isinstance(values, (list, tuple)):
            return [self._wire(value) for value in values]
        return float(values) if isinstance(values, int) and not isinstance(values, bool) else values


Subject = Direct | Pickled
