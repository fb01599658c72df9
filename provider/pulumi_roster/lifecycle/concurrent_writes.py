"""Read-modify-write where a service has no compare-and-set, so that several writers lose nothing.

Who reads a list, adds to it and writes it whole undoes what another wrote in between. No order of calls prevents that;
but a writer that looks again finds out. So each writer sends its write at once after its reading or not at all, then
lets a quiet time pass that is longer than anybody's way from reading to the write's end, and looks whether its change
is still there; if not, it starts again. When all is quiet, all changes are in. Where the service is slow for one, it is
slow for the others too, and the quiet time becomes longer. Within this process, writers take turns.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from ..errors import ConnectionFailed, OutcomeUnknown, PreconditionFailed, RateLimited, RosterError
from ..http.client import Client

__all__ = ["write_until_settled"]

log = logging.getLogger(__name__)

T = TypeVar("T")

# After these it is looked again: the write was not done, or it shows.
_PASSES = (ConnectionFailed, OutcomeUnknown, PreconditionFailed, RateLimited)


def write_until_settled(
    api: Client,
    *what: str,
    read: Callable[[], T],
    write: Callable[[T, float], bool],
    overwrote: Callable[[T, T], bool] = lambda before, after: False,
    doubtful: bool = False,
) -> T:
    """Changes an object until the change stays. Answers the object as it was last read.

    :param what: names the object, for the lock within this process and for messages.
    :param read: the object as it is.
    :param write: given what was just read, writes what is wanted; ``False`` when it is so already. The number is the
        seconds within which the write may be sent, to be handed to the client: a later one rests on an old reading.
    :param overwrote: given the object before and after our write, whether somebody else wrote in between (a revision
        that grew by more than one): what they wrote may be lost, and the user is told so in a warning.
    :param doubtful: whether a first reading that shows nothing to do is not believed: it may be older than our own last
        write, and what is to be removed would stay.
    :raises RosterError: others undo the change until the time budget is used up.
    """
    limits = api.limits
    quiet, end, rounds = limits.quiet, limits.clock() + limits.budget, 0
    while True:
        rounds += 1
        trouble = RosterError(
            f"{' '.join(what)} is changed by somebody else again and again",
            hint="let only one writer list these members, and run again",
        )
        with api.lock(*what):
            began = limits.clock()
            before = read()
            if limits.clock() - began > quiet / 2:
                # What held this reading back, such as a limit, is over; a service that is slow is slow again.
                began = limits.clock()
                before = read()
            took = limits.clock() - began
            late = took > quiet / 2
            if late:
                trouble = RosterError(
                    f"{' '.join(what)} is read too slowly to be changed beside other writers: it took {took:.0f} s",
                    hint="run again later, or give it more time with roster:budgetSeconds",
                )
            else:
                try:
                    wrote = write(before, quiet / 2)
                    if not wrote and not doubtful:
                        return before
                    doubtful = False
                    took = limits.clock() - began
                except _PASSES as error:
                    took = limits.clock() - began
                    trouble = error
                else:
                    if wrote and overwrote(before, read()):
                        log.warning(
                            "%s was changed by somebody else at the same moment; what they changed may be undone",
                            " ".join(what),
                        )
            if late or took > quiet:
                quiet = min(3 * took, limits.budget / 4)  # time for a second round, should the reply have been lost
        if limits.clock() > end:
            raise trouble
        # Those who met once must not meet again: the longer it goes on, the further they spread.
        limits.sleep(quiet * (1 + limits.chance() * rounds / 4))
