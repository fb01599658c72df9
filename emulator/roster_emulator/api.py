"""Defines the parts of an emulated API: its class, its routes, its calls and its replies."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError
from starlette.datastructures import Headers, QueryParams

from roster_emulator.auth import Caller
from roster_emulator.limits import Window
from roster_emulator.state import State

READING = frozenset({"GET", "HEAD", "LIST", "OPTIONS"})

M = TypeVar("M", bound=BaseModel)


@dataclass
class Reply:
    """A reply before it is sent.

    ``body`` is any JSON value. ``None`` means an empty body, and ``bytes`` are sent as they are.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body as it is sent."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Problem(Exception):
    """Ends a handler with an error reply. What the handler wrote so far is rolled back."""

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    def reply(self, call: Call) -> Reply:
        """Return the reply, in the format of the API."""
        return call.api.refuse(call, self.status, self.message or "")


@dataclass(frozen=True)
class ItemError:
    """The error of one item of a bulk call, caused by an injected fault.

    If ``message`` is ``None``, the reply has the API's usual message.
    """

    status: int
    code: str
    message: str | None


@dataclass
class Call:
    """One request on its way through an API.

    ``path`` is raw (still percent-encoded), ``params`` are decoded, and ``template`` is the template of the route. The
    emulator sets ``caller`` after it has checked the token, and ``window`` after it has checked the rate limit.
    Injected faults set ``shift``, the number of rows by which a page begins too late, and ``item_errors``.
    """

    method: str
    path: str
    query: QueryParams
    headers: Headers
    body: bytes
    state: State
    api: Api
    trace: str
    template: str = ""
    params: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
    window: Window | None = None
    shift: int = 0
    item_errors: list[Callable[[str, int], ItemError | None]] = field(default_factory=list)

    def json(self) -> Any:
        """Return the body as JSON. Raise a ``Problem`` (400) if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Problem(400, "body is not JSON") from None

    def read(self, model: type[M]) -> M:
        """Return the body as a model. Raise a ``Problem`` (400) if it does not fit."""
        try:
            return model.model_validate(self.json(), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Problem(400, f"{where}: {first['msg']}" if where else first["msg"]) from None

    def form(self) -> dict[str, str]:
        """Return the fields of a body that is a form, each with its last value."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}

    def item_error(self, key: str, index: int) -> ItemError | None:
        """Return the injected error of the item ``key``, which has this index (from 0) in the call."""
        return next((error for item_error in self.item_errors if (error := item_error(key, index))), None)

    def count(self, *key: Hashable) -> bool:
        """Count the call in the rate-limit window of the caller and ``key``. Return whether the limit allows it."""
        caller = self.caller.name if self.caller else None
        switches = self.state.switches
        window = self.state.windows.take((self.api.name, caller, *key), switches.rate_limit, switches.rate_window)
        self.window = window
        return window.allowed


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """A method and a path template, and the handler that answers there.

    ``open`` needs no token.
    """

    method: str
    template: str
    handler: Handler
    open: bool = False

    @property
    def changes(self) -> bool:
        """Whether the caller needs the right to write."""
        return self.method not in READING


class Api(ABC):
    """One vendor's API. ``README.md`` says how to add one."""

    name: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]
    schema: ClassVar[str] = ""
    routes: ClassVar[Sequence[Route]] = ()

    def normalise(self, path: str) -> str:
        """Rewrite a raw path before it is matched."""
        return path

    def credential(self, headers: Headers) -> str | None:
        """Return the token that the caller presented, without its scheme."""
        return bearer(headers, "bearer")

    @abstractmethod
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        """Return the API's own error for a status that the emulator decided on."""

    def admit(self, call: Call) -> Reply | None:
        """Return a refusal, as a rate limit does, or ``None``. ``call.caller`` is ``None`` if the token is unknown."""
        return None

    def finish(self, call: Call, reply: Reply) -> None:  # noqa: B027 - most APIs add nothing
        """Add the headers of every reply, including the reply of an injected fault."""

    def populate(self, state: State) -> None:  # noqa: B027 - most APIs begin empty
        """Add the data that the API has on every start and after a reset."""

    @abstractmethod
    def seed(self, state: State, data: Mapping[str, Any]) -> Any:
        """Add test data and return what was made. Raise ``ValueError`` for data that is not understood."""


def bearer(headers: Headers, *schemes: str) -> str | None:
    """Return the token of an ``Authorization`` header whose scheme, in any case, is one of ``schemes``."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() in schemes else None
