"""Sets that several writers share: which of the items are ours, and what a set becomes when we change our part of it.

A set that is listed in full, or exclusively, is the whole set; still, only what a preview could show is removed: items
that came since the last refresh stay, and show as drift. Else the items that are listed are ours and the others are
strangers, which are neither shown nor removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import NotOurs
from .fields import sorted_set

__all__ = ["merged", "named", "refuse_unmanaged", "shown"]


def merged(there: Iterable[str], before: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """A set after our change: without what we had and do not want any more, with what we want, and with what others
    put in.

    :param there: the set as it was just read.
    :param before: what we knew of it.
    """
    wanted = set(wanted)
    return sorted_set({*there} - ({*before} - wanted) | wanted)


def shown(there: Iterable[str], declared: Iterable[str] | None, exclusive: bool) -> list[str]:
    """The items of a set that a resource answers for; all of them where nothing was declared, as at an import."""
    return sorted_set(there if exclusive or declared is None else {*there} & {*declared})


def named(names: Sequence[str], most: int = 20) -> str:
    """Names in a message, and how many more there are."""
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def refuse_unmanaged(there: Iterable[str], wanted: Iterable[str], adopt: bool, what: str) -> list[str]:
    """An exclusive set is made only where nobody is removed whom no preview could show, unless it is taken over.
    Answers who is then removed.

    :param what: the beginning of a refusal: "the group x has members".
    :raises NotOurs: the set holds others, and they may not be taken over.
    """
    others = sorted({*there} - {*wanted})
    if others and not adopt:
        raise NotOurs(
            f"{what} that are not in the list: {named(others)}",
            hint="add them to the list, or take the whole set over with adopt=True, which removes them",
        )
    return others
