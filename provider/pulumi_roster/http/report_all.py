"""Reports all problems of a connection's settings at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from ..errors import SettingsError

__all__ = ["report_all"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
def report_all(a: Callable[[], A], b: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def report_all(a: Callable[[], A], b: Callable[[], B], c: Callable[[], C], /) -> tuple[A, B, C]: ...
@overload
def report_all(
    a: Callable[[], A], b: Callable[[], B], c: Callable[[], C], d: Callable[[], D], /
) -> tuple[A, B, C, D]: ...
def report_all(*readers: Callable[[], Any]) -> tuple[Any, ...]:
    """Return the results of functions that read settings.

    :raises SettingsError: some functions failed. It has the messages and hints of all of them.
    """
    results: list[Any] = []
    errors: list[SettingsError] = []
    for read in readers:
        try:
            results.append(read())
        except SettingsError as error:
            errors.append(error)
    if errors:
        hints = dict.fromkeys(error.hint for error in errors if error.hint)
        raise SettingsError("; ".join(error.message for error in errors), hint="; ".join(hints))
    return tuple(results)
