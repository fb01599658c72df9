"""The life of one object, by rules that hold for all kinds and know nothing of Pulumi.

1. ``check``: validate, collect every fault, fill defaults in, let what is not known yet pass.
2. ``diff``: compare normalised values; name what forces a replacement, and whether the old must go before the new
   can come.
3. ``create``: never twice, never somebody else's. The natural key is looked for first; after a lost reply it is
   looked for again before a second request is sent.
4. ``read``: gone is ``None``; else inputs and outputs are both refreshed, so that drift shows and is repaired.
5. ``update``: a change of what is never sent costs no call.
6. ``delete``: already gone is done.

One :class:`Session` is one process: its clients and its listings. A :class:`Lifecycle` is one kind in it.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidArguments, NotFound, RosterError, SettingsError, Unauthorized
from ..http.settings import Settings
from ..schema.identity import import_key, natural_key, scope_of
from ..schema.marks import FromConnection, Key, Replace, Scope, is_provider_only, marked
from ..schema.model import Args, CheckFailure, State
from ..schema.outputs import Values, as_declared, changed, outputs_of, state_of, with_kept
from ..schema.unknown import UNKNOWN, contains_unknown
from ..schema.validation import validate
from .handler import Handler
from .list_cache import Gathering, Listing
from .polling import retry_malformed, retry_while_absent
from .safe_creation import CLOCK_DOUBT, SafeCreation, epoch

__all__ = ["Difference", "Found", "Lifecycle", "Session"]


@dataclass(frozen=True)
class Difference:
    """What a change of inputs means for an object."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    delete_first: bool


@dataclass(frozen=True)
class Found:
    """An object that was read: its id, its outputs, and the inputs that would declare it as it is."""

    id: str
    outputs: Values
    inputs: Values


class Session:
    """What one process shares between all kinds: settings and their clients, and listings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._listings: dict[tuple[str, str, str], Listing[Any]] = {}
        self._gatherings: dict[tuple[str, str, str], Gathering] = defaultdict(Gathering)
        self.ours: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Ids of what this run has made or taken over, by kind and connection."""

    def close(self) -> None:
        """Gives all connections back."""
        self.settings.close()

    def listing(self, handler: Handler[Any, Any], connection: str, scope: str) -> Listing[Any]:
        """The shared listing of one kind, or of kinds that are listed together, in one scope."""
        with self._lock:
            where = (handler.listing, connection, scope)
            if where not in self._listings:
                self._listings[where] = Listing(
                    lambda: handler.list(scope), handler.api.limits.clock, settle=handler.api.limits.settle
                )
            return self._listings[where]

    def gathering(self, kind: str, connection: str, scope: str) -> Gathering:
        """Whether many objects of one scope are read at once."""
        with self._lock:
            return self._gatherings[kind, connection, scope]


