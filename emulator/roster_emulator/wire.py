"""Sends replies to a client: complete, or damaged as an injected fault requires."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from starlette.types import Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from roster_emulator.api import Reply

PIECES = 10


class Connection(H11Protocol):
    """Uvicorn's protocol. It gives the application its transport, so that a fault can end the connection."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Wire:
    """The connection of one request.

    :param now: the emulator's own time, for the ``Date`` header: clients measure limits and ages by it.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, now: Callable[[], float]) -> None:
        self._scope, self._receive, self._send, self._now = scope, receive, send, now

    async def body(self) -> bytes:
        """Return the whole body of the request."""
        message = await self._receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body", False):
            message = await self._receive()
            body += message.get("body", b"")
        return body

    async def reply(self, reply: Reply) -> None:
        """Send a reply."""
        content = reply.content()
        await self._start(reply, len(content))
        await self._send({"type": "http.response.body", "body": content})

    async def slowly(self, reply: Reply, seconds: float, pause: Callable[[float], Awaitable[None]]) -> None:
        """Send the headers at once, and the body in pieces over ``seconds``."""
        content = reply.content()
        await self._start(reply, len(content))
        size = max(1, -(-len(content) // PIECES))
        for start in range(0, len(content), size):
            await pause(seconds / PIECES)
            piece = content[start : start + size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})

    async def half(self, reply: Reply, *, reset: bool) -> None:
        """Send half of the body, then end the connection."""
        content = reply.content()
        await self._start(reply, len(content))
        await self._send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        await self.drop(reset=reset)

    async def half_as_whole(self, reply: Reply) -> None:
        """Send half of the body as a complete reply."""
        content = reply.content()
        bodiless = reply.status in (204, 304) or self._scope["method"] == "HEAD"
        half = b"" if bodiless else content[: len(content) // 2] or b"{"
        await self.reply(Reply(reply.status, half, reply.headers))

    async def drop(self, *, reset: bool) -> None:
        """End the connection without a further byte, in order or with a TCP reset."""
        transport: asyncio.Transport = self._scope["state"]["transport"]
        if reset:
            # A linger time of zero turns the end of the connection into a reset.
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, reply: Reply, length: int) -> None:
        headers: list[tuple[bytes, bytes]] = [
            (name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in reply.headers.items()
        ]
        given = {name.lower() for name in reply.headers}
        if "date" not in given:
            headers.append((b"date", formatdate(self._now(), usegmt=True).encode()))
        if length and "content-type" not in given:
            headers.append((b"content-type", b"application/json"))
        if "content-length" not in given and reply.status not in (204, 304):
            headers.append((b"content-length", str(length).encode()))
        start: dict[str, Any] = {"type": "http.response.start", "status": reply.status, "headers": headers}
        await self._send(start)
