"""Pulumi's side: the only class that is pickled, and the translation between Pulumi's calls and the :class:`Lifecycle`.

The pickle is a name. ``Engine("ibm.AccessGroup")``, about 100 bytes, stands in every user's state for ever: the path of
this class and the kinds never change, and nothing else is ever kept in it.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pulumi import dynamic
from pulumi.output import Unknown

from .catalog import handler_class
from .errors import RosterError
from .http.settings import GENERAL, NAMESPACE, Settings, System
from .lifecycle.lifecycle import Lifecycle, Session
from .schema.unknown import UNKNOWN
from .sdk_versions import read_result
from .watchdog import end_with_engine

__all__ = ["Engine", "configuration"]

_PROVIDER = "__provider"

_sessions: dict[tuple[str, ...], Session] = {}
_sessions_lock = threading.Lock()


def configuration(system: System, get: Callable[[str], Any]) -> tuple[str, ...]:
    """All that a stack's configuration says about one system, to tell the stacks of one process apart.

    :param get: looks a key up; ``None`` where there is none.
    """
    keys = [setting.key for setting in (*GENERAL, *system.settings)]
    return (system.name, *(str(get(f"{NAMESPACE}:{key}")) for key in keys))


def _session(kind: str, config: dynamic.Config) -> Session:
    """One session a system and configuration, whatever the number of its kinds: they share connections, tokens and
    limits."""
    which = configuration(handler_class(kind).system, config.get)
    with _sessions_lock:
        # A provider process has one configuration, a test process has many.
        if which not in _sessions:
            _sessions[which] = Session(Settings(config.get))
        return _sessions[which]


def close_sessions() -> None:
    """Ends all sessions, as the end of the process does."""
    with _sessions_lock:
        for session in _sessions.values():
            session.close()
        _sessions.clear()


F = TypeVar("F", bound=Callable[..., Any])


def _told(verb: F) -> F:
    """Lets a verb's errors reach the user as a few lines.

    Pulumi shows the text of the whole traceback, chain and module names included. What the reader needs is in the error
    itself; with ``ROSTER_DEBUG=1`` nothing is held back."""

    @functools.wraps(verb)
    def telling(*args: Any, **kwargs: Any) -> Any:
        try:
            return verb(*args, **kwargs)
        except Exception as error:
            if os.environ.get("ROSTER_DEBUG"):
                raise
            if not isinstance(error, RosterError):
                error = RosterError(
                    f"{type(error).__name__}: {error}",
                    hint="this should not happen: run again with ROSTER_DEBUG=1, and report what it shows",
                )
            # The class as it is, under its name alone.
            error.__class__ = type(type(error).__name__, (type(error),), {"__module__": "builtins"})
            raise error.with_traceback(None) from None

    return cast(F, telling)


class Engine(dynamic.ResourceProvider):
    """The dynamic provider of one kind of resource.

    :param kind: such as ``ibm.AccessGroup``.
    """

    # The pickle holds no secret, so it need not be encrypted once per resource.
    serialize_as_secret_always = False

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def __reduce__(self) -> tuple[type[Engine], tuple[str]]:
        # Without a dictionary: Pulumi's SDK wraps the pickler once more for each one, and about 960 resources overflow.
        return Engine, (self.kind,)

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Takes the stack's configuration; no service is connected yet."""
        end_with_engine()
        if not os.environ.get("ROSTER_DEBUG"):
            # Errors reach the user as the text of a traceback; without its frames, only the message is left.
            sys.tracebacklimit = 0
        self.lifecycle = Lifecycle(handler_class(self.kind), _session(self.kind, req.config))

    @_told
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """All faults together, each with its property path; inputs with defaults, normalised."""
        inputs, faults = self.lifecycle.check(_values(news))
        return dynamic.CheckResult(inputs, [dynamic.CheckFailure(fault.path, fault.reason) for fault in faults])

    @_told
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """What changes, what that replaces, and in which order."""
        found = self.lifecycle.diff(_values(_olds), _values(_news))
        return dynamic.DiffResult(
            changes=bool(found.changed),
            replaces=list(found.replaces),
            delete_before_replace=found.delete_first,
        )

    @_told
    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Makes the object."""
        id, outputs = self.lifecycle.create(_values(props))
        return dynamic.CreateResult(id, outputs)

    @_told
    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """The object as it is; an empty id when it is gone."""
        found = self.lifecycle.read(id_, _values(props))
        if found is None:
            return dynamic.ReadResult("", {})
        return read_result(found.id, found.outputs, found.inputs)

    @_told
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Changes the object in place."""
        return dynamic.UpdateResult(self.lifecycle.update(_id, _values(_olds), _values(_news)))

    @_told
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Removes the object."""
        self.lifecycle.delete(_id, _values(_props))


def _values(props: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = _plain({name: value for name, value in props.items() if name != _PROVIDER})
    return values


def _plain(value: Any) -> Any:
    """What Pulumi hands over, as JSON: a value that is not known yet becomes a sentinel, a whole number an integer
    again."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    # Pulumi carries all numbers as floating point.
    return int(value) if isinstance(value, float) and value.is_integer() else value
