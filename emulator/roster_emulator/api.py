"""What an API of the emulator is made of."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers, QueryParams

if TYPE_CHECKING:
    from roster_emulator.auth import Caller
    from roster_emulator.faults import ItemFailure
    from roster_emulator.world import World

READING = frozenset({"GET", "HEAD", "LIST", "OPTIONS"})

T = TypeVar("T")


@dataclass
class Reply:
    """An answer before it goes onto the wire.

    ``body`` is any JSON value; ``None`` means an empty body (``b"null"`` the JSON null); ``bytes`` go out as they are.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The body as it goes onto the wire."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Problem(Exception):
    """Ends a handler with an answer; what the handler wrote so far is rolled back."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class Call:
    """One request on its way through an API.

    ``path`` is raw (still percent-encoded), ``params`` are decoded, ``template`` is the route's. ``caller`` is set once
    the token has been judged.
    """

    method: str
    path: str
    query: QueryParams
    headers: Headers
    body: bytes
    world: World
    api: Api
    trace: str
    template: str = ""
    params: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
    shift: int = 0
    failures: list[ItemFailure] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)  # from ``admit`` to ``finish``, for example

    def json(self) -> Any:
        """The body as JSON; the API's own 400 when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Problem(self.api.refuse(self, 400, "body is not JSON")) from None

    def read(self, shape: TypeAdapter[T]) -> T:
        """The body as ``shape`` says; the API's own 400 when it does not fit."""
        try:
            return shape.validate_python(self.json(), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Problem(self.api.refuse(self, 400, f"{where}: {first['msg']}" if where else first["msg"])) from None

    def item_failure(self, key: str, index: int) -> ItemFailure | None:
        """The failure planned for the item ``key``, the ``index``-th (from 0) of this call, if any."""
        return next((failure for failure in self.failures if failure.meets(key, index)), None)


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """A method and a path template, and what answers there."""

    method: str
    template: str
    handler: Handler
    writes: bool | None = None
    open: bool = False

    @property
    def changes(self) -> bool:
        """Whether the caller needs the right to write."""
        return self.method not in READING if self.writes is None else self.writes


class Api(ABC):
    """One vendor's API. The docstring of ``roster_emulator`` tells how to write one."""

    name: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]
    schema: ClassVar[str] = ""
    routes: ClassVar[Sequence[Route]] = ()

    def normalise(self, path: str) -> str:
        """Rewrites a raw path before it is matched."""
        return path

    @abstractmethod
    def credential(self, headers: Headers) -> str | None:
        """The token that the caller presented, without its scheme."""

    @abstractmethod
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        """A refusal that the core decided on, in this API's own words."""

    def admit(self, call: Call) -> Reply | None:
        """Lets a call in (``None``) or turns it away, as a rate limit does. ``call.caller`` is ``None`` for nobody."""
        return None

    def finish(self, call: Call, reply: Reply) -> None:  # noqa: B027 - most APIs add nothing
        """Adds what every reply carries, one of a fault plan included."""

    def populate(self, world: World) -> None:  # noqa: B027 - most worlds begin empty
        """Puts in place what a fresh world holds; is called on every start and after a reset."""

    def seed(self, world: World, data: Mapping[str, Any]) -> Any:
        """Adds test data and tells what was made. Raises ``ValueError`` for data that it does not understand."""
        raise ValueError(f"{self.name} takes no data")


def bearer(headers: Headers, *schemes: str) -> str | None:
    """The token of an ``Authorization`` header whose scheme is one of ``schemes`` (any case)."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in schemes else None
