"""Keeps the active faults, and the requests that they hold."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from roster_emulator.api import Call, Reply
from roster_emulator.faults.base import Exchange
from roster_emulator.faults.kinds import AnyFault, ItemsFail, Stale
from roster_emulator.store import Store
from roster_emulator.wire import Wire


class Held:
    """A request that waits for its release."""

    def __init__(self, fault: AnyFault, call: Call) -> None:
        self.fault = fault
        self.description = {"fault": fault.id, "method": call.method, "path": call.path, "trace": call.trace}
        self.released = asyncio.Event()


class ActiveFaults:
    """The active faults and the requests that they hold. All methods run on the event loop of the server."""

    def __init__(self) -> None:
        self.faults: list[AnyFault] = []
        self.held: list[Held] = []
        self._changed = asyncio.Condition()
        self._ids = itertools.count(1)
        self._cleared = asyncio.Event()

    def add(self, fault: AnyFault, store: Store) -> AnyFault:
        """Activate a fault. ``store`` is the present state, which a stale read may show later."""
        fault.id, fault.fired = next(self._ids), 0
        if isinstance(fault, Stale):
            fault.injected(store)
        self.faults.append(fault)
        return fault

    def take(self, call: Call, changes: bool) -> AnyFault | None:
        """Return the fault that a call meets. Tell the call which of its items fail."""
        if not self.faults:
            return None
        matching = [fault for fault in self.faults if fault.matches(call, changes)]
        call.item_errors = [fault.for_call() for fault in matching if isinstance(fault, ItemsFail)]
        return next((fault for fault in matching if not isinstance(fault, ItemsFail) and fault.fire()), None)

    async def apply(self, fault: AnyFault, call: Call, handle: Callable[[Call], Reply], wire: Wire) -> int | None:
        """Answer a call as its fault says. Return the status that was sent, or ``None`` if none was."""
        return await fault.apply(Exchange(call, wire, handle, self.pause, lambda: self.hold(fault, call)))

    def before_write(self, store: Store) -> None:
        """Keep the state before a write for the faults that show it to reads."""
        for fault in self.faults:
            if isinstance(fault, Stale):
                fault.before_write(store)

    async def pause(self, seconds: float) -> None:
        """Wait for some seconds, or until all faults are removed."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), seconds)

    async def hold(self, fault: AnyFault, call: Call) -> None:
        """Wait until the request is released."""
        held = Held(fault, call)
        self.held.append(held)
        async with self._changed:
            self._changed.notify_all()
        await held.released.wait()

    async def await_held(self, count: int, timeout: float) -> list[dict[str, Any]]:
        """Return the held requests, once there are ``count`` of them or the time is over."""
        with suppress(asyncio.TimeoutError):
            async with self._changed:
                await asyncio.wait_for(self._changed.wait_for(lambda: len(self.held) >= count), timeout)
        return [held.description for held in self.held]

    def release(self, count: int | None = None, fault: int | None = None) -> int:
        """Release held requests, the oldest first, and return their number.

        With ``fault``, release only the requests that the fault with this id holds.
        """
        chosen = [held for held in self.held if fault is None or held.fault.id == fault][:count]
        for held in chosen:
            held.released.set()
            self.held.remove(held)
        return len(chosen)

    def clear(self, ids: Iterable[int] | None = None) -> None:
        """Remove faults, by default all of them. Release what they hold, and end the pauses when all are removed."""
        removed = {fault.id for fault in self.faults} if ids is None else set(ids)
        self.faults = [fault for fault in self.faults if fault.id not in removed]
        for number in removed:
            self.release(fault=number)
        if ids is None:
            self._cleared.set()
            self._cleared = asyncio.Event()
