"""Runs an HTTP server that answers with the bytes of a test, for replies that the emulator never sends."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast


@dataclass
class ReceivedRequest:
    """One request as it was received, not decoded."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


Answer = bytes | Callable[[ReceivedRequest], bytes]


@dataclass
class ScriptedServer:
    """A running server. ``answer`` is its reply, ``got`` are its requests, and ``calls`` counts its connections."""

    answer: Answer
    url: str = ""
    got: list[ReceivedRequest] = field(default_factory=list)
    calls: int = 0


def reply(
    status: int = 200, body: Any = None, headers: dict[str, str] | None = None, *, kind: str = "application/json"
) -> bytes:
    """Return a complete HTTP reply. A body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Scripted\r\n{head}\r\n".encode("latin-1") + content


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        method, _, rest = self.rfile.readline().decode("latin-1").partition(" ")
        if not method:
            return
        headers: dict[str, str] = {}
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        got = ReceivedRequest(method, rest.rpartition(" ")[0], headers, body)
        scripted = cast(_Server, self.server).scripted
        scripted.got.append(got)
        answer = scripted.answer
        self.wfile.write(answer(got) if callable(answer) else answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, scripted: ScriptedServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripted = scripted

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Count the connection and accept it."""
        self.scripted.calls += 1
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: in some tests the client closes the connection or refuses the certificate."""


@contextmanager
def scripted_server(answer: Answer = b"", *, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Serve one answer, or the result of a function of each request."""
    what = ScriptedServer(answer)
    with _Server(what) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        what.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield what
        finally:
            server.shutdown()
            thread.join()
