"""Waiting for a service's reads to show what was written, where the service is eventually consistent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import NotFound
from .transport import Policy

__all__ = ["until_shown"]

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
