"""Implements the verbs of the engine, by rules that are the same for every kind. It does not import Pulumi.

1. ``check``: validate, collect every check failure, fill in defaults, let unknown values pass.
2. ``diff``: compare normalised values; find what forces a replacement, and whether to delete the old object first.
3. ``create``: before the first request, look for an object with the natural key. If the reply is lost, look again
   before the second request.
4. ``read``: return ``None`` for a deleted object; otherwise refresh inputs and outputs, so that Pulumi repairs drift.
5. ``update``: make no call if only provider-only options change.
6. ``delete``: succeed if the object no longer exists.

A :class:`Lifecycle` serves the objects of one kind. Each verb has a deadline of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidArguments, NotFound, RosterError, SettingsError, Unauthorized
from ..schema.identity import ObjectKey, key_of, natural_key, parse_import_key, scope_of
from ..schema.marks import FromConnection, Key, Replace, Scope, is_provider_only, marked
from ..schema.model import Args, CheckFailure, State
from ..schema.outputs import (
    Values,
    as_declared,
    changed,
    declared_fields,
    inputs_of,
    outputs_of,
    recorded_fields,
    state_of,
    with_unlisted_fields,
    without_unmanaged_sets,
)
from ..schema.unknown import UNKNOWN, contains_unknown
from ..schema.validation import validate
from .handler import Handler
from .list_cache import Listing
from .newly_managed import warn_of_kept_items
from .polling import retry_malformed, retry_while_absent
from .safe_creation import CLOCK_UNCERTAINTY, SafeCreation, epoch
from .session import Session

__all__ = ["Difference", "Found", "Lifecycle"]


@dataclass(frozen=True)
class Difference:
    """The effect of new inputs on an object."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    delete_first: bool


@dataclass(frozen=True)
class Found:
    """An object that was read: its id, its outputs, and the inputs that would declare it as it is."""

    id: str
    outputs: Values
    inputs: Values


