"""Merges our part of a set with the parts of other writers.

An exclusive list is the whole set. But Roster removes only items that a preview could show. It keeps items that others
added after the last refresh; the next refresh shows them as drift. An additive list is our part of the set: Roster
neither shows nor removes unmanaged items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import UnmanagedContent
from .fields import sorted_set

__all__ = ["joined_names", "merged", "refuse_unmanaged", "shown"]


def merged(current: Iterable[str], previous: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return a set after our change: with the wanted items, and with the items of other writers.

    The result does not contain previous items that are no longer wanted.

    :param current: the set as it has just been read.
    :param previous: the items that Roster knew before.
    """
    wanted = set(wanted)
    return sorted_set({*current} - ({*previous} - wanted) | wanted)


def shown(current: Iterable[str], declared: Iterable[str], exclusive: bool) -> list[str]:
    """Return the items of a set that a resource shows: all of them if it is exclusive, otherwise those it declares."""
    return sorted_set(current if exclusive else {*current} & {*declared})


def joined_names(names: Sequence[str], most: int = 20) -> str:
    """Return names for a message, and how many more there are."""
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def refuse_unmanaged(current: Iterable[str], wanted: Iterable[str], adopt: bool, what: str) -> list[str]:
    """Return the unmanaged items that creating an exclusive set removes.

    Without ``adopt``, refuse them, because no preview could show their removal.

    :param what: the beginning of the error: "the group x has members".
    :raises UnmanagedContent: the set has unmanaged items, and ``adopt`` is false.
    """
    others = sorted({*current} - {*wanted})
    if others and not adopt:
        raise UnmanagedContent(
            f"{what} that are not in the list: {joined_names(others)}",
            hint="add them to the list, or set adopt=True to adopt the set and remove them",
        )
    return others
