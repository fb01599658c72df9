"""Holds the objects that all kinds of one system share in a process: clients, listings, and the ids of this run."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from ..http.settings import Settings
from .handler import Handler
from .list_cache import Listing
from .read_burst import ReadBurst

__all__ = ["Session"]


class Session:
    """The clients, the listings and the claimed ids that all kinds of one system share in a process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.claimed: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Ids of the objects that this run has created or adopted, by kind and connection."""
        self._lock = threading.Lock()
        self._listings: dict[tuple[str, str, str], Listing[Any]] = {}
        self._bursts: dict[tuple[str, str, str], ReadBurst] = defaultdict(ReadBurst)

    def close(self, until: float | None = None) -> None:
        """Close all connections.

        :param until: when to give up the revocation of tokens.
        """
        self.settings.close(until)

    def listing(self, handler: Handler[Any, Any], connection: str, scope: str) -> Listing[Any]:
        """Return the listing of one scope. Kinds with the same ``Handler.listing`` share it."""
        with self._lock:
            where = (handler.listing, connection, scope)
            if where not in self._listings:
                handler_type, api = type(handler), handler.api

                def load() -> Any:
                    # The listing outlives the verb that first needed it, so each read has a deadline of its own.
                    return handler_type(api.for_verb()).list(scope)

                self._listings[where] = Listing(load, api.limits.clock, settle=api.limits.settle)
            return self._listings[where]

    def read_burst(self, kind: str, connection: str, scope: str) -> ReadBurst:
        """Return the counter of the reads of one scope."""
        with self._lock:
            return self._bursts[kind, connection, scope]
