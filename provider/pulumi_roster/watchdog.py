"""Ends a provider process whose engine is gone.

A pipeline that runs out of time kills the engine, not what the engine has started. A provider that is left behind would
go on: what waits for its second try would be written later, when the next run has read and decided already. So it ends
at the moment at which its engine does, as if it had been killed with it.
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
    """Where the engine listens that has started this process; ``None`` where no engine has.

    :param command: this process's arguments; the engine gives a provider its address.
    """
    if len(command) != 2 or not _PROVIDER.search(command[0]) or not (found := _ADDRESS.fullmatch(command[1])):
        return None
    return found[1], int(found[2])


def watch(address: tuple[str, int], gone: Callable[[], object]) -> None:
    """Returns when nobody listens at an address any more, after calling ``gone``.

    A connection that is kept tells its other end's death at once; that it was closed alone does not mean death. Where
    nobody was ever reached, nothing can be told.
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
                gone()
            return
        except OSError:
            pass
        time.sleep(_PAUSE)


@functools.cache
def end_with_engine() -> None:
    """Ends this process when its engine does. Nothing happens in a process that no engine has started."""
    address = engine_address(sys.argv)
    if address is not None:
        with suppress(RuntimeError):  # the interpreter is about to end
            threading.Thread(target=watch, args=(address, lambda: os._exit(1)), name="engine", daemon=True).start()
