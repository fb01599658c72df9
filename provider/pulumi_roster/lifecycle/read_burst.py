"""Decides whether a read goes directly or through the shared listing, which is cheaper for many objects."""

from __future__ import annotations

import threading

__all__ = ["ReadBurst"]


class ReadBurst:
    """Finds out whether many objects of one scope are read at once.

    The first reads of a scope wait a moment for others. One or two reads each request their object. If there are three
    or more, all use the listing. The engine sends its reads together, so the wait is short, and happens once.

    :param moment: seconds to wait for others.
    :param few: up to this many reads each request their object.
    """

    def __init__(self, moment: float = 0.05, few: int = 2) -> None:
        self._moment = moment
        self._few = few
        self._asked = 0
        self._more = threading.Condition()

    def many(self) -> bool:
        """Count one read. Return whether it should use the listing."""
        with self._more:
            self._asked += 1
            if self._asked > self._few:
                self._more.notify_all()
                return True
            return self._more.wait_for(lambda: self._asked > self._few, timeout=self._moment)
