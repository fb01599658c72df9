"""Safe creation: never twice, never somebody else's.

1. The natural key is looked for first: directly where the service can, else in the shared listing; what is found there
   is confirmed, for a listing may be old.
2. What exists is refused, with its id and the ways out, or taken over when ``adopt`` says so.
3. Who finds out only at the creation that somebody was faster is treated like who found the object before.
4. When the reply to the creation is lost, the object is looked for again before a second request is sent. It is ours
   when it has the natural key, was not there before, is no older than our request, and holds nothing that we did not
   send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import AlreadyExists, Conflict, NotFound, OutcomeUnknown, RosterError
from ..http.transports import Limits
from ..schema.fields import normal, same
from ..schema.identity import natural_key
from ..schema.marks import Replace, is_provider_only, marked
from ..schema.model import Args, State
from ..schema.outputs import changed, outputs_of
from .handler import Handler
from .list_cache import Listing
from .polling import poll_until, retry_malformed

__all__ = ["CLOCK_DOUBT", "SafeCreation", "epoch"]

CLOCK_DOUBT = 2.0
"""Seconds. Service clocks tick in whole seconds and are read through a header."""


@dataclass(frozen=True)
class SafeCreation:
    """One creation of one object.

    :param inputs: as Pulumi keeps them.
    :param args: the same, as the model.
    :param ours: the ids of the objects that this run has made or taken over for other resources; this one's is added.
    """

    handler: Handler[Any, Any]
    listing: Listing[Any]
    inputs: Mapping[str, Any]
    args: Args
    ours: set[str]

    def run(self) -> State:
        """Makes the object, or takes it over.

        :raises AlreadyExists: it is there and may be somebody else's.
        """
        known = self._same_key()
        duplicates = [] if self.args.allows_duplicates() else self._confirmed(known)
        state = self._adopted(duplicates) if duplicates else self._made(before={row.id for row in known})
        self.listing.put(state)
        self.ours.add(state.id)
        return state

    def _adopted(self, duplicates: list[State]) -> State:
        if twice := [row for row in duplicates if row.id in self.ours]:
            raise AlreadyExists(
                f"another resource of this program has made it or taken it over: {_ids(twice)}",
                hint="declare it once, or give one of the two another name",
            )
        if not self.args.adopt:
            ways = ["adopt=True takes it over", "a different name makes a new one"]
            if "allow_duplicate_name" in type(self.args).model_fields:
                ways.append("allow_duplicate_name=True makes a second one of this name")
            raise AlreadyExists(
                f"it exists already as {_ids(duplicates)}, and is not in this stack", hint="; ".join(ways)
            )
        if len(duplicates) > 1:
            raise AlreadyExists(
                f"{len(duplicates)} objects have this name, so none can be adopted: {_ids(duplicates)}",
                hint="delete all but one of them, or choose a different name",
            )
        fixed = [name for name in self._differing(duplicates[0]) if name in marked(type(self.args), Replace)]
        if fixed:
            raise AlreadyExists(
                f"it exists already as {_ids(duplicates)}, and cannot be adopted: "
                f"{' and '.join(fixed)} cannot be changed",
                hint="declare it as it is, or choose a different name",
            )
        return self._brought_up_to_date(duplicates[0])

    @property
    def _limits(self) -> Limits:
        return self.handler.api.limits

    def _made(self, before: set[str]) -> State:
        limits = self._limits
        since, deadline, lost = self.handler.api.now(), limits.clock() + limits.budget, False
        while True:
            try:
                created: State = self.handler.create(self.args)
                return created
            except (AlreadyExists, Conflict):
                # Of what was lost before, this may be the proof that it was done.
                with self._way_back():
                    found = self._looked_for(before, since) if lost else None
                    if found is not None:
                        return self._brought_up_to_date(found)
                duplicates = [] if self.args.allows_duplicates() else self._same_key(fresh=True)
                if not duplicates:
                    raise
                return self._adopted(duplicates)
            except OutcomeUnknown as error:
                lost = True
                with self._way_back():
                    found = self._looked_for(before, since)
                    if found is not None:
                        return self._brought_up_to_date(found)
                if limits.clock() >= deadline:
                    error.hint = "the object was looked for and is not there; run again"
                    raise

    @contextmanager
    def _way_back(self) -> Iterator[None]:
        """Whoever is stopped in here may leave an object that no state knows, and is told what to do about it."""
        try:
            yield
        except AlreadyExists:
            raise  # says so itself
        except RosterError as error:
            self.listing.forget()  # it is from before, and would have the next one made beside it
            way = "it may have been made: should the next run refuse it because it exists, adopt=True takes it over"
            error.hint = f"{error.hint}; {way}" if error.hint else way
            raise

    def _looked_for(self, before: set[str], since: float) -> State | None:
        """Looks until the object shows, or until it would have shown."""

        def look() -> list[State]:
            rows = self._same_key(fresh=True)
            found = [row for row in rows if row.id not in before and self._may_be_ours(row, since)]
            if len(found) > 1:
                raise AlreadyExists(
                    f"after a lost reply there are {len(found)} new objects of this name: {_ids(found)}",
                    hint="delete all but one, and take that over with adopt=True",
                )
            return found

        found = poll_until(self._limits, look, bool)
        return found[0] if found else None

    def _may_be_ours(self, row: State, since: float) -> bool:
        created = epoch(row.born())
        if created is not None and created < since - CLOCK_DOUBT:
            return False
        args_type = type(self.args)
        there, sent = row.model_dump(mode="json", warnings=False), self.args.model_dump(mode="json")
        names = [name for name in args_type.model_fields if not is_provider_only(args_type, name) and there.get(name)]
        return all(same(normal(args_type, name, there[name]), normal(args_type, name, sent[name])) for name in names)

    def _differing(self, found: State) -> list[str]:
        args_type = type(self.args)
        differing = changed(args_type, outputs_of(args_type, found, self.inputs), self.inputs)
        return [name for name in differing if not is_provider_only(args_type, name)]

    def _brought_up_to_date(self, found: State) -> State:
        if not self._differing(found):
            return found
        updated: State = retry_malformed(self._limits, lambda: self.handler.update(found.id, self.args, found))
        return updated

    def _confirmed(self, rows: list[State]) -> list[State]:
        """Those that are still there when asked for one by one."""
        if self.handler.has("find"):
            return rows
        there: list[State] = []
        for row in rows:
            try:
                there.append(self._read(row) if self.handler.has("read") else row)
            except NotFound:
                self.listing.drop(row.id)
        return there

    def _read(self, row: State) -> State:
        found: State = retry_malformed(self._limits, lambda: self.handler.read(row.id, row))
        return found

    def _same_key(self, *, fresh: bool = False) -> list[State]:
        def ask() -> list[State]:
            return list(self.handler.find(self.args)) if self.handler.has("find") else self.listing.rows(fresh=fresh)

        rows = retry_malformed(self._limits, ask)
        key = natural_key(type(self.args), self.args)
        ours = [row for row in rows if isinstance(row, self.handler.state_type)]
        return [row for row in ours if natural_key(type(self.args), row) == key]


def epoch(text: Any) -> float | None:
    """RFC 3339, to whatever precision, as epoch seconds; ``None`` for anything else."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", str(text or ""))
    if match is None:
        return None
    zone = (match[3] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(match[1] + zone).timestamp() + float(match[2] or 0)


def _ids(states: list[State]) -> str:
    return ", ".join(state.id for state in states)
