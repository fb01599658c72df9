"""The life of one object, by rules that hold for all kinds and know nothing of Pulumi.

1. ``check``: validate, collect every fault, fill defaults in, let what is not known yet pass.
2. ``diff``: compare normalised values; name what forces a replacement, and whether the old must go before the new can come.
3. ``create``: never twice, never somebody else's. The natural key is looked for first; after a lost reply it is looked for
   again before a second request is sent.
4. ``read``: gone is ``None``; else inputs and outputs are both refreshed, so that drift shows and is repaired.
5. ``update``: a change of what is never sent costs no call.
6. ``delete``: already gone is done.

One :class:`Session` is one process: its clients, its listings, its locks. A :class:`Lifecycle` is one kind in it.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import AlreadyExists, InvalidArguments, NotFound, OutcomeUnknown, RosterError, SettingsError
from .handler import Handler, handler_class
from .listing import Gathering, Listing
from .model import (
    Args,
    Fault,
    FromConnection,
    Key,
    Replace,
    Scope,
    State,
    contains_unknown,
    default_of,
    is_local,
    lenient,
    marked,
    normal,
    same,
    validate,
)
from .settings import Settings

__all__ = ["Difference", "Found", "Lifecycle", "Session"]

Values = dict[str, Any]

# Service clocks tick in whole seconds and are read through a header: two seconds of doubt.
_CLOCK_DOUBT = 2.0


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
    """What one process shares between all kinds: settings and their clients, listings, and locks by natural key."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._listings: dict[tuple[str, str, str], Listing[Any]] = {}
        self._gatherings: dict[tuple[str, str, str], Gathering] = defaultdict(Gathering)
        self._locks: dict[tuple[Any, ...], threading.Lock] = defaultdict(threading.Lock)

    def close(self) -> None:
        """Gives all connections back."""
        self.settings.close()

    def listing(self, handler: Handler[Any, Any], connection: str, scope: str) -> Listing[Any]:
        """The shared listing of one kind in one scope."""
        with self._lock:
            where = (handler.kind, connection, scope)
            if where not in self._listings:
                self._listings[where] = Listing(lambda: handler.list(scope), handler.api.policy.clock)
            return self._listings[where]

    def gathering(self, kind: str, connection: str, scope: str) -> Gathering:
        """Whether many objects of one scope are read at once."""
        with self._lock:
            return self._gatherings[kind, connection, scope]

    def lock(self, *what: Any) -> threading.Lock:
        """A lock by name: two resources of one program that declare the same object take turns."""
        with self._lock:
            return self._locks[what]


