"""Ends a provider process when its engine ends.

A pipeline that runs out of time kills the engine, but not the processes that the engine has started. A provider that
still runs could repeat a write after the next run has read the object. So when the engine dies, the provider stops too,
and sends no further requests.
"""

from __future__ import annotations

import functools
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

__all__ = ["end_with_engine", "engine_address", "watch"]

_PROVIDER = re.compile(r"pulumi[/\\]dynamic[/\\]__main__\.py$")
_ADDRESS = re.compile(r"([\w.-]+):(\d+)")
_PAUSE = 0.1


def engine_address(command: Sequence[str]) -> tuple[str, int] | None:
    """Return the address of the engine that started this process; ``None`` if no engine started it.

    :param command: this process's arguments. The engine passes its address to a provider.
    """
    if len(command) != 2 or not _PROVIDER.search(command[0]) or not (found := _ADDRESS.fullmatch(command[1])):
        return None
    return found[1], int(found[2])


def watch(address: tuple[str, int], on_end: Callable[[], object]) -> None:
    """Call ``on_end`` and return when no process listens at an address any more.

    An open connection ends at once when the other process dies. A closed connection alone does not prove that the
    process is dead, so the next connection must fail too. If no connection ever succeeded, the function just returns.
    """
    reached = False
    while True:
        try:
            with socket.create_connection(address, timeout=10) as line:
                reached = True
                line.settimeout(None)
                while line.recv(4096):
                    pass
        except ConnectionRefusedError:
            if reached:
                on_end()
            return
        except OSError:
            pass
        time.sleep(_PAUSE)


@functools.cache
def end_with_engine() -> None:
    """End this process when its engine ends. Do nothing if no engine started this process."""
    address = engine_address(sys.argv)
    if address is not None:
        with suppress(RuntimeError):  # the interpreter is about to end
            threading.Thread(target=watch, args=(address, lambda: os._exit(1)), name="engine", daemon=True).start()
