"""How look-ups read what a scan found: in pages from zero, all of them or the one that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from ..errors import InvalidArguments
from ..managed import program_client
from ..paging import BY_NUMBER
from .root import find_root

__all__ = ["Place"]

M = TypeVar("M", bound=BaseModel)

PAGE_SIZE = 100

# What tells two rows of one collection apart: an account or group by its number, a link by those of both its ends.
_NUMBERS = ("accountId", "groupId", "permissionId", "appPermissionId")


class Place:
    """One environment, or the root group, which stands for all environments where an application scans them itself."""

    def __init__(self, app_id: str, environment_id: str | None, connection: str) -> None:
        self.api = program_client("britive", connection)
        self.ids = (app_id, environment_id or find_root(self.api, app_id))

    def rows(self, model: type[M], path: str, *ids: int | str, **query: Any) -> list[M]:
        """The rows of one page, or of all pages where the query names none."""
        more = [str(id) for id in ids]
        if query.get("page") is not None:
            reply = self.api.get(path, *self.ids, *more, params=query)
            return [reply.parse_row(model, row) for row in reply.listed("data")]
        query = {**query, "page": 0, "size": query.get("size") or PAGE_SIZE}
        pages = self.api.pages(path, *self.ids, *more, key="data", row_id=_number, params=query, paging=BY_NUMBER)
        return [reply.parse_row(model, row) for reply, row in pages]

    def unpaged(self, model: type[M], path: str, query: Mapping[str, Any], **params: str) -> list[M]:
        """The rows of a deprecated call, which knows nothing of pages.

        :raises InvalidArguments: it is asked for what it does not know.
        """
        if given := [name for name, value in query.items() if value is not None]:
            raise InvalidArguments(f"the deprecated form knows no {', '.join(given)}", hint="leave deprecated=True out")
        reply = self.api.get(path, *self.ids, params=params)
        return [reply.parse_row(model, row) for row in reply.rows()]


def _number(row: dict[str, Any]) -> str:
    return "/".join(str(row[name]) for name in _NUMBERS if name in row)
