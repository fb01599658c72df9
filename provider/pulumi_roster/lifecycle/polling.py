"""Asking once more: for what is too new to show, where a service is eventually consistent, and after nonsense."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import NotFound, UnexpectedReply
from ..http.transports import Limits

__all__ = ["poll_until", "retry_malformed", "retry_while_absent"]

T = TypeVar("T")


def retry_while_absent(limits: Limits, ask: Callable[[], T], seconds: Callable[[], float] | None = None) -> T:
    """Asks, and again while an absence may only mean that the object is too new to show.

    :param seconds: after an absence, how long it may still last; by default ``limits.settle`` from now on.
    :raises NotFound: it is not there.
    """
    end = limits.clock() + limits.settle
    left = seconds or (lambda: end - limits.clock())
    wait = limits.first_wait
    while True:
        try:
            return ask()
        except NotFound:
            if left() <= 0:
                raise
        limits.sleep(wait)
        wait *= 2


def poll_until(limits: Limits, ask: Callable[[], T], seen: Callable[[T], bool]) -> T:
    """Asks, and again while the answer may only be older than our last write. After ``limits.settle`` the answer
    counts, whatever it is.

    :param seen: whether an answer is surely no older.
    """
    wait, end = limits.first_wait, limits.clock() + limits.settle
    while True:
        answer = ask()
        if seen(answer) or limits.clock() + wait > end:
            return answer
        limits.sleep(wait)
        wait *= 2


def retry_malformed(limits: Limits, ask: Callable[[], T]) -> T:
    """Asks, and a second time after a reply that cannot be understood: a page of a proxy or half a document often
    passes, and when it stays the user should be told soon. Only for what may be done twice.

    :raises UnexpectedReply: the second reply cannot be understood either.
    """
    try:
        return ask()
    except UnexpectedReply:
        limits.sleep(limits.first_wait)
        return ask()
