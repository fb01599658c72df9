"""Runs a port that refuses or resets connections at first, and then passes them on to the emulator."""

from __future__ import annotations

import itertools
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """A port of the loopback that refuses connections until :meth:`listen`.

    :param url: the address of the server behind it.
    :param resets: the number of connections that it resets first; ``None`` for all.
    """

    def __init__(self, url: str, resets: int | None = 0) -> None:
        parts = urlsplit(url)
        self._behind = (parts.hostname or "", parts.port or 0)
        self._resets = resets
        self._socket = socket.socket()
        # A bound socket keeps the port. As long as it does not listen, connections are refused.
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def listen(self) -> None:
        """Accept connections from now on."""
        if not self._threads:
            self._socket.listen()
            self._start(self._accept)

    def close(self) -> None:
        """Close all connections and wait for the threads."""
        for each in (self._socket, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            for count in itertools.count():
                front = self._socket.accept()[0]
                if self._resets is None or count < self._resets:
                    # With a linger time of 0, a close sends a reset.
                    front.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    front.close()
                else:
                    self._pass_on(front)

    def _pass_on(self, front: socket.socket) -> None:
        back = socket.create_connection(self._behind)
        self._open += [front, back]
        self._start(lambda: _copy(front, back))
        self._start(lambda: _copy(back, front))


@contextmanager
def relay(url: str, resets: int | None = 0) -> Iterator[Relay]:
    """Run a relay for the length of the block."""
    made = Relay(url, resets)
    try:
        yield made
    finally:
        made.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