class Lifecycle:
    """The verbs of one kind. ``Values`` are JSON: the inputs and outputs that Pulumi keeps."""

    def __init__(self, handler_type: type[Handler[Any, Any]], session: Session) -> None:
        self.kind = handler_type.kind
        self.session = session
        self.handler_type = handler_type
        self.args_type: type[Args] = self.handler_type.args_type
        self.state_type: type[State] = self.handler_type.state_type
        self._keys = tuple(marked(self.args_type, Key))
        # These fields distinguish objects. A link has no natural key; its import key names the objects that it links.
        link = re.findall(r"{(\w+)}", self.handler_type.import_key)
        self._identity = {*self._keys, *marked(self.args_type, Scope)} if self._keys else {*link} - {"id"}

    # -- check and diff: they use no network

    def check(self, given: Mapping[str, Any]) -> tuple[Values, list[CheckFailure]]:
        """Return the inputs, normalised and with defaults, and all check failures."""
        given = {name: value for name, value in given.items() if value is not None}
        supplied = marked(self.args_type, FromConnection)
        failures: list[CheckFailure] = []
        connection = given.get("connection", "default")
        if isinstance(connection, str) and not contains_unknown(connection):
            given, failures = self._from_connection(given, connection)
        else:
            given = {**dict.fromkeys(supplied, UNKNOWN), **given}
        inputs, more = validate(self.args_type, given)
        reported = {failure.path for failure in failures}
        if "connection" in reported:
            reported |= supplied.keys()  # without the connection, nobody knows whether it supplies them
        return inputs, [*failures, *(failure for failure in more if failure.path not in reported)]

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Difference:
        """Compare old outputs with new inputs.

        A field that is no longer given is no longer managed. That is also a change, but only of the state.
        """
        differing = [*changed(self.args_type, olds, news)]
        managed = {*declared_fields(self.args_type, news)} ^ {*recorded_fields(self.args_type, olds)}
        marks = marked(self.args_type, Replace)
        replaces = tuple(name for name in differing if name in marks)
        collide = not self._identity & set(differing)
        first = any((mark := marks[name]) is not None and mark.delete_first for name in replaces)
        delete_first = bool(replaces) and (first or collide)
        return Difference((*differing, *sorted(managed - {*differing})), replaces, delete_first)

    # -- the verbs

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, Values]:
        """Create the object, or adopt it if ``adopt`` is set. Return its id and outputs."""
        with self._about("create", inputs):
            handler, declared = self._handler(inputs), self._args(inputs)
            listing = self._listing(handler, dict(declared))
            args = retry_malformed(handler.api, lambda: handler.with_service_defaults(declared, listing))
            if self._keys:
                state = self._create_safely(handler, listing, args)
            else:
                # It is safe to create a link or a set twice.
                state = retry_malformed(handler.api, lambda: handler.create(args))
            return state.id, as_declared(self.args_type, self._outputs(state, inputs), inputs)

    def read(self, id: str, props: Mapping[str, Any]) -> Found | None:
        """Return the object as it is now, or ``None`` if it was deleted.

        :param id: the service's id, or, if the object is imported, its import key.
        :param props: the last known outputs. If the object is imported, few or none.
        """
        with self._about("read", props, id):
            known = {name: value for name, value in props.items() if value is not None}
            if self._lacks_required(known):
                return self._import(id, known)
            prior = self._managed_part(state_of(self.state_type, id, known), known)
            try:
                state = self._read(self._key(prior), prior, known)
            except NotFound:
                return None
            return self._found(state, known, recorded_fields(self.args_type, known))

    def update(self, id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Values:
        """Change the object from the old outputs to the new inputs. Return the new outputs."""
        with self._about("update", news, id):
            args = self._args(news)
            known = state_of(self.state_type, id, olds)
            prior = self._managed_part(known, olds)
            warn_of_kept_items(self.kind, known, prior, args)
            differing = [*changed(self.args_type, olds, news)]
            if "connection" in differing:
                self._require_same_object(prior, olds, news)
            if all(is_provider_only(self.args_type, name) for name in differing):
                return self._outputs(known, news)
            handler = self._handler(news)
            try:
                state = self._ask_again_if_new(handler, prior, lambda: handler.update(id, args, prior))
            except NotFound as error:
                error.hint = error.hint or "the object no longer exists; run `pulumi up --refresh` to recreate it"
                raise
            self._listing(handler, dict(args)).put(state)
            return as_declared(self.args_type, self._outputs(state, news), news)

    def delete(self, id: str, olds: Mapping[str, Any]) -> None:
        """Remove the object, if it still exists."""
        with self._about("delete", olds, id):
            prior = self._managed_part(state_of(self.state_type, id, olds), olds)
            handler = self._handler(olds)
            with suppress(NotFound):
                retry_malformed(handler.api, lambda: handler.delete(id, prior))
            self._listing(handler, dict(prior)).drop(id)

    def _require_same_object(self, prior: State, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """Check that a new connection reaches the object as the state records it, before anything is written.

        :raises InvalidArguments: it reaches no such object, or one that differs from the recorded one.
        """
        name = news.get("connection", "default")
        try:
            found = self._outputs(self._read(self._key(prior), prior, dict(news)), olds)
            differing = [*changed(self.args_type, found, inputs_of(self.args_type, olds))]
            problem = f"finds this object with a different {' and '.join(differing)}" if differing else ""
        except NotFound:
            problem = "does not reach this object"
        if problem:
            raise InvalidArguments(
                f"the connection {name!r} {problem}",
                hint="correct the connection; if somebody changed or deleted the object, run `pulumi refresh` first; "
                "to move to another account or tenant, declare a new resource there",
            )

    # -- create

    def _create_safely(self, handler: Handler[Any, Any], listing: Listing[Any], args: Args) -> State:
        # Two resources of one program that declare the same object take turns. So the second finds the object of the
        # first.
        key = (self.kind, scope_of(self.args_type, dict(args)), *natural_key(self.args_type, args))
        with handler.api.lock(*key):
            return SafeCreation(handler, listing, args, self.session.claimed[self.kind, args.connection]).run()

    # -- read: directly if there are few objects, through the listing if there are many

    def _lacks_required(self, known: Values) -> bool:
        """Return whether this read is an import, for which Pulumi passes no outputs."""
        return any(info.is_required() and name not in known for name, info in self.args_type.model_fields.items())

    def _import(self, text: str, known: Values) -> Found:
        template = self.handler_type.import_key
        defaults, _ = self._from_connection({}, str(known.get("connection", "default")))
        key = parse_import_key(template, self.args_type, text, known, defaults)
        known = {**defaults, **known}
        try:
            return self._imported(self._read(key, None, known), known)
        except NotFound as error:  # if the result is empty, Pulumi treats the object as existing
            error.hint = "check the id" + (f", which looks like {template}" if template != "{id}" else "")
            raise

    def _read(self, key: ObjectKey, prior: State | None, known: Values) -> State:
        handler = self._handler(known)
        where = {**known, **key.fields}
        listing, direct = self._listing(handler, where), handler.has("read")
        if handler.has("list") and (not direct or self._many_reads(where)):
            row: State | None = retry_malformed(handler.api, lambda: listing.get(key.id))
            if isinstance(row, self.state_type):
                return with_unlisted_fields(row, prior)
            handler.api.deadline.restart()  # this thread may have waited while another one read the listing
        if direct:
            return self._ask_again_if_new(handler, prior, lambda: handler.read(key, prior))
        return self._ask_again_if_new(handler, prior, lambda: self._from_fresh_listing(listing, key, prior))

    def _from_fresh_listing(self, listing: Listing[Any], key: ObjectKey, prior: State | None) -> State:
        for row in listing.rows(fresh=True):
            if row.id == key.id and isinstance(row, self.state_type):
                return with_unlisted_fields(row, prior)
        raise NotFound(f"{key.id} is not listed", status=404)

    def _many_reads(self, where: Values) -> bool:
        return self.session.read_burst(self.kind, *self._where(where)).many()

    def _ask_again_if_new(self, handler: Handler[Any, Any], prior: State | None, ask: Callable[[], State]) -> State:
        """Call ``ask``. Repeat the call after a malformed reply, and as long as the object may be too new to appear in
        reads.
        """
        settle, created = handler.api.limits.settle, epoch(prior.created_time()) if prior is not None else None

        def seconds_left() -> float:
            age = handler.api.now() - created if created is not None else settle + 1
            # Services give whole seconds, so an object may look nearly one second older than it is.
            return settle + 1 - age if age >= -CLOCK_UNCERTAINTY else 0.0

        return retry_while_absent(handler.api, lambda: retry_malformed(handler.api, ask), seconds_left)

    def _imported(self, state: State, known: Values) -> Found:
        """Return an object with all its fields as managed.

        A program cannot declare some of them for some objects, such as the members of an external group.
        """
        whole = self._found(state, known, self.args_type.model_fields)
        _, failures = validate(self.args_type, whole.inputs)
        return self._found(state, known, {*self.args_type.model_fields} - {failure.path for failure in failures})

    def _found(self, state: State, known: Values, managed: Iterable[str]) -> Found:
        outputs = outputs_of(self.args_type, self.handler_type.import_key, state, known, managed)
        return Found(state.id, outputs, inputs_of(self.args_type, outputs))

    # -- helpers

    def _handler(self, values: Mapping[str, Any]) -> Handler[Any, Any]:
        connection = str(values.get("connection", "default"))
        return self.handler_type(self.session.settings.client(self.handler_type.system, connection).for_verb())

    def _where(self, values: Mapping[str, Any]) -> tuple[str, str]:
        return str(values.get("connection", "default")), scope_of(self.args_type, values)

    def _listing(self, handler: Handler[Any, Any], values: Mapping[str, Any]) -> Listing[Any]:
        return self.session.listing(handler, *self._where(values))

    def _args(self, inputs: Mapping[str, Any]) -> Args:
        checked, failures = self.check(inputs)
        if failures:
            raise InvalidArguments("; ".join(f"{failure.path}: {failure.reason}" for failure in failures))
        return self.args_type.model_validate(checked)

    def _managed_part(self, state: State, outputs: Mapping[str, Any]) -> State:
        return without_unmanaged_sets(self.args_type, state, recorded_fields(self.args_type, outputs))

    def _key(self, state: State) -> ObjectKey:
        return key_of(self.handler_type.import_key, self.args_type, state)

    def _outputs(self, state: State, inputs: Mapping[str, Any]) -> Values:
        managed = declared_fields(self.args_type, inputs)
        return outputs_of(self.args_type, self.handler_type.import_key, state, inputs, managed)

    def _from_connection(self, given: Values, name: str) -> tuple[Values, list[CheckFailure]]:
        """Return the values with those that the connection adds, and a check failure for each missing setting."""
        failures: list[CheckFailure] = []
        added: Values = {}
        try:
            connection = self.session.settings.connection(self.handler_type.system, name)
            for field, mark in marked(self.args_type, FromConnection).items():
                if mark is not None and field not in given:
                    try:
                        added[field] = connection.require(mark.key)
                    except SettingsError as error:
                        failures.append(CheckFailure(field, f"{error.message}; {error.hint}"))
            self.session.settings.client(self.handler_type.system, name)
        except SettingsError as error:
            failures.append(CheckFailure("connection", f"{error.message}; {error.hint}".rstrip("; ")))
        return {**added, **given}, failures

    @contextmanager
    def _about(self, verb: str, values: Mapping[str, Any], id: str = "") -> Iterator[None]:
        """Add the verb and the object to errors."""
        try:
            yield
        except RosterError as error:
            names = [str(values[name]) for name in self._keys if values.get(name)]
            error.about = error.about or " ".join([verb, self.kind, *(f'"{name}"' for name in names), id]).strip()
            if isinstance(error, Unauthorized) and verb in ("read", "delete"):
                kept = (
                    "`pulumi refresh` and `pulumi destroy` use the configuration of the last `pulumi up`, "
                    "unless you add --run-program: add it, or run `pulumi up` first"
                )
                error.hint = "; ".join(filter(None, [error.hint, kept]))
            raise
