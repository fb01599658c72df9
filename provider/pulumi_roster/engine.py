"""Translates Pulumi's calls into those of a :class:`Lifecycle`, and defines the only class that is pickled.

The pickle contains only a name: ``Engine("ibm.AccessGroup")``, about 100 bytes. Every user's state keeps it forever. So
the path of this class and the kinds never change, and the pickle never contains anything else.
"""

from __future__ import annotations

import atexit
import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pulumi import dynamic
from pulumi.output import Unknown

from .catalog import handler_class, systems
from .errors import RosterError
from .http.auth import sign_out_until
from .http.keys import GENERAL, NAMESPACE, System
from .http.settings import Settings
from .lifecycle.lifecycle import Lifecycle
from .lifecycle.session import Session
from .schema.unknown import UNKNOWN
from .sdk_versions import read_result
from .watchdog import end_with_engine

__all__ = ["Engine", "configuration_key"]

_PROVIDER = "__provider"

_sessions: dict[tuple[str, ...], Session] = {}
_sessions_lock = threading.Lock()


def configuration_key(system: System, get: Callable[[str], Any]) -> tuple[str, ...]:
    """Return the whole configuration of one system in a stack as a key that distinguishes the stacks of one process.

    :param get: returns the value of a key, or ``None``.
    """
    keys = [setting.key for setting in (*GENERAL, *system.settings)]
    return (system.name, *(str(get(f"{NAMESPACE}:{key}")) for key in keys))


def _session(kind: str, config: dynamic.Config) -> Session:
    """Return the session of one system and configuration. All kinds of the system share its connections and tokens."""
    which = configuration_key(handler_class(kind).system, config.get)
    with _sessions_lock:
        # A provider process has one configuration, a test process has many.
        if which not in _sessions:
            _sessions[which] = Session(Settings(config.get, systems=systems))
        return _sessions[which]


@atexit.register
def close_sessions() -> None:
    """Close all sessions. It happens at the end of the process at the latest.

    At the end of a run, the engine interrupts its providers and gives them 5 seconds to end.
    """
    until = sign_out_until()
    with _sessions_lock:
        for session in _sessions.values():
            session.close(until)
        _sessions.clear()


F = TypeVar("F", bound=Callable[..., Any])


def _concise_errors(verb: F) -> F:
    """Wrap a verb so that its errors reach the user as a few lines.

    Pulumi would show the whole traceback, with chained errors and module names. The text of the error is enough for a
    user. ``ROSTER_DEBUG=1`` shows everything.
    """

    @functools.wraps(verb)
    def concise(*args: Any, **kwargs: Any) -> Any:
        try:
            return verb(*args, **kwargs)
        except Exception as error:
            if os.environ.get("ROSTER_DEBUG"):
                raise
            if not isinstance(error, RosterError):
                error = RosterError(
                    f"{type(error).__name__}: {error}",
                    hint="this is a bug in Roster: run again with ROSTER_DEBUG=1, and report the output",
                )
            # Give the class its bare name, because Pulumi would show the module too.
            error.__class__ = type(type(error).__name__, (type(error),), {"__module__": "builtins"})
            raise error.with_traceback(None) from None

    return cast(F, concise)


class Engine(dynamic.ResourceProvider):
    """The dynamic provider of one kind of resource.

    :param kind: such as ``ibm.AccessGroup``.
    """

    # The pickle contains no secret, so Pulumi need not encrypt it once per resource.
    serialize_as_secret_always = False

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def __reduce__(self) -> tuple[type[Engine], tuple[str]]:
        # The pickle contains no dictionary. Each time that Pulumi's SDK pickles a provider, it adds one more wrapper
        # around the method that pickles dictionaries. About 960 nested wrappers overflow the stack.
        return Engine, (self.kind,)

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Receive the stack's configuration, without connecting to a service."""
        end_with_engine()
        if not os.environ.get("ROSTER_DEBUG"):
            # Pulumi shows an error as a traceback. With a limit of 0, the traceback has no frames, so the user sees
            # only the message.
            sys.tracebacklimit = 0
        self.lifecycle = Lifecycle(handler_class(self.kind), _session(self.kind, req.config))

    @_concise_errors
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Return all check failures with their property paths, and the inputs, normalised and with defaults."""
        inputs, failures = self.lifecycle.check(_values(news))
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure(failure.path, failure.reason) for failure in failures])

    @_concise_errors
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Return whether inputs changed, which of them replace the object, and whether the old one is deleted first."""
        found = self.lifecycle.diff(_values(_olds), _values(_news))
        return dynamic.DiffResult(
            changes=bool(found.changed),
            replaces=list(found.replaces),
            delete_before_replace=found.delete_first,
        )

    @_concise_errors
    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the object."""
        id, outputs = self.lifecycle.create(_values(props))
        return dynamic.CreateResult(id, outputs)

    @_concise_errors
    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Return the object as it is, or an empty id if it was deleted."""
        found = self.lifecycle.read(id_, _values(props))
        if found is None:
            return dynamic.ReadResult("", {})
        return read_result(found.id, found.outputs, found.inputs)

    @_concise_errors
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Change the object in place."""
        return dynamic.UpdateResult(self.lifecycle.update(_id, _values(_olds), _values(_news)))

    @_concise_errors
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove the object."""
        self.lifecycle.delete(_id, _values(_props))


def _values(props: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = _plain({name: value for name, value in props.items() if name != _PROVIDER})
    return values


def _plain(value: Any) -> Any:
    """Return Pulumi's values as JSON. An unknown value becomes a sentinel, and a whole number an integer."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    # Pulumi carries all numbers as floating point.
    return int(value) if isinstance(value, float) and value.is_integer() else value
