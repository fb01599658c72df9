"""Changes an object that several writers read, modify and write, without losing an update.

Some services have no compare-and-set. There, concurrent read-modify-write loses updates: the second writer overwrites
the first. No order of calls prevents this, but a writer can detect it:

1. Read the object.
2. Write the change at once, or not at all: a late write would be based on an old read.
3. Wait for a quiet time that is longer than any writer takes from its read to the end of its write.
4. Read again. If the change is still there, every writer that had read the old object has finished, so no late write
   can undo the change. If not, start again.

When all writers have finished, the object contains all changes. If the service is slow for one writer, it is slow for
the others too, so the quiet time grows. Within this process, writers take turns.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import OutcomeUnknown, PreconditionFailed, RateLimited, RosterError, Unreachable
from ..http.client import Client

__all__ = ["write_until_settled"]

log = logging.getLogger(__name__)

T = TypeVar("T")

# After these errors, the next round finds out whether the service has applied the write.
_FOUND_OUT_NEXT_ROUND = (Unreachable, OutcomeUnknown, PreconditionFailed, RateLimited)


def write_until_settled(
    api: Client,
    *name: str,
    read: Callable[[], T],
    write: Callable[[T, float], bool],
    overwrote: Callable[[T, T], bool] = lambda before, after: False,
    doubtful: bool = False,
) -> T:
    """Change an object until the change stays. Return the object as it was last read.

    :param name: names the object, for the lock within this process and for messages.
    :param read: reads the object.
    :param write: writes the change to the object that was just read; returns ``False`` if there is nothing to change.
        The number is the seconds within which the client may send the write.
    :param overwrote: compares the object before and after our write, and returns whether another writer wrote too, for
        example because the revision grew by more than one. Roster then warns that the other change may be lost.
    :param doubtful: whether to read again before concluding that there is nothing to change. The first read may be
        older than our own last write. Without the second read, an item that must be removed could stay.
    :raises RosterError: other writers undo the change until the time budget is used up.
    """
    change = _Change(api, " ".join(name), read, write, overwrote, doubtful, api.limits.quiet)
    end, rounds = api.deadline.fixed(), 0
    while True:
        rounds += 1
        with api.lock(*name):
            settled = change.make_round()
        if settled:
            return change.last_read
        if end.left() < 0:
            raise change.last_error
        # Two writers that collided must not collide again, so the random part of the wait grows with each round.
        api.limits.sleep(change.quiet * (1 + api.limits.chance() * rounds / 4))


@dataclass
class _Change(Generic[T]):
    """One change of one object, over several rounds. ``last_error`` is the error of the last round that did not
    succeed.
    """

    api: Client
    name: str
    read: Callable[[], T]
    write: Callable[[T, float], bool]
    overwrote: Callable[[T, T], bool]
    doubtful: bool
    quiet: float

    def make_round(self) -> bool:
        """Read the object, and write once if the change is missing.

        Return whether the read showed that the change is there, and no second read must confirm it.
        """
        clock = self.api.limits.clock
        began = self._read()
        took = clock() - began
        if took > self.quiet / 2:
            self.last_error: RosterError = self._too_slow(took)
            self._lengthen_quiet(took)
            return False
        self.last_error = self._undone()
        wrote = False
        try:
            wrote = self.write(self.last_read, self.quiet / 2)
            if not wrote and not self.doubtful:
                return True
            self.doubtful = False
        except _FOUND_OUT_NEXT_ROUND as error:
            self.last_error = error
        took = clock() - began
        if wrote:
            self._warn_if_overwrote()
        if took > self.quiet:
            self._lengthen_quiet(took)
        return False

    def _read(self) -> float:
        """Read the object, and return the time at which the read began.

        Repeat a slow read once: a rate limit may have delayed the first read, but a slow service is slow again.
        """
        clock = self.api.limits.clock
        began = clock()
        self.last_read: T = self.read()
        if clock() - began > self.quiet / 2:
            began = clock()
            self.last_read = self.read()
        return began

    def _warn_if_overwrote(self) -> None:
        if self.overwrote(self.last_read, self.read()):
            log.warning(
                "another writer changed %s at the same time, and its change may be lost: check the object", self.name
            )

    def _lengthen_quiet(self, took: float) -> None:
        # If the reply is lost, time for a second round must remain.
        self.quiet = min(3 * took, self.api.limits.budget / 4)

    def _undone(self) -> RosterError:
        return RosterError(
            f"another writer undoes the change of {self.name} each time",
            hint="declare these members in only one stack, and run again",
        )

    def _too_slow(self, took: float) -> RosterError:
        return RosterError(
            f"reading {self.name} took {took:.0f} s, which is too slow to change it safely while others write",
            hint="run again later, or set roster:timeoutSeconds to a larger value",
        )
