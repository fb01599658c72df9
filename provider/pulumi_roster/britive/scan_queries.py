"""Reads the rows of a scan, one page or all pages. The service counts pages from zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from pydantic import Field
from typing_extensions import Unpack

from ..errors import InvalidArguments
from ..http.client import Reply
from ..lookups import NonEmpty
from ..managed import program_client
from .connection import SYSTEM
from .root_group import find_root

__all__ = ["Query", "Row", "rows", "unpaged"]

Row = tuple[Reply, dict[str, Any]]
"""A row, and the reply that contains it."""

PAGE_SIZE = 100

# These fields identify a row in its list: an account or group has its own number, a link has the numbers of both ends.
_NUMBERS = ("accountId", "groupId", "permissionId", "appPermissionId")


class Query(TypedDict, total=False):
    """Selects the rows of a look-up, and the credentials.

    - ``page``: the number of a page, from 0. By default, all pages are read.
    - ``size``: the number of rows per page.
    - ``sort``: a column and a direction, such as ``nativeName,asc``. Columns have the names of the service's API, which
      calls the group of an account ``permissionName``.
    - ``filter``: an expression such as ``scanStatus eq Unchanged``.
    - ``connection``: the name of the set of credentials to use.
    """

    page: Annotated[int, Field(ge=0)] | None
    size: Annotated[int, Field(ge=1)] | None
    sort: NonEmpty | None
    filter: NonEmpty | None
    connection: str | None


def rows(
    path: str,
    application_id: str,
    environment_id: str | None,
    *ids: str,
    include_members: bool = False,
    **query: Unpack[Query],
) -> list[Row]:
    """Return the rows of one page, or of all pages if the query names none.

    :param path: with placeholders for the application, the environment and each of ``ids``.
    """
    api = program_client(SYSTEM, query.get("connection"))
    params: dict[str, Any] = {**_selection(query), "includeMembers": include_members or None}
    where = [application_id, environment_id or find_root(api, application_id), *ids]
    if params["page"] is not None:
        reply = api.get(path, *where, params=params)
        return [(reply, row) for row in reply.listed("data")]
    params.update(page=0, size=params["size"] or PAGE_SIZE)
    return list(api.pages(path, *where, key="data", row_id=_number, params=params))


def unpaged(
    path: str,
    application_id: str,
    environment_id: str | None,
    params: Mapping[str, str],
    include_members: bool,
    **query: Unpack[Query],
) -> list[Row]:
    """Return the rows of a legacy call, which does not support pages.

    :raises InvalidArguments: the query has a parameter that the call does not support.
    """
    asked = {**_selection(query), "include_members": include_members or None}
    if given := [name for name, value in asked.items() if value is not None]:
        raise InvalidArguments(f"legacy_api=True does not support {', '.join(given)}", hint="remove legacy_api=True")
    api = program_client(SYSTEM, query.get("connection"))
    reply = api.get(path, application_id, environment_id or find_root(api, application_id), params=params)
    found = reply.rows()
    if not all(isinstance(row, dict) for row in found):
        raise reply.unexpected("expected a list of JSON objects")
    return [(reply, row) for row in found]


def _selection(query: Query) -> dict[str, Any]:
    return {name: query.get(name) for name in ("page", "size", "sort", "filter")}


def _number(row: dict[str, Any]) -> str:
    return "/".join(str(row[name]) for name in _NUMBERS if name in row)
