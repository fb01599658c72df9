"""Serves the application on the loopback: in the foreground, or in a thread of a test."""

from __future__ import annotations

import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from roster_emulator.application import Application
from roster_emulator.control import Control
from roster_emulator.switches import Switches
from roster_emulator.wire import Connection

HOST = "127.0.0.1"
PORT = 8400

BANNER = """\
roster emulator at {url} (loopback only), data {data}
For development and tests only. Do NOT use it as a real service: it protects nothing, and its tokens are public.
To use it: export ROSTER_EMULATOR={url}    Token for everything: roster-dev    To stop it: Ctrl-C"""


class Running(Control):
    """An emulator that runs in this process, and the ``Control`` over it."""

    def __init__(self, url: str, application: Application) -> None:
        super().__init__(url)
        self.application = application


class _Server(uvicorn.Server):
    """Uvicorn's server. It reports when it is ready, and releases held requests when it stops."""

    def __init__(self, application: Application, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=Connection,
                loop="asyncio",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=2,
            )
        )
        self._application, self._ready = application, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.faults.clear()
        await super().shutdown(sockets)
        self._application.close()


def listen(host: str, port: int) -> socket.socket:
    """Open a socket on the loopback. Port 0 picks a free one.

    Raises ``ValueError`` for any other address, and ``OSError`` if the port is taken.
    """
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"the emulator listens on the loopback only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Name the protocol, so that asyncio turns off Nagle's algorithm, which would delay each reply by 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def serve(
    port: int = PORT,
    data: Path | None = None,
    switches: Switches | None = None,
    *,
    host: str = HOST,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve in the foreground until SIGINT or SIGTERM. ``announce`` receives the banner when the port answers.

    Raises ``OSError`` if the port is taken, ``sqlite3.Error`` if the file cannot hold the data, and ``ValueError`` for
    a host that is not on the loopback.
    """
    application = Application(switches or Switches(), data)
    listener = listen(host, port)
    url = address(listener)
    server = _Server(application, lambda: announce(BANNER.format(url=url, data=data or "in memory")))

    def stop(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    # Uvicorn raises the signal again once it has stopped. With this handler, that does not kill the process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run([listener])


@contextmanager
def running(port: int = 0, data: Path | None = None, *, host: str = HOST, **switches: Any) -> Iterator[Running]:
    """Run an emulator in a thread of this process during a ``with`` block. Pass switches as keyword arguments."""
    application = Application(Switches(**switches), data)
    listener = listen(host, port)
    ready = threading.Event()
    server = _Server(application, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), name="roster-emulator", daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the emulator did not start within ten seconds")
    with Running(address(listener), application) as control:
        try:
            yield control
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()


def address(listener: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
