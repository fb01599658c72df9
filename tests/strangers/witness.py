"""A way to the emulator that keeps what came in as it came, and on which objects may bear other ids."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from roster_emulator import Running
from support.canned_server import Canned, Got, canned, reply

HEADERS = {
    *("host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type"),
    *("authorization", "x-vault-token", "x-vault-request", "transaction-id", "if-match"),
}
QUERY = {
    *("account_id", "iam_id", "membership_type", "hide_public_access", "limit", "offset", "sort", "force"),
    *("view", "page", "size", "forceCheckinPaps"),
}


def ids(emulator: Running) -> set[str]:
    """The ids of all objects."""
    dump = emulator.application.state.dump()
    rows = (row for tables in dump.values() for rows in tables.values() for row in rows)
    return {row["id"] for row in rows if isinstance(row.get("id"), str)}


def strings(value: Any) -> Iterator[str]:
    """All texts and numbers within a value, those within JSON in a text too."""
    if isinstance(value, int):
        yield str(value)
    elif isinstance(value, str):
        yield value
        if value[:1] in ("[", "{", '"'):
            with suppress(ValueError):
                yield from strings(json.loads(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings([key, item])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


@dataclass
class Names:
    """Other ids for the objects that are made from now on.

    :param name: makes the id of the first, the second ... object; without it, all keep theirs.

    ``known`` are the ids of all objects that are or were there and keep theirs.
    """

    emulator: Running
    name: Callable[[int], str] | None = None
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = ids(self.emulator)

    def look(self) -> None:
        """Names what has been made meanwhile."""
        new = ids(self.emulator) - self.known - self.ours.keys()
        if self.name is None:
            self.known |= new
            return
        for id in sorted(new):
            self.ours[id] = self.name(len(self.ours))
            self.theirs[self.ours[id]] = id

    def to_us(self, value: Any) -> Any:
        """A value of the emulator's, as it is seen on our side."""
        return _renamed(value, self.ours)

    def to_service(self, value: Any) -> Any:
        """A value of ours, as the emulator knows it."""
        return _renamed(value, self.theirs)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(item, names) for key, item in value.items()}
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value


class Witness:
    """What came in, and whether it is as it should be. ``names`` is kept by the tests' own side."""

    def __init__(self, emulator: Running, names: Names) -> None:
        self.names = names
        self._emulator = emulator
        self._lock = threading.Lock()
        self._behind = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)
        self._literals = {
            part for api in emulator.application.apis for route in api.routes for part in route.template.split("/")
        }
        self.server = Canned(b"")
        self.url = ""

    @property
    def got(self) -> list[Got]:
        return self.server.got

    def close(self) -> None:
        """Ends the connection to the emulator."""
        self._behind.close()

    def answer(self, got: Got) -> bytes:
        """Passes a request on."""
        body = self._body(got)
        with self._lock:
            self._behind.putrequest(got.method, self._target(got), skip_host=True, skip_accept_encoding=True)
            for name, value in {**got.headers, "content-length": str(len(body))}.items():
                self._behind.putheader(name, value)
            self._behind.endheaders(body)
            answered = self._behind.getresponse()
            content = answered.read()
        self.names.look()
        headers = {name: value for name, value in answered.getheaders() if name.lower() in {"etag", "date"}}
        if not content:
            return reply(answered.status, None, headers)
        return reply(answered.status, self.names.to_us(json.loads(content)), headers)

    def _target(self, got: Got) -> str:
        path = "/".join(quote(self.names.to_service(unquote(part)), safe="") for part in got.path.split("/"))
        query = "&".join(
            f"{name}={quote(self.names.to_service(value), safe='')}"
            for name, value in parse_qsl(got.query, keep_blank_values=True)
        )
        return f"{path}?{query}" if query else path

    def _body(self, got: Got) -> bytes:
        if "json" not in got.headers.get("content-type", ""):
            return got.body
        return json.dumps(self.names.to_service(json.loads(got.body))).encode()

    def assert_only_reads(self) -> None:
        """Asserts that no request so far changes anything."""
        assert {got.method for got in self.got} <= {"GET", "HEAD", "LIST"}

    def assert_lawful(self, texts: Iterable[str], victims: Iterable[str]) -> None:
        """Asserts of all requests so far: their parts are those of the API's routes and these texts, each text whole
        and in one place; no victim is named; there are no headers but our own.

        A text that a request names may be one of ours, or the id of an object that was made meanwhile.
        """
        texts = {*texts, *self.names.ours.values(), *self.names.known} - {*victims}
        for got in self.got:
            what = f"{got.method} {got.target[:300]}"
            assert all("!" <= char <= "~" for char in got.target), f"{what}: only what may stand in a target"
            for part in got.path.split("/")[1:]:
                assert unquote(part) not in {"", ".", ".."}, f"{what}: no step through the tree"
                assert part in self._literals or unquote(part) in texts, f"{what}: {part!r} is whole, and ours"
            query = parse_qsl(got.query, keep_blank_values=True, strict_parsing=bool(got.query))
            assert len(query) == len({*dict(query)} & QUERY), f"{what}: the keys of the query"
            assert not {value for _, value in query} & {*victims}, f"{what}: names a victim"
            assert dict(query).get("force", "false") == "false", f"{what}: force was not asked for"
            assert {*got.headers} <= HEADERS, f"{what}: the headers"
        assert not [route for route in self._emulator.requests() if "(unknown)" in route]


@contextmanager
def witness(emulator: Running, name: Callable[[int], str] | None = None) -> Iterator[Witness]:
    """A witness for the length of the block. The emulator is counted anew."""
    emulator.clear_requests()
    made = Witness(emulator, Names(emulator, name))
    with closing(made), canned(made.answer) as server:
        made.server, made.url = server, server.url
        yield made