class Lifecycle:
    """The life of one kind of object. ``Values`` are JSON: what Pulumi keeps as inputs and outputs."""

    def __init__(self, kind: str, session: Session) -> None:
        self.kind = kind
        self.session = session
        self.handler_type = handler_class(kind)
        self.args_type: type[Args] = self.handler_type.args_type
        self.state_type: type[State] = self.handler_type.state_type
        self._keys = tuple(marked(self.args_type, Key))
        self._scope = next(iter(marked(self.args_type, Scope)), "")

    # -- before anything is touched: no network in here

    def check(self, given: Mapping[str, Any]) -> tuple[Values, list[Fault]]:
        """The inputs, normalised and with defaults, and everything that is wrong with them."""
        given = {name: value for name, value in given.items() if value is not None}
        faults: list[Fault] = []
        name = given.get("connection", "default")
        if isinstance(name, str) and not contains_unknown(name):
            try:
                connection = self.session.settings.connection(self.handler_type.system, name)
                self.session.settings.client(self.handler_type.system, name)
                for field, mark in marked(self.args_type, FromConnection).items():
                    if mark is not None and field not in given:
                        given[field] = connection.require(mark.key)
            except SettingsError as error:
                missing = [field for field in marked(self.args_type, FromConnection) if field not in given]
                faults.append(Fault("connection", f"{error.message}; {error.hint}".rstrip("; ")))
                given.update(dict.fromkeys(missing, "unset"))  # said already, not a second time as "required"
        inputs, more = validate(self.args_type, given)
        return inputs, faults + more

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
        """What changes from old outputs to new inputs. A field that is not given any more is not managed any more."""
        changed = tuple(self._changed(olds, news))
        marks = marked(self.args_type, Replace)
        replaces = tuple(name for name in changed if name in marks)
        same_key = bool(self._keys) and not any(name in changed for name in (*self._keys, self._scope))
        first = any((mark := marks[name]) is not None and mark.delete_first for name in replaces)
        return Difference(changed, replaces, delete_first=bool(replaces) and (first or same_key))

    def _changed(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Iterator[str]:
        for name in self.args_type.model_fields:
            default = default_of(self.args_type, name)
            new = news.get(name, default)
            if name == "adopt" or new is None:
                continue
            old = normal(self.args_type, name, olds.get(name, default))
            if contains_unknown(new) or not same(old, normal(self.args_type, name, new)):
                yield name

    # -- the service

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, Values]:
        """Makes the object, or takes it over where ``adopt`` says so. Answers its id and outputs."""
        with self._about("create", inputs):
            args = self._args(inputs)
            handler = self._handler(args.connection)
            if not self._keys:
                state = handler.create(args)
            else:
                with self.session.lock(self.kind, args.connection, self._scope_of(args), self._key(args)):
                    state = self._create_safely(handler, args, inputs)
            return state.id, self._outputs(state, inputs)

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
                known = self._from_connection(known)
                known.update(self._import_key(id, known))
                id = known.pop("id")
            connection = str(known.get("connection", "default"))
            try:
                state = self._find(self._handler(connection), connection, self._state(id, known))
            except NotFound:
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
            prior = self._state(id, olds)
            if all(is_local(self.args_type, name) for name in self._changed(olds, news)):
                return self._outputs(prior, news)
            handler = self._handler(args.connection)
            try:
                state = handler.update(id, args, prior)
            except NotFound as error:
                error.hint = error.hint or "it is gone: `pulumi up --refresh` makes it again"
                raise
            self._listing(handler, args.connection, self._scope_of(args)).put(state)
            return self._outputs(state, news)

    def delete(self, id: str, olds: Mapping[str, Any]) -> None:
        """Removes the object; that it is gone already is fine."""
        with self._about("delete", olds, id):
            prior = self._state(id, olds)
            connection = str(olds.get("connection", "default"))
            handler = self._handler(connection)
            try:
                handler.delete(id, prior)
            except NotFound:
                pass
            self._listing(handler, connection, self._scope_of(prior)).drop(id)

    # -- create: never twice, never somebody else's

    def _create_safely(self, handler: Handler[Any, Any], args: Args, inputs: Mapping[str, Any]) -> State:
        listing = self._listing(handler, args.connection, self._scope_of(args))
        twins = (
            []
            if args.allows_twins()
            else self._confirmed(handler, args.connection, self._same_key(listing.rows(), args))
        )
        if twins:
            if not args.adopt:
                raise self._refusal(twins)
            if len(twins) > 1:
                raise AlreadyExists(
                    f"{len(twins)} objects have this name, so none can be adopted: {self._ids(twins)}",
                    hint="leave one, or import one by its id",
                )
            state = self._brought_to(handler, twins[0], args, inputs)
        else:
            before = {row.id for row in self._same_key(listing.rows(), args)}
            state = self._send_create(handler, listing, args, inputs, before)
        listing.put(state)
        return state

    def _send_create(
        self, handler: Handler[Any, Any], listing: Listing[Any], args: Args, inputs: Mapping[str, Any], before: set[str]
    ) -> State:
        policy = handler.api.policy
        since = handler.api.now()
        deadline = policy.clock() + policy.budget
        while True:
            try:
                created: State = handler.create(args)
                return created
            except OutcomeUnknown as error:
                made = self._look_again(
                    handler, listing, lambda row: row.id not in before and self._is_our_making(row, args, since), args
                )
                if made is not None:
                    return self._brought_to(handler, made, args, inputs)
                if policy.clock() >= deadline:
                    error.hint = "the object was looked for and is not there; run again"
                    raise

    def _look_again(
        self, handler: Handler[Any, Any], listing: Listing[Any], ours: Callable[[State], bool], args: Args
    ) -> State | None:
        """Looks until the object shows, or until it would have shown."""
        policy = handler.api.policy
        wait, end = policy.first_wait, policy.clock() + policy.settle
        while True:
            made = [row for row in self._same_key(listing.rows(fresh=True), args) if ours(row)]
            if len(made) > 1:
                raise AlreadyExists(
                    f"after a lost reply there are {len(made)} new objects of this name: {self._ids(made)}",
                    hint="leave one and adopt it with adopt=True",
                )
            if made:
                return made[0]
            if policy.clock() + wait > end:
                return None
            policy.sleep(wait)
            wait *= 2

    def _is_our_making(self, row: State, args: Args, since: float) -> bool:
        """Whether an object may be what our lost request made: no older than it, and with nothing in it that we did not send."""
        created = _epoch(getattr(row, "created_at", None))
        if created is not None and created < since - _CLOCK_DOUBT:
            return False
        row_values, sent = row.model_dump(mode="json", warnings=False), args.model_dump(mode="json")
        sendable = [name for name in self.args_type.model_fields if not is_local(self.args_type, name)]
        return all(not row_values.get(name) or row_values[name] == sent[name] for name in sendable)

    def _brought_to(self, handler: Handler[Any, Any], found: State, args: Args, inputs: Mapping[str, Any]) -> State:
        olds = self._outputs(found, inputs)
        if all(is_local(self.args_type, name) for name in self._changed(olds, inputs)):
            return found
        updated: State = handler.update(found.id, args, found)
        return updated

    def _confirmed(self, handler: Handler[Any, Any], connection: str, rows: list[State]) -> list[State]:
        """Those that are still there when asked for one by one: a listing may be old."""
        there: list[State] = []
        for row in rows:
            try:
                there.append(handler.read(row.id, row) if handler.has("read") else row)
            except NotFound:
                self._listing(handler, connection, self._scope_of(row)).drop(row.id)
        return there

    def _refusal(self, twins: list[State]) -> AlreadyExists:
        ways = ["adopt=True takes it over", "a different name makes a new one"]
        if "allow_duplicate_name" in self.args_type.model_fields:
            ways.append("allow_duplicate_name=True makes a second one of this name")
        return AlreadyExists(
            f"it exists already as {self._ids(twins)}, and this stack did not make it", hint="; ".join(ways)
        )

    # -- read: directly when few, through the listing when many

    def _find(self, handler: Handler[Any, Any], connection: str, prior: State) -> State:
        scope = self._scope_of(prior)
        direct, listed = handler.has("read"), handler.has("list")
        if listed and (not direct or self.session.gathering(self.kind, connection, scope).many()):
            row = self._listing(handler, connection, scope).get(prior.id)
            if row is not None:
                listed_row: State = row
                return listed_row
        if direct:
            return self._settled(handler, prior, lambda: handler.read(prior.id, prior))
        return self._settled(handler, prior, lambda: self._from_fresh_listing(handler, connection, prior))

    def _from_fresh_listing(self, handler: Handler[Any, Any], connection: str, prior: State) -> State:
        listing = self._listing(handler, connection, self._scope_of(prior))
        for row in listing.rows(fresh=True):
            if row.id == prior.id:
                found: State = row
                return found
        raise NotFound(f"{prior.id} is not listed", status=404)

    def _settled(self, handler: Handler[Any, Any], prior: State, ask: Callable[[], State]) -> State:
        """Asks, and again while an absence may only mean that the object is too new to show."""
        policy = handler.api.policy
        created = _epoch(getattr(prior, "created_at", None))
        wait = policy.first_wait
        while True:
            try:
                return ask()
            except NotFound:
                age = handler.api.now() - created if created is not None else policy.settle
                if not -_CLOCK_DOUBT <= age < policy.settle:
                    raise
                policy.sleep(wait)
                wait *= 2

    # -- translation between Pulumi's values and ours

    def _handler(self, connection: str) -> Handler[Any, Any]:
        return self.handler_type(self.session.settings.client(self.handler_type.system, connection))

    def _listing(self, handler: Handler[Any, Any], connection: str, scope: str) -> Listing[Any]:
        return self.session.listing(handler, connection, scope)

    def _args(self, inputs: Mapping[str, Any]) -> Args:
        checked, faults = self.check(inputs)
        if faults:
            raise InvalidArguments("; ".join(f"{fault.path}: {fault.reason}" for fault in faults))
        return self.args_type.model_validate(checked)

    def _state(self, id: str, props: Mapping[str, Any]) -> State:
        known = {
            name: value for name, value in props.items() if name in self.state_type.model_fields and value is not None
        }
        defaults = {
            name: info.get_default(call_default_factory=True)
            for name, info in self.state_type.model_fields.items()
            if not info.is_required()
        }
        if any(
            info.is_required() and name not in {*known, "id"} for name, info in self.state_type.model_fields.items()
        ):
            built: State = self.state_type.model_construct(**{**defaults, **known, "id": id})
            return built
        return lenient(self.state_type, {**known, "id": id})

    def _outputs(self, state: State, inputs: Mapping[str, Any], managed: Mapping[str, Any] | None = None) -> Values:
        """The state as outputs: without what is not managed, and with what only we know as it was declared."""
        managed = inputs if managed is None else managed
        outputs = state.model_dump(mode="json", exclude={"id"}, exclude_none=True, warnings=False)
        for name in self.args_type.model_fields:
            if name in outputs and (managed.get(name) is None or is_local(self.args_type, name)):
                del outputs[name]
            if name in inputs and is_local(self.args_type, name):
                outputs[name] = inputs[name]
        return outputs

    def _scope_of(self, values: BaseModelLike) -> str:
        return str(getattr(values, self._scope, "")) if self._scope else ""

    def _key(self, values: BaseModelLike) -> tuple[Any, ...]:
        """The natural key; of an object without a name, all that it is."""
        key = tuple(normal(self.args_type, name, getattr(values, name, None)) for name in self._keys)
        if any(key):
            return key
        names = [name for name in self.args_type.model_fields if not is_local(self.args_type, name)]
        return tuple(repr(normal(self.args_type, name, getattr(values, name, None))) for name in names)

    def _same_key(self, rows: list[State], args: Args) -> list[State]:
        key = self._key(args)
        return [row for row in rows if self._key(row) == key]

    def _import_key(self, text: str, known: Mapping[str, Any]) -> dict[str, str]:
        """What an import key says. The bare id will do where the scope is given otherwise."""
        template = self.handler_type.import_key
        match = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), text)
        if match is not None:
            return {"id": text, **match.groupdict()}
        missing = [name for name in re.findall(r"{(\w+)}", template) if name != "id" and name not in known]
        if missing:
            raise InvalidArguments(f"{text!r} is no import key of this kind", hint=f"it looks like {template}")
        return {"id": text}

    def _from_connection(self, known: Values) -> Values:
        connection = self.session.settings.connection(self.handler_type.system, str(known.get("connection", "default")))
        given = {f: connection.get(mark.key) for f, mark in marked(self.args_type, FromConnection).items() if mark}
        return {**{name: value for name, value in given.items() if value}, **known}

    def _ids(self, states: list[State]) -> str:
        return ", ".join(state.id for state in states)

    @contextmanager
    def _about(self, verb: str, values: Mapping[str, Any], id: str = "") -> Iterator[None]:
        try:
            yield
        except RosterError as error:
            names = [str(values[name]) for name in self._keys if values.get(name)]
            error.about = error.about or " ".join([verb, self.kind, *(f'"{name}"' for name in names), id]).strip()
            raise


BaseModelLike = Args | State


def _epoch(text: Any) -> float | None:
    """RFC 3339, to whatever precision, as epoch seconds."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?", str(text or ""))
    if match is None:
        return None
    zone = (match[3] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(match[1] + zone).timestamp() + float(match[2] or 0)