class Lifecycle:
    """The life of one kind of object. ``Values`` are JSON: what Pulumi keeps as inputs and outputs."""

    def __init__(self, handler_type: type[Handler[Any, Any]], session: Session) -> None:
        self.kind = handler_type.kind
        self.session = session
        self.handler_type = handler_type
        self.args_type: type[Args] = self.handler_type.args_type
        self.state_type: type[State] = self.handler_type.state_type
        self._keys = tuple(marked(self.args_type, Key))
        # By these fields the service tells two objects apart: a link has no key, it is what its import key says.
        link = re.findall(r"{(\w+)}", self.handler_type.import_key)
        self._identity = {*self._keys, *marked(self.args_type, Scope)} if self._keys else {*link} - {"id"}

    # -- before anything is touched: no network in here

    def check(self, given: Mapping[str, Any]) -> tuple[Values, list[CheckFailure]]:
        """The inputs, normalised and with defaults, and everything that is wrong with them."""
        given = {name: value for name, value in given.items() if value is not None}
        faults: list[CheckFailure] = []
        connection = given.get("connection", "default")
        if isinstance(connection, str) and not contains_unknown(connection):
            given, faults = self._from_connection(given, connection)
        else:
            given = {**dict.fromkeys(marked(self.args_type, FromConnection), UNKNOWN), **given}
        inputs, more = validate(self.args_type, given)
        said = {fault.path for fault in faults}
        return inputs, [*faults, *(fault for fault in more if fault.path not in said)]

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
        """What changes from old outputs to new inputs. A field that is not given any more is not managed any more."""
        differing = tuple(changed(self.args_type, olds, news))
        marks = marked(self.args_type, Replace)
        replaces = tuple(name for name in differing if name in marks)
        collide = not self._identity & set(differing)
        first = any((mark := marks[name]) is not None and mark.delete_first for name in replaces)
        return Difference(differing, replaces, delete_first=bool(replaces) and (first or collide))

    # -- the service

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, Values]:
        """Makes the object, or takes it over where ``adopt`` says so. Answers its id and outputs."""
        with self._about("create", inputs):
            handler = self._handler(inputs)
            args: Args = self._args(inputs)
            given, listing, limits = args, self._listing(handler, args), handler.api.limits
            args = retry_malformed(limits, lambda: handler.complete(given, listing))
            if self._keys:
                # Two resources of one program that declare the same object take turns, so the second finds the first's.
                with handler.api.lock(self.kind, scope_of(self.args_type, args), natural_key(self.args_type, args)):
                    ours = self.session.ours[self.kind, args.connection]
                    state = SafeCreation(handler, self._listing(handler, args), inputs, args, ours).run()
            else:
                # A link or a set: twice is the same as once.
                state = retry_malformed(limits, lambda: handler.create(args))
            return state.id, as_declared(self.args_type, self._outputs(state, inputs), inputs)

    def read(self, id: str, props: Mapping[str, Any]) -> Found | None:
        """The object as it is now, or ``None`` if it is gone.

        :param id: the service's id, or, for an object that is imported, its import key.
        :param props: the outputs as they were; of an object that is imported, little or nothing.
        """
        with self._about("read", props, id):
            imported = any(
                info.is_required() and props.get(name) is None for name, info in self.args_type.model_fields.items()
            )
            known = {name: value for name, value in props.items() if value is not None}
            if imported:
                known, _ = self._from_connection(known, str(known.get("connection", "default")))
                known.update(import_key(self.handler_type.import_key, id, known))
                id = known.pop("id")
            try:
                state = self._find(self._handler(known), state_of(self.state_type, id, known))
            except NotFound as error:
                if imported:  # for what is only read, an empty object would pass as one that exists
                    template = self.handler_type.import_key
                    error.hint = "check the id" + (f", which looks like {template}" if template != "{id}" else "")
                    raise
                return None
            managed = self.args_type.model_fields if imported else known
            outputs = self._outputs(state, known, managed)
            return Found(
                state.id, outputs, {name: outputs[name] for name in self.args_type.model_fields if name in outputs}
            )

    def update(self, id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Values:
        """Brings the object from the old outputs to the new inputs. Answers the new outputs."""
        with self._about("update", news, id):
            args = self._args(news)
            prior = state_of(self.state_type, id, olds)
            if all(is_provider_only(self.args_type, name) for name in changed(self.args_type, olds, news)):
                return self._outputs(prior, news)
            handler = self._handler(news)
            try:
                state = self._settled(handler, prior, lambda: handler.update(id, args, prior))
            except NotFound as error:
                error.hint = error.hint or "it is gone: `pulumi up --refresh` makes it again"
                raise
            self._listing(handler, args).put(state)
            return as_declared(self.args_type, self._outputs(state, news), news)

    def delete(self, id: str, olds: Mapping[str, Any]) -> None:
        """Removes the object; that it is gone already is fine."""
        with self._about("delete", olds, id):
            prior = state_of(self.state_type, id, olds)
            handler = self._handler(olds)
            with suppress(NotFound):
                retry_malformed(handler.api.limits, lambda: handler.delete(id, prior))
            self._listing(handler, prior).drop(id)

    # -- read: directly when few, through the listing when many

    def _find(self, handler: Handler[Any, Any], prior: State) -> State:
        direct = handler.has("read")
        if handler.has("list") and (not direct or self._gathering(prior).many()):
            listing = self._listing(handler, prior)
            row: State | None = retry_malformed(handler.api.limits, lambda: listing.get(prior.id))
            if isinstance(row, self.state_type):
                return with_kept(row, prior)
        if direct:
            return self._settled(handler, prior, lambda: handler.read(prior.id, prior))
        return self._settled(handler, prior, lambda: self._from_fresh_listing(handler, prior))

    def _from_fresh_listing(self, handler: Handler[Any, Any], prior: State) -> State:
        for row in self._listing(handler, prior).rows(fresh=True):
            if row.id == prior.id and isinstance(row, self.state_type):
                return with_kept(row, prior)
        raise NotFound(f"{prior.id} is not listed", status=404)

    def _settled(self, handler: Handler[Any, Any], prior: State, ask: Callable[[], State]) -> State:
        """Asks what may be asked twice, and again while an absence may only mean that the object is too new to show."""
        limits, created = handler.api.limits, epoch(prior.born())

        def still() -> float:
            age = handler.api.now() - created if created is not None else limits.settle + 1
            # Services tell whole seconds, so an object may look older than it is by nearly one.
            return limits.settle + 1 - age if age >= -CLOCK_DOUBT else 0.0

        return retry_while_absent(limits, lambda: retry_malformed(limits, ask), still)

    # -- small pieces

    def _handler(self, values: Mapping[str, Any]) -> Handler[Any, Any]:
        connection = str(values.get("connection", "default"))
        return self.handler_type(self.session.settings.client(self.handler_type.system, connection))

    def _where(self, values: Args | State) -> tuple[str, str]:
        return str(getattr(values, "connection", "default")), scope_of(self.args_type, values)

    def _listing(self, handler: Handler[Any, Any], values: Args | State) -> Listing[Any]:
        return self.session.listing(handler, *self._where(values))

    def _gathering(self, values: State) -> Gathering:
        return self.session.gathering(self.kind, *self._where(values))

    def _args(self, inputs: Mapping[str, Any]) -> Args:
        checked, faults = self.check(inputs)
        if faults:
            raise InvalidArguments("; ".join(f"{fault.path}: {fault.reason}" for fault in faults))
        return self.args_type.model_validate(checked)

    def _outputs(self, state: State, inputs: Mapping[str, Any], managed: Mapping[str, Any] | None = None) -> Values:
        return outputs_of(self.args_type, state, inputs, managed)

    def _from_connection(self, given: Values, name: str) -> tuple[Values, list[CheckFailure]]:
        """What the connection adds to what is given, and what it lacks."""
        faults: list[CheckFailure] = []
        added: Values = {}
        try:
            connection = self.session.settings.connection(self.handler_type.system, name)
            for field, mark in marked(self.args_type, FromConnection).items():
                if mark is not None and field not in given:
                    try:
                        added[field] = connection.require(mark.key)
                    except SettingsError as error:
                        faults.append(CheckFailure(field, f"{error.message}; {error.hint}"))
            self.session.settings.client(self.handler_type.system, name)
        except SettingsError as error:
            faults.append(CheckFailure("connection", f"{error.message}; {error.hint}".rstrip("; ")))
        return {**given, **added}, faults

    @contextmanager
    def _about(self, verb: str, values: Mapping[str, Any], id: str = "") -> Iterator[None]:
        try:
            yield
        except RosterError as error:
            names = [str(values[name]) for name in self._keys if values.get(name)]
            error.about = error.about or " ".join([verb, self.kind, *(f'"{name}"' for name in names), id]).strip()
            if isinstance(error, Unauthorized) and verb in ("read", "delete"):
                kept = (
                    "`pulumi refresh` and `pulumi destroy` use the configuration of the last `pulumi up`, "
                    "unless run with --run-program"
                )
                error.hint = "; ".join(filter(None, [error.hint, kept]))
            raise
