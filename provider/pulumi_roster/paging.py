"""How services hand out long collections in pages. The loop over them is in
:meth:`~pulumi_roster.client.Client.pages`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

__all__ = ["BY_NEXT", "BY_NUMBER", "Paging"]

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
