"""Repeats reads until they include the last write, and repeats a call once after a malformed reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import NotFound, UnexpectedReply
from ..http.client import Client

__all__ = ["poll_until", "retry_malformed", "retry_while_absent"]

T = TypeVar("T")


def retry_while_absent(api: Client, ask: Callable[[], T], seconds: Callable[[], float] | None = None) -> T:
    """Call ``ask``, and repeat the call as long as the object may be too new to appear in reads.

    :param seconds: returns how long the object may still be absent; by default ``settle`` seconds from the first call.
    :raises NotFound: the object does not exist.
    """
    clock = api.limits.clock
    end = clock() + api.limits.settle
    left = seconds or (lambda: end - clock())
    wait = api.limits.first_wait
    while True:
        try:
            return ask()
        except NotFound:
            if left() <= 0 or not api.deadline.wait(wait):
                raise
        wait *= 2


def poll_until(api: Client, ask: Callable[[], T], is_current: Callable[[T], bool]) -> T:
    """Call ``ask`` until an answer reflects our last write. After ``settle`` seconds, accept any answer.

    :param is_current: returns whether an answer certainly reflects the write.
    """
    wait, end = api.limits.first_wait, api.limits.clock() + api.limits.settle
    while True:
        answer = ask()
        if is_current(answer) or api.limits.clock() + wait > end or not api.deadline.wait(wait):
            return answer
        wait *= 2


def retry_malformed(api: Client, ask: Callable[[], T]) -> T:
    """Call ``ask``, and call it again once after a malformed reply. Use this only for calls that are safe to repeat.

    A proxy's page or half a document is often temporary. If it persists, the user should know soon.

    :raises UnexpectedReply: the second reply is malformed too.
    """
    try:
        return ask()
    except UnexpectedReply:
        if not api.deadline.wait(api.limits.first_wait):
            raise
        return ask()
