"""Asking once more: for what is too new to show, where a service is eventually consistent, and after nonsense."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import NotFound, UnexpectedReply
from .transport import Policy

__all__ = ["once_more", "until_seen", "until_shown"]

T = TypeVar("T")


def until_shown(policy: Policy, ask: Callable[[], T], seconds: Callable[[], float] | None = None) -> T:
    """Asks, and again while an absence may only mean that the object is too new to show.

    :param seconds: after an absence, how long it may still last; by default ``policy.settle`` from now on.
    :raises NotFound: it is not there.
    """
    end = policy.clock() + policy.settle
    left = seconds or (lambda: end - policy.clock())
    wait = policy.first_wait
    while True:
        try:
            return ask()
        except NotFound:
            if left() <= 0:
                raise
        policy.sleep(wait)
        wait *= 2


def until_seen(policy: Policy, ask: Callable[[], T], seen: Callable[[T], bool]) -> T:
    """Asks, and again while the answer may only be older than our last write. After ``policy.settle`` the answer
    counts, whatever it is.

    :param seen: whether an answer is surely no older.
    """
    wait, end = policy.first_wait, policy.clock() + policy.settle
    while True:
        answer = ask()
        if seen(answer) or policy.clock() + wait > end:
            return answer
        policy.sleep(wait)
        wait *= 2


def once_more(policy: Policy, ask: Callable[[], T]) -> T:
    """Asks, and a second time after a reply that cannot be understood: a page of a proxy or half a document often
    passes, and when it stays the user should be told soon. Only for what may be done twice.

    :raises UnexpectedReply: the second reply cannot be understood either.
    """
    try:
        return ask()
    except UnexpectedReply:
        policy.sleep(policy.first_wait)
        return ask()
