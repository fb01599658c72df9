"""Runs a proxy before the emulator that records every request as it came in, and that can give objects other ids."""

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
from support.emulator_state import EmulatorState
from support.scripted_server import ReceivedRequest, ScriptedServer, reply, scripted_server

HEADERS = {
    *("host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type"),
    *("authorization", "x-vault-token", "x-vault-request", "transaction-id", "if-match"),
}
QUERY = {
    *("account_id", "iam_id", "membership_type", "hide_public_access", "limit", "offset", "sort", "force"),
    *("view", "page", "size", "forceCheckinPaps"),
}


def strings(value: Any) -> Iterator[str]:
    """Yield all texts and numbers within a value, also those of JSON within a text."""
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
    """Gives other ids to the objects that are created from now on.

    :param name: returns the id of the first, the second ... object. Without it, all objects keep their ids.

    ``known`` holds the ids of all objects that keep theirs.
    """

    emulator: Running
    name: Callable[[int], str] | None = None
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = self._ids()

    def update(self) -> None:
        """Give ids to the objects that were created since the last call."""
        new = self._ids() - self.known - self.ours.keys()
        if self.name is None:
            self.known |= new
            return
        for id in sorted(new):
            self.ours[id] = self.name(len(self.ours))
            self.theirs[self.ours[id]] = id

    def _ids(self) -> set[str]:
        return EmulatorState(self.emulator).ids()

    def to_client(self, value: Any) -> Any:
        """Translate a value of the emulator for the client."""
        return _renamed(value, self.ours)

    def to_service(self, value: Any) -> Any:
        """Translate a value of the client for the emulator."""
        return _renamed(value, self.theirs)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(item, names) for key, item in value.items()}
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value


class RecordingProxy:
    """Records requests, passes them on, and checks that they are well formed. ``names`` holds the other ids."""

    def __init__(self, emulator: Running, names: Names) -> None:
        self.names = names
        self._emulator = emulator
        self._lock = threading.Lock()
        self._behind = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)
        self._literals = EmulatorState(emulator).route_segments()
        self.server = ScriptedServer(b"")
        self.url = ""

    @property
    def got(self) -> list[ReceivedRequest]:
        return self.server.got

    def close(self) -> None:
        """Close the connection to the emulator."""
        self._behind.close()

    def answer(self, got: ReceivedRequest) -> bytes:
        """Pass a request on and return the reply."""
        body = self._body(got)
        with self._lock:
            self._behind.putrequest(got.method, self._target(got), skip_host=True, skip_accept_encoding=True)
            for name, value in {**got.headers, "content-length": str(len(body))}.items():
                self._behind.putheader(name, value)
            self._behind.endheaders(body)
            answered = self._behind.getresponse()
            content = answered.read()
        self.names.update()
        headers = {name: value for name, value in answered.getheaders() if name.lower() in {"etag", "date"}}
        if not content:
            return reply(answered.status, None, headers)
        return reply(answered.status, self.names.to_client(json.loads(content)), headers)

    def _target(self, got: ReceivedRequest) -> str:
        path = "/".join(quote(self.names.to_service(unquote(part)), safe="") for part in got.path.split("/"))
        query = "&".join(
            f"{name}={quote(self.names.to_service(value), safe='')}"
            for name, value in parse_qsl(got.query, keep_blank_values=True)
        )
        return f"{path}?{query}" if query else path

    def _body(self, got: ReceivedRequest) -> bytes:
        if "json" not in got.headers.get("content-type", ""):
            return got.body
        return json.dumps(self.names.to_service(json.loads(got.body))).encode()

    def assert_only_reads(self) -> None:
        """Assert that no request so far changes anything."""
        assert {got.method for got in self.got} <= {"GET", "HEAD", "LIST"}

    def assert_well_formed(self, texts: Iterable[str], victims: Iterable[str]) -> None:
        """Assert that all requests so far consist of parts of the API's routes and of these texts, each text complete
        and in one place. No request names a victim or has an unexpected header. The ids of objects that were created
        since then count as texts too.
        """
        texts = {*texts, *self.names.ours.values(), *self.names.known} - {*victims}
        for got in self.got:
            request = f"{got.method} {got.target[:300]}"
            assert all("!" <= char <= "~" for char in got.target), (
                f"{request}: a character that a target must not contain"
            )
            for part in got.path.split("/")[1:]:
                assert unquote(part) not in {"", ".", ".."}, f"{request}: an empty or a dot segment"
                assert part in self._literals or unquote(part) in texts, (
                    f"{request}: {part!r} is neither part of a route nor a text"
                )
            query = parse_qsl(got.query, keep_blank_values=True, strict_parsing=bool(got.query))
            assert len(query) == len({*dict(query)} & QUERY), f"{request}: an unexpected or repeated key in the query"
            assert not {value for _, value in query} & {*victims}, f"{request}: names a victim"
            assert dict(query).get("force", "false") == "false", f"{request}: force was not declared"
            assert {*got.headers} <= HEADERS, f"{request}: an unexpected header"
        assert not [route for route in self._emulator.requests() if "(unknown)" in route]


@contextmanager
def recording_proxy(emulator: Running, name: Callable[[int], str] | None = None) -> Iterator[RecordingProxy]:
    """Run a proxy for the length of the block. Clear the emulator's counts of requests first."""
    emulator.clear_requests()
    made = RecordingProxy(emulator, Names(emulator, name))
    with closing(made), scripted_server(made.answer) as server:
        made.server, made.url = server, server.url
        yield made
