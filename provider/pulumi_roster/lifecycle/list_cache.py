"""Keeps listings that many objects share, so that reading N objects does not cost N calls.

A call takes 50 to 300 ms, and services throttle. If four threads ask at the same moment, one thread reads the listing
for all. Listings can lag behind writes, so recent writes of this process take precedence. Listings can also skip rows,
so a missing row proves nothing: Roster reads an object directly before it treats the object as deleted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ..schema.model import State

__all__ = ["Listing"]

S = TypeVar("S", bound=State)


class Listing(Generic[S]):
    """All objects of one kind in one scope, as far as this process knows.

    ``rows`` and ``get`` return writes of this process immediately. A listing that was requested at least ``settle``
    seconds after a write already contains the write, or a later change by another writer. From then on, the listing
    counts.

    :param load: reads the listing from the service.
    :param clock: monotonic seconds.
    :param max_age: seconds after which Roster reads the listing again.
    :param settle: seconds that a write may take to appear in the service's listings.
    """

    def __init__(
        self,
        load: Callable[[], Iterable[S]],
        clock: Callable[[], float],
        max_age: float = 120.0,
        settle: float = 6.0,
    ) -> None:
        self._load = load
        self._clock = clock
        self._max_age = max_age
        self._settle = settle
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._rows: dict[str, S] | None = None
        self._loaded_at = 0.0
        self._own: dict[str, tuple[float, S | None]] = {}

    def loaded(self) -> bool:
        """Return whether the listing is known, and young enough to use without a call."""
        with self._lock:
            return self._rows is not None and self._clock() - self._loaded_at <= self._max_age

    def rows(self, *, fresh: bool = False) -> list[S]:
        """Return the rows. Read them from the service if none are known, if they are old, or if ``fresh`` is set."""
        self._ensure(fresh=fresh)
        with self._lock:
            own = {id: row for id, (_, row) in self._own.items()}
            return [row for row in {**(self._rows or {}), **own}.values() if row is not None]

    def get(self, id: str) -> S | None:
        """Return the row of one object. ``None`` does not prove that the object does not exist."""
        self._ensure()
        with self._lock:
            return self._own[id][1] if id in self._own else (self._rows or {}).get(id)

    def put(self, row: S) -> None:
        """Record that this process has written an object."""
        with self._lock:
            self._own[row.id] = (self._clock(), row)

    def drop(self, id: str) -> None:
        """Record that this process has deleted an object, or has seen that it no longer exists."""
        with self._lock:
            self._own[id] = (self._clock(), None)

    def forget(self) -> None:
        """Drop the rows that were read, because they may lack an object that this process has created."""
        with self._lock:
            self._rows = None

    def _ensure(self, *, fresh: bool = False) -> None:
        asked_at = self._clock()
        if self.loaded() and not fresh:
            return
        with self._loading:
            # A thread that waited here uses the rows that another thread has just read, unless it needs newer ones.
            if self.loaded() and not (fresh and self._loaded_at < asked_at):
                return
            started = self._clock()
            rows = {row.id: row for row in self._load()}
            with self._lock:
                self._rows, self._loaded_at = rows, started
                self._own = {id: own for id, own in self._own.items() if own[0] > started - self._settle}
