"""Runs a function in many threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

WAIT = 10
"""Seconds in which whatever a test waits for has surely happened; nothing waits so long when all is well."""


def threads(count: int, what: Callable[[], Any], answers: list[Any]) -> list[threading.Thread]:
    def run() -> None:
        try:
            answers.append(what())
        except ValueError as error:
            answers.append(error)

    started = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in started:
        thread.start()
    return started


def join(started: list[threading.Thread]) -> None:
    for thread in started:
        thread.join(WAIT)
    assert not any(thread.is_alive() for thread in started)
