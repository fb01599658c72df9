"""Carries the data of one call, such as its deadline, from the client through auth and the transports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

__all__ = ["Call"]

_KEY = "roster"


@dataclass
class Call:
    """One call, including its retries.

    :param route: the path with ``{}`` for each id. Services count their rate limits by route.
    :param repeatable: whether the service may receive the request twice, with the same result as once.
    :param deadline: the time on ``Limits.clock`` by which the reply must be complete.
    :param send_by: the time by which the client must send the request or a retry. It may be earlier than the deadline.
    :param tracing: headers that identify the call to the service's support; a token exchange sends them too.
    :param secrets: the credentials in the request, which no message may show. Auth sets this field.
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
        """The id that Roster gave the call, or ""."""
        return next(iter(self.tracing.values()), "")

    def extensions(self) -> dict[str, Any]:
        """Return the extensions of a request that belongs to this call."""
        return {_KEY: self}

    def for_token(self, url: str, secrets: tuple[str, ...]) -> Call:
        """Return the call that fetches a token for this call, within the same time.

        It is repeatable, because a second token does no harm.
        """
        return replace(self, route=url, repeatable=True, secrets=secrets)
