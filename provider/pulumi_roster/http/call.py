"""Carries what the layers of the client need to know of one call from the client through auth and the transports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

__all__ = ["Call"]

_KEY = "roster"


@dataclass
class Call:
    """One call with all its repetitions.

    :param route: the path with its ids left open; services count their rate limits by it.
    :param repeatable: whether the service may receive the request twice, with the same result as once.
    :param deadline: until when the reply must be complete, on the clock of the client's limits.
    :param send_by: until when the request may be sent, first or again. It may be earlier than the deadline.
    :param tracing: headers that identify the call to the service's support; a token exchange sends them too.
    :param secrets: credentials in the request, which no message may show. Auth sets them.
    """

    route: str
    repeatable: bool
    deadline: float
    send_by: float
    tracing: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    @staticmethod
    def of(request: httpx.Request) -> Call:
        """Return the call that a request belongs to."""
        call: Call = request.extensions[_KEY]
        return call

    @property
    def transaction_id(self) -> str:
        """Returns the id that we gave the call, or ""."""
        return next(iter(self.tracing.values()), "")

    def extensions(self) -> dict[str, Any]:
        """Return the extensions of a request that belongs to this call."""
        return {_KEY: self}

    def for_token(self, url: str, secrets: tuple[str, ...]) -> Call:
        """Return the call that fetches a token for this one, within the same time. Two tokens do no harm."""
        return replace(self, route=url, repeatable=True, secrets=secrets)
