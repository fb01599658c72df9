"""Reads a complete reply of a service: strict about the documented shape. Additional fields are allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ..errors import UnexpectedReply
from ..redaction import quoted, start_of
from ..schema.model import lenient
from ..schema.results import Result
from .call import Call

__all__ = ["Json", "Reply"]

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Result)
T = TypeVar("T")
Json = Any

# Documented bodies have up to ten levels. Python's own limits begin at some hundreds.
_DEEPEST = 100


class Reply:
    """A complete reply with a status below 300.

    :param title: the name of the service, for messages.
    :param transaction_id: the id that Roster gave the call, or "".
    :raises UnexpectedReply: the body is not JSON, such as a proxy's HTML page or half a document.
    """

    def __init__(self, response: httpx.Response, title: str, transaction_id: str) -> None:
        self._response = response
        self._title = title
        self.transaction_id = transaction_id
        self.status: int = response.status_code
        self.etag: str = response.headers.get("etag", "")
        # Parse the body even if the caller ignores it: a proxy's page does not mean that the service deleted an object.
        self._body = self._parsed()

    def json(self) -> Json:
        """Return the body as JSON; ``None`` for an empty body."""
        return self._body

    def _parsed(self) -> Json:
        kind = self._response.headers.get("content-type", "no content type")
        if not self._response.content and "html" not in kind.lower():
            return None
        try:
            body = self._response.json()
        except (ValueError, RecursionError):
            raise UnexpectedReply(
                f"{self._title} answered {self.status} with something that is not JSON"
                f" ({self.quoted(kind, 60)}): {self.quoted(start_of(self._response.content, self._secrets), 80)!r}",
                transaction_id=self.transaction_id,
                hint="check the address, and whether a proxy answered instead of the service",
            ) from None
        if _too_deep(body):
            raise self.unexpected("the body is nested too deeply")
        return body

    def fields(self) -> dict[str, Json]:
        """Return the body, which must be a JSON object."""
        body = self.json()
        if not isinstance(body, dict):
            raise self.unexpected("expected a JSON object")
        return body

    def listed(self, key: str) -> list[dict[str, Json]]:
        """Return a list of objects in the body.

        A body without the list is an error: an empty list would mean that no object exists any more.
        """
        body = self.fields()
        rows = body.get(key, "absent")
        if rows is None:
            return []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unexpected(f"expected a list of JSON objects under {key!r}")
        return rows

    def parse(self, model: type[M], **more: Json) -> M:
        """Return the body as a model.

        :param more: fields that are only in the path of the request.
        :raises UnexpectedReply: a field is missing or has another type; the message names it.
        """
        return self.parse_row(model, self.fields(), **more)

    def rows(self) -> list[Json]:
        """Return the body, which must be a JSON array: a list without pages."""
        body = self.json()
        if not isinstance(body, list):
            raise self.unexpected("expected a JSON array")
        return body

    def parse_row(self, model: type[M], row: Json, **more: Json) -> M:
        """Return one row of a list in the body as a model, like :meth:`parse`."""
        return self._parsed_row(row, more, lambda fields: lenient(model, fields))

    def parse_result(self, kind: type[R], row: Json, **more: Json) -> R:
        """Return one row of the body, or the body itself, as the result of a look-up, like :meth:`parse`."""
        return self._parsed_row(row, more, kind.parse)

    def _parsed_row(self, row: Json, more: Mapping[str, Json], parse: Callable[[dict[str, Json]], T]) -> T:
        if not isinstance(row, dict):
            raise self.unexpected("expected a list of JSON objects")
        try:
            return parse({**row, **more})
        except ValidationError as error:
            found = error.errors(include_input=False)
            raise self.unexpected("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in found)) from None

    def unexpected(self, why: str, hint: str = "") -> UnexpectedReply:
        """Return the error that says why this reply is not as documented."""
        return UnexpectedReply(
            f"{self._title} answered {self.status}, but not as documented: {self.quoted(why)}",
            hint=hint,
            transaction_id=self.transaction_id,
        )

    def quoted(self, text: object, limit: int = 300) -> str:
        """Return a string of the reply for a message, without the credentials of the request."""
        return quoted(text, self._secrets, limit)

    @property
    def _secrets(self) -> tuple[str, ...]:
        return Call.of(self._response.request).secrets


def _too_deep(value: Json) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, Mapping) else item)
        ]
        if not level:
            return False
    return True
