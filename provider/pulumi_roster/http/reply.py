"""A complete answer of a service, and how it is understood: strictly in its shape, leniently in what it adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ..errors import UnexpectedReply
from ..redaction import quoted, start_of
from ..schema.model import lenient

__all__ = ["Json", "Reply"]

M = TypeVar("M", bound=BaseModel)
Json = Any

# No documented body is deeper than ten levels; Python's own limits begin at some hundreds.
_DEEPEST = 100


class Reply:
    """A complete answer, status below 300.

    :param title: the service, for messages.
    :param transaction_id: ours for the call, or "".
    :raises UnexpectedReply: it has a body that is not JSON, such as a proxy's HTML page or half a document.
    """

    def __init__(self, response: httpx.Response, title: str, transaction_id: str) -> None:
        self._response = response
        self._title = title
        self.transaction_id = transaction_id
        self.status: int = response.status_code
        self.etag: str = response.headers.get("etag", "")
        # At once, also where nobody will look: a page of a proxy does not mean that something was deleted.
        self._body = self._understood()

    def json(self) -> Json:
        """The body as JSON; ``None`` for an empty one."""
        return self._body

    def _understood(self) -> Json:
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
                hint="check the address, and whether a proxy stands between",
            ) from None
        if _too_deep(body):
            raise self.unexpected("it is nested too deeply")
        return body

    def fields(self) -> dict[str, Json]:
        """The body as a JSON object."""
        body = self.json()
        if not isinstance(body, dict):
            raise self.unexpected("a JSON object was due")
        return body

    def listed(self, key: str) -> list[dict[str, Json]]:
        """A list of objects in the body. A body without the list is no empty list: that would mean that all is gone."""
        body = self.fields()
        rows = body.get(key, "absent")
        if rows is None:
            return []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unexpected(f"a list of JSON objects was due in {key!r}")
        return rows

    def parse(self, model: type[M], **more: Json) -> M:
        """The body as a model; ``more`` adds fields that the service leaves to the path.

        :raises UnexpectedReply: a field is missing or has another type; the message names it.
        """
        return self.parse_row(model, self.fields(), **more)

    def rows(self) -> list[Json]:
        """The body as a bare JSON array, the rows of a list that knows no pages."""
        body = self.json()
        if not isinstance(body, list):
            raise self.unexpected("a JSON array was due")
        return body

    def parse_row(self, model: type[M], row: Json, **more: Json) -> M:
        """One row of a list in the body as a model, like :meth:`parse`."""
        if not isinstance(row, dict):
            raise self.unexpected("a list of JSON objects was due")
        try:
            return lenient(model, {**row, **more})
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors(include_input=False))
            raise self.unexpected(faults) from None

    def unexpected(self, why: str, hint: str = "") -> UnexpectedReply:
        """The error that says in which way this reply is not as documented."""
        return UnexpectedReply(
            f"{self._title} answered {self.status}, but not as documented: {self.quoted(why)}",
            hint=hint,
            transaction_id=self.transaction_id,
        )

    def quoted(self, text: object, limit: int = 300) -> str:
        """A text of the reply's, to be shown: without the credentials that the request bore."""
        return quoted(text, self._secrets, limit)

    @property
    def _secrets(self) -> tuple[str, ...]:
        secrets: tuple[str, ...] = self._response.request.extensions.get("secrets", ())
        return secrets


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
