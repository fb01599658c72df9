"""How services hand out long collections in pages, and the one loop over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .reply import Json, Reply

__all__ = ["BY_NEXT", "BY_NUMBER", "Paging", "walk"]

# Pages in a row that bring nothing new.
_BARREN = 10

Query = dict[str, Any]


@dataclass(frozen=True)
class Paging:
    """One way of paging.

    :param total: where the body says how many rows there are in all.
    :param following: the query of the page after this body, given this page's query; ``None`` after the last.
    :param moves: the parameters that lead from page to page. Whatever ``following`` says, the others stay as they were
        asked for: a service cannot lead us from one account to another.
    """

    total: str
    following: Callable[[Mapping[str, Any], Query], Query | None]
    moves: frozenset[str]


def _next(body: Mapping[str, Any], query: Query) -> Query | None:
    link = body.get("next")
    href = link.get("href") if isinstance(link, dict) else None
    # Its query only: the address, and with it the credentials, stay ours.
    return {**query, **dict(parse_qsl(urlsplit(str(href)).query, keep_blank_values=True))} if href else None


def _number(body: Mapping[str, Any], query: Query) -> Query | None:
    page, size = int(body.get("page", 0)), int(body.get("size", 0))
    rows = body.get("data") or []
    more = bool(rows) and size * (page + 1) < int(body.get("count", 0))
    return {**query, "page": page + 1} if more else None


BY_NEXT = Paging("total_count", _next, frozenset({"limit", "offset"}))
"""IBM: ``next.href`` and ``total_count``."""

BY_NUMBER = Paging("count", _number, frozenset({"page"}))
"""Britive: ``page`` from zero, ``size`` and ``count``."""


def walk(
    ask: Callable[[Query], Reply], key: str, identify: Callable[[Json], str], given: Query, paging: Paging
) -> tuple[list[tuple[Reply, Json]], int, Reply]:
    """One reading of all pages: the rows, how many there should be, and the last reply.

    :param ask: one page, by its query.
    :param key: where the rows are in the body.
    :param identify: tells rows apart; a row that comes again is the same.
    :param given: the query of the first page.
    :raises UnexpectedReply: something is no page.
    """
    rows: dict[str, tuple[Reply, Json]] = {}
    query, asked, barren = given, [given], 0
    while True:
        reply = ask(query)
        body, known = reply.fields(), len(rows)
        try:
            found = [] if key not in body and body.get(paging.total) == 0 else reply.listed(key)
            rows.update((identify(row), (reply, row)) for row in found)
            total = int(body.get(paging.total, len(rows)))
            following = paging.following(body, query)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise reply.unexpected(f"this is no page of {key!r}") from None
        if following is None:
            break
        query = {**following, **{name: value for name, value in given.items() if name not in paging.moves}}
        # A service that points back at a page, or at ever new ones without news, must not hold us for ever.
        barren = barren + 1 if len(rows) == known else 0
        if query in asked:
            break
        if barren >= _BARREN:
            raise reply.unexpected(f"the pages of {key!r} lead to no end")
        asked.append(query)
    return list(rows.values()), total, reply
