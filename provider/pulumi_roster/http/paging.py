"""Reads long collections page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .reply import Json, Reply

__all__ = ["Paging", "Query", "walk"]

# The client stops after this many pages in succession without a new row.
_MAX_PAGES_WITHOUT_NEW_ROW = 10

Query = dict[str, Any]


@dataclass(frozen=True)
class Paging:
    """How a service splits a collection into pages.

    :param total: the field of the body that contains the number of rows on all pages.
    :param following: returns the query of the next page, from this page's body and query; ``None`` after the last page.
    :param page_parameters: the parameters that differ from page to page. The client repeats all other parameters
        unchanged, so that a service cannot lead it from one account to another.
    """

    total: str
    following: Callable[[Mapping[str, Any], Query], Query | None]
    page_parameters: frozenset[str]


def walk(
    ask: Callable[[Query], Reply], key: str, identify: Callable[[Json], str], given: Query, paging: Paging
) -> tuple[list[tuple[Reply, Json]], int, Reply]:
    """Read all pages once. Return the rows, the total that the service states, and the last reply.

    :param ask: reads one page by its query.
    :param key: the field of the body that contains the rows.
    :param identify: returns a string that identifies a row. A repeated row counts once.
    :param given: the query of the first page.
    :raises UnexpectedReply: a reply is not a page, or the pages do not end.
    """
    rows: dict[str, tuple[Reply, Json]] = {}
    query, asked, without_news = given, [given], 0
    while True:
        reply = ask(query)
        body, known = reply.fields(), len(rows)
        try:
            found = [] if key not in body and body.get(paging.total) == 0 else reply.listed(key)
            rows.update((identify(row), (reply, row)) for row in found)
            total = int(body.get(paging.total, len(rows)))
            following = paging.following(body, query)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise reply.unexpected(f"expected a page of {key!r}") from None
        if following is None:
            break
        query = {**following, **{name: value for name, value in given.items() if name not in paging.page_parameters}}
        if query in asked:
            break
        # Without this check, a service that always names another page, without a new row, would block the client.
        without_news = without_news + 1 if len(rows) == known else 0
        if without_news >= _MAX_PAGES_WITHOUT_NEW_ROW:
            raise reply.unexpected(f"the pages of {key!r} do not end")
        asked.append(query)
    return list(rows.values()), total, reply
