"""Describes how one service speaks HTTP: its errors, its pages, its headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .paging import Paging
from .reply import Json

__all__ = ["Dialect"]


@dataclass(frozen=True)
class Dialect:
    """How one service speaks HTTP.

    :param title: the service's name as its users know it.
    :param error: returns the code and the message in the body of an error.
    :param meaning: returns the status that Roster should treat the error as, from its status, code and message. Some
        services answer 400 for an absent object, or 500 for a request that they refuse.
    :param paging: how the service splits long collections into pages; ``None`` if it does not.
    :param transaction_header: the request header that carries our transaction id, or "".
    :param transaction_id: returns the service's own transaction id from the headers and the body of an error, or "".
    :param hints: the hint for an error, by its code, or else by the status that it means. The hint "certificate"
        is for a service whose certificate is not trusted, and "client certificate" for a service that does not trust
        ours.
    :param headers: sent with every request.
    """

    title: str
    error: Callable[[Json], tuple[str, str]]
    meaning: Callable[[int, str, str], int] = lambda status, code, words: status
    paging: Paging | None = None
    transaction_header: str = ""
    transaction_id: Callable[[Mapping[str, str], Json], str] = lambda headers, body: ""
    hints: Mapping[int | str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
