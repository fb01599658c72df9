"""Listings that are shared: read once for many objects, kept true by our own writes, and doubted where that matters.

Services take 50 to 300 ms a call and throttle, so N objects must not cost N reads. A listing is taken once even when
four threads ask at the same moment; what this process writes meanwhile wins over what the listing says. A row that is
missing proves nothing (pages may skip, reads may be stale): who needs to be sure asks the service directly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ..schema.model import State

__all__ = ["Gathering", "Listing"]

S = TypeVar("S", bound=State)


class Listing(Generic[S]):
    """All objects of one kind in one scope, as far as this process knows.

    What this process writes shows at once. A listing that was begun ``settle`` seconds later knows it too, or knows
    better: somebody else may have been there since.

    :param load: asks the service.
    :param clock: monotonic seconds.
    :param max_age: seconds after which it is read again.
    :param settle: seconds that a write may take to show in the service's listings.
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
        """Whether it is there and young enough to be used without a call."""
        with self._lock:
            return self._rows is not None and self._clock() - self._loaded_at <= self._max_age

    def rows(self, *, fresh: bool = False) -> list[S]:
        """The rows, asking the service when there are none yet, when they are old, or when ``fresh`` ones are
        wanted."""
        self._ensure(fresh=fresh)
        with self._lock:
            own = {id: row for id, (_, row) in self._own.items()}
            return [row for row in {**(self._rows or {}), **own}.values() if row is not None]

    def get(self, id: str) -> S | None:
        """The row of one object, or ``None``, which proves nothing."""
        self._ensure()
        with self._lock:
            return self._own[id][1] if id in self._own else (self._rows or {}).get(id)

    def put(self, row: S) -> None:
        """We have written this object."""
        with self._lock:
            self._own[row.id] = (self._clock(), row)

    def drop(self, id: str) -> None:
        """We have removed this object, or seen that it is gone."""
        with self._lock:
            self._own[id] = (self._clock(), None)

    def forget(self) -> None:
        """What was read may lack something that we have made: the next question goes to the service."""
        with self._lock:
            self._rows = None

    def _ensure(self, *, fresh: bool = False) -> None:
        asked_at = self._clock()
        if self.loaded() and not fresh:
            return
        with self._loading:
            # Whoever waited here for another thread's reading shares it, if it began after we asked.
            if self.loaded() and not (fresh and self._loaded_at < asked_at):
                return
            started = self._clock()
            rows = {row.id: row for row in self._load()}
            with self._lock:
                self._rows, self._loaded_at = rows, started
                self._own = {id: own for id, own in self._own.items() if own[0] > started - self._settle}


class Gathering:
    """Tells whether many objects are about to be read, in which case one listing is cheaper than their direct reads.

    The first reads of a scope wait a moment for others: alone or in twos they go directly, from the third on all share
    the listing. The engine sends its reads at once, so the moment is short and paid once.

    :param moment: seconds to wait for others.
    :param few: up to this many go directly.
    """

    def __init__(self, moment: float = 0.05, few: int = 2) -> None:
        self._moment = moment
        self._few = few
        self._asked = 0
        self._more = threading.Condition()

    def many(self) -> bool:
        """Called once a read; whether this one should use the listing."""
        with self._more:
            self._asked += 1
            if self._asked > self._few:
                self._more.notify_all()
                return True
            return self._more.wait_for(lambda: self._asked > self._few, timeout=self._moment)
