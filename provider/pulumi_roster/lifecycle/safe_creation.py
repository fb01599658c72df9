"""Creates an object without creating it twice, and without adopting an object that belongs to somebody else.

1. Look for the natural key: directly if the service can search, else in the shared listing. Confirm what a listing
   shows, because it may be old.
2. If the object exists, refuse to create it, or adopt it if ``adopt`` is set.
3. Send the create request. If the service answers that the object already exists (another writer was faster), go to
   step 2.
4. If the reply is lost, look for the object before sending again. Roster accepts an object as its own if it has the
   natural key, was not there before, is no older than our request, and contains nothing that we did not send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..errors import AlreadyExists, Conflict, NotFound, OutcomeUnknown, RosterError
from ..schema.fields import normal, same
from ..schema.identity import key_of, natural_key
from ..schema.marks import Replace, is_provider_only, marked
from ..schema.model import Args, State
from ..schema.outputs import changed
from .handler import Handler
from .list_cache import Listing
from .polling import poll_until, retry_malformed

__all__ = ["CLOCK_UNCERTAINTY", "SafeCreation", "epoch"]

CLOCK_UNCERTAINTY = 2.0
"""Seconds by which our estimate of a service's clock may be wrong: a header gives whole seconds only."""


@dataclass(frozen=True)
class SafeCreation:
    """One creation of one object.

    :param claimed: the ids of the objects that this run has created or adopted for other resources. ``run`` adds the id
        of this object.
    """

    handler: Handler[Any, Any]
    listing: Listing[Any]
    args: Args
    claimed: set[str]

    def run(self) -> State:
        """Create the object, or adopt it.

        :raises AlreadyExists: the object exists, and may belong to somebody else.
        """
        rows = self._rows_with_key()
        existing = [] if self.args.allows_duplicates() else self._confirmed(rows)
        state = self._adopted(existing) if existing else self._created(before={row.id for row in rows})
        self.listing.put(state)
        self.claimed.add(state.id)
        return state

    # -- 1. look for the natural key

    def _rows_with_key(self, *, fresh: bool = False) -> list[State]:
        def ask() -> list[State]:
            if self.handler.has("find"):
                return list(self.handler.find(self.args))
            rows: list[State] = self.listing.rows(fresh=fresh)
            self.handler.api.deadline.restart()  # this thread may have waited while another one read the listing
            return rows

        rows = [row for row in retry_malformed(self.handler.api, ask) if isinstance(row, self.handler.state_type)]
        key = natural_key(type(self.args), self.args)
        return [row for row in rows if natural_key(type(self.args), row) == key]

    def _confirmed(self, rows: list[State]) -> list[State]:
        """Return the rows whose objects still exist, as they are now."""
        if self.handler.has("find") or not self.handler.has("read"):
            return rows
        existing: list[State] = []
        for row in rows:
            try:
                existing.append(self._read(row))
            except NotFound:
                self.listing.drop(row.id)
        return existing

    def _read(self, row: State) -> State:
        key = key_of(self.handler.import_key, type(self.args), row)
        found: State = retry_malformed(self.handler.api, lambda: self.handler.read(key, row))
        return found

    # -- 2. refuse or adopt

    def _adopted(self, existing: list[State]) -> State:
        ids = ", ".join(row.id for row in existing)
        if claimed := [row.id for row in existing if row.id in self.claimed]:
            raise AlreadyExists(
                f"another resource of this program has created or adopted it: {', '.join(claimed)}",
                hint="declare the object once, or give one of the two resources another name",
            )
        if not self.args.adopt:
            adopt, rename = "set adopt=True to adopt the existing object", "choose a different name"
            second = self.args.duplicate_hint()
            raise AlreadyExists(
                f"already exists as {ids}, and is not in this stack",
                hint=f"{adopt}, {rename}, or {second}" if second else f"{adopt}, or {rename}",
            )
        if len(existing) > 1:
            raise AlreadyExists(
                f"{len(existing)} objects have this name, so none can be adopted: {ids}",
                hint="delete all but one of them, or choose a different name",
            )
        fixed = [name for name in self._differing(existing[0]) if name in marked(type(self.args), Replace)]
        if fixed:
            raise AlreadyExists(
                f"already exists as {ids}, and cannot be adopted: {' and '.join(fixed)} cannot be changed",
                hint=f"declare {' and '.join(fixed)} as the object has it, or choose a different name",
            )
        return self._updated(existing[0])

    def _updated(self, found: State) -> State:
        """Update an existing object to its declaration, if it differs."""
        if not self._differing(found):
            return found
        updated: State = retry_malformed(self.handler.api, lambda: self.handler.update(found.id, self.args, found))
        return updated

    def _differing(self, found: State) -> list[str]:
        args_type = type(self.args)
        held = found.model_dump(mode="json", exclude_none=True, warnings=False)
        declared = self.args.model_dump(mode="json", exclude_none=True)
        return [name for name in changed(args_type, held, declared) if not is_provider_only(args_type, name)]

    # -- 3. send the create request

    def _created(self, before: set[str]) -> State:
        """Send the create request, and repeat it until the outcome is known.

        :param before: the ids of the objects with this key that existed before.
        """
        api = self.handler.api
        since, end, lost = api.now(), api.deadline.fixed(), False
        while True:
            try:
                created: State = self.handler.create(self.args)
                return created
            except (AlreadyExists, Conflict):
                # If a reply was lost before, the object may be our own.
                if lost and (found := self._recovered(before, since)):
                    return found
                existing = [] if self.args.allows_duplicates() else self._rows_with_key(fresh=True)
                if not existing:
                    raise
                return self._adopted(existing)
            except OutcomeUnknown as error:
                lost = True
                if found := self._recovered(before, since):
                    return found
                if end.left() <= 0:
                    error.hint = "Roster looked for the object, and it does not exist; run again"
                    raise

    # -- 4. look for the object after a lost reply

    def _recovered(self, before: set[str], since: float) -> State | None:
        """Return the object that a request with a lost reply has created, or ``None``."""
        with self._hint_of_recovery():
            found = poll_until(self.handler.api, lambda: self._new_rows(before, since), bool)
            return self._updated(found[0]) if found else None

    def _new_rows(self, before: set[str], since: float) -> list[State]:
        rows = self._rows_with_key(fresh=True)
        found = [row for row in rows if row.id not in before and self._may_be_ours(row, since)]
        if len(found) > 1:
            raise AlreadyExists(
                f"after a lost reply, {len(found)} new objects have this name: {', '.join(row.id for row in found)}",
                hint="delete all but one of them, then set adopt=True to adopt the remaining object",
            )
        return found

    def _may_be_ours(self, row: State, since: float) -> bool:
        created = epoch(row.created_time())
        if created is not None and created < since - CLOCK_UNCERTAINTY:
            return False
        args_type = type(self.args)
        held, sent = row.model_dump(mode="json", warnings=False), self.args.model_dump(mode="json")
        names = [name for name in args_type.model_fields if not is_provider_only(args_type, name) and held.get(name)]
        return all(same(normal(args_type, name, held[name]), normal(args_type, name, sent[name])) for name in names)

    @contextmanager
    def _hint_of_recovery(self) -> Iterator[None]:
        """Add to an error the hint that the object may exist without being in the state."""
        try:
            yield
        except AlreadyExists:
            raise  # it has a better hint of its own
        except RosterError as error:
            self.listing.forget()  # it may lack the new object
            way = "the object may have been created: if the next run says that it exists, adopt it with adopt=True"
            error.hint = f"{error.hint}; {way}" if error.hint else way
            raise


def epoch(text: Any) -> float | None:
    """Return an RFC 3339 time of any precision as epoch seconds; ``None`` for anything else."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", str(text or ""))
    if match is None:
        return None
    zone = (match[3] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(match[1] + zone).timestamp() + float(match[2] or 0)
