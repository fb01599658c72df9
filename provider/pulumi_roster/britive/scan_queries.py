"""Reads the results of a scan, one page or all pages. The service counts pages from zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict, TypeVar

from pydantic import Field
from typing_extensions import Unpack

from ..errors import InvalidArguments
from ..look_ups import NonEmpty
from ..managed import program_client
from ..schema.results import Result
from .connection import SYSTEM
from .root_group import find_root

__all__ = ["Query", "rows", "unpaged"]

R = TypeVar("R", bound=Result)

PAGE_SIZE = 100

# These fields identify a row in its list: an account or group has its own number, a link has the numbers of both ends.
_NUMBERS = ("accountId", "groupId", "permissionId", "appPermissionId")


class Query(TypedDict, total=False):
    """Selects the rows of a look-up, and the credentials.

    - ``page``: the number of a page, from 0. By default, all pages are read.
    - ``size``: the number of rows per page.
    - ``sort``: a column and a direction, such as ``nativeName,asc``. Columns have the service's names.
    - ``filter``: an expression such as ``scanStatus eq Unchanged``.
    - ``connection``: the name of the set of credentials to use.
    """

    page: Annotated[int, Field(ge=0)] | None
    size: Annotated[int, Field(ge=1)] | None
    sort: NonEmpty | None
    filter: NonEmpty | None
    connection: str


def rows(
    kind: type[R],
    path: str,
    application_id: str,
    environment_id: str | None,
    *ids: str,
    include_members: bool = False,
    **query: Unpack[Query],
) -> list[R]:
    """Return the rows of one page, or of all pages if the query names none.

    :param path: with placeholders for the application, the environment and each of ``ids``.
    """
    api = program_client(SYSTEM, query.get("connection", "default"))
    params = _params(query, include_members)
    where = [application_id, environment_id or find_root(api, application_id), *ids]
    if params["page"] is not None:
        reply = api.get(path, *where, params=params)
        return [reply.parse_result(kind, row) for row in reply.listed("data")]
    params.update(page=0, size=params["size"] or PAGE_SIZE)
    pages = api.pages(path, *where, key="data", row_id=_number, params=params)
    return [reply.parse_result(kind, row) for reply, row in pages]


def unpaged(
    kind: type[R],
    path: str,
    application_id: str,
    environment_id: str | None,
    params: Mapping[str, str],
    include_members: bool,
    **query: Unpack[Query],
) -> list[R]:
    """Return the rows of a legacy call, which does not support pages.

    :raises InvalidArguments: the query has a parameter that the call does not support.
    """
    if given := [name for name, value in _params(query, include_members).items() if value is not None]:
        raise InvalidArguments(f"legacy_api=True does not support {', '.join(given)}", hint="remove legacy_api=True")
    api = program_client(SYSTEM, query.get("connection", "default"))
    reply = api.get(path, application_id, environment_id or find_root(api, application_id), params=params)
    return [reply.parse_result(kind, row) for row in reply.rows()]


def _params(query: Query, include_members: bool) -> dict[str, Any]:
    asked = {name: query.get(name) for name in ("page", "size", "sort", "filter")}
    return {**asked, "includeMembers": include_members or None}


def _number(row: dict[str, Any]) -> str:
    return "/".join(str(row[name]) for name in _NUMBERS if name in row)
