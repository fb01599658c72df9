"""Reads the whole body of a reply within limits of size and time.

httpx limits the time between two bytes, but not the whole time, and it decompresses data before a client can measure
them. So a service that sends one byte a second could block a thread forever, and a compressed kilobyte could fill the
memory.
"""

from __future__ import annotations

import zlib

import httpx

from .call import Call
from .layer import Layer
from .limits import Limits

__all__ = ["ReplyTooLarge", "WholeBody"]


class ReplyTooLarge(httpx.TransportError):
    """A reply is larger than ``Limits.largest_reply``."""


class WholeBody(Layer):
    """Gives the layers above a complete reply, or an error.

    The deadline of the call limits the time, and ``Limits.largest_reply`` the size.
    """

    def __init__(self, below: httpx.BaseTransport, limits: Limits) -> None:
        super().__init__(below)
        self.limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._limit_timeouts(request)
        reply = self.below.handle_request(request)
        try:
            body = self._body(reply, request)
        finally:
            reply.close()
        headers = [(name, value) for name, value in reply.headers.raw if name.lower() not in _FRAMING]
        return httpx.Response(
            reply.status_code,
            headers=headers,
            content=body,
            request=request,
            extensions={k: v for k, v in reply.extensions.items() if k != "network_stream"},
        )

    def _limit_timeouts(self, request: httpx.Request) -> None:
        call, now = Call.of(request), self.limits.clock()
        to_send, to_reply = call.send_by - now, call.deadline - now
        if to_send <= 0:
            raise httpx.PoolTimeout("the time budget was used up before the request was sent", request=request)
        left = {"pool": to_send, "connect": to_send, "write": to_reply, "read": to_reply}
        timeouts = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {
            name: most if timeouts.get(name) is None else min(timeouts[name], most) for name, most in left.items()
        }

    def _body(self, reply: httpx.Response, request: httpx.Request) -> bytes:
        largest, deadline = self.limits.largest_reply, Call.of(request).deadline
        unpack = _unpacker(reply, request)
        body, started = bytearray(), False
        assert isinstance(reply.stream, httpx.SyncByteStream)
        for piece in reply.stream:
            started = started or bool(piece)
            try:
                # One byte more than the limit shows that the reply is too large.
                body += unpack.decompress(piece, largest + 1 - len(body)) if unpack else piece
            except zlib.error as error:
                message = f"the reply is not compressed as its header says: {error}"
                raise httpx.DecodingError(message, request=request) from None
            if len(body) > largest:
                raise ReplyTooLarge(f"the reply is larger than {largest} bytes", request=request)
            if self.limits.clock() > deadline:
                raise httpx.ReadTimeout("the reply took longer than the time budget", request=request)
        if unpack and started and not unpack.eof:
            raise httpx.RemoteProtocolError("the compressed reply is not complete", request=request)
        return bytes(body)


# The body is now decompressed and complete. With these headers, httpx would decompress it again.
_FRAMING = {b"content-encoding", b"content-length", b"transfer-encoding"}


def _unpacker(reply: httpx.Response, request: httpx.Request) -> zlib._Decompress | None:
    encoding = reply.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding != "gzip":  # the only encoding that the client accepts; "gzip, gzip" could expand without limit
        message = f"the content-encoding of the reply must be gzip, got {encoding[:40]!r}"
        raise httpx.DecodingError(message, request=request)
    return zlib.decompressobj(wbits=31)
