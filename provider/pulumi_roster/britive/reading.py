"""How look-ups read what a scan found: in pages from zero, all of them or the one that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, TypeVar

from pydantic import BaseModel
from typing_extensions import Unpack

from ..errors import InvalidArguments
from ..http.client import Client
from ..managed import program_client
from .connection import SYSTEM
from .root import find_root

__all__ = ["Query", "rows", "unpaged"]

M = TypeVar("M", bound=BaseModel)

PAGE_SIZE = 100

# What tells two rows of one collection apart: an account or group by its number, a link by those of both its ends.
_NUMBERS = ("accountId", "groupId", "permissionId", "appPermissionId")


class Query(TypedDict, total=False):
    """Which rows are looked up, and with which credentials.

    - ``page``: from 0; without it, all pages are read.
    - ``size``: rows a page.
    - ``sort``: a column and a direction, such as ``nativeName,asc``. Columns have the service's names.
    - ``filter``: such as ``scanStatus eq Unchanged``.
    - ``connection``: the set of credentials.
    """

    page: int | None
    size: int | None
    sort: str | None
    filter: str | None
    connection: str


def rows(
    model: type[M],
    path: str,
    app_id: str,
    environment_id: str | None,
    *ids: int | str,
    include_members: bool = False,
    **query: Unpack[Query],
) -> list[M]:
    """The rows of one page, or of all pages where the query names none.

    :param path: with a place for the application, one for the environment, and one for each of ``ids``.
    """
    api = _client(query)
    params = _params(query, include_members)
    where = [app_id, environment_id or find_root(api, app_id), *map(str, ids)]
    if params["page"] is not None:
        reply = api.get(path, *where, params=params)
        return [reply.parse_row(model, row) for row in reply.listed("data")]
    params.update(page=0, size=params["size"] or PAGE_SIZE)
    pages = api.pages(path, *where, key="data", row_id=_number, params=params)
    return [reply.parse_row(model, row) for reply, row in pages]


def unpaged(
    model: type[M],
    path: str,
    app_id: str,
    environment_id: str | None,
    params: Mapping[str, str],
    include_members: bool,
    **query: Unpack[Query],
) -> list[M]:
    """The rows of a deprecated call, which knows nothing of pages.

    :raises InvalidArguments: it is asked for what it does not know.
    """
    api = _client(query)
    if given := [name for name, value in _params(query, include_members).items() if value is not None]:
        raise InvalidArguments(f"the deprecated form knows no {', '.join(given)}", hint="leave deprecated=True out")
    reply = api.get(path, app_id, environment_id or find_root(api, app_id), params=params)
    return [reply.parse_row(model, row) for row in reply.rows()]


def _client(query: Query) -> Client:
    if unknown := sorted(query.keys() - Query.__annotations__.keys()):
        raise TypeError(f"a look-up has no parameter {', '.join(unknown)}")
    return program_client(SYSTEM, query.get("connection", "default"))


def _params(query: Query, include_members: bool) -> dict[str, Any]:
    asked = {name: query.get(name) for name in ("page", "size", "sort", "filter")}
    return {**asked, "includeMembers": include_members or None}


def _number(row: dict[str, Any]) -> str:
    return "/".join(str(row[name]) for name in _NUMBERS if name in row)
