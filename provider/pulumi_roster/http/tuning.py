"""Reads the limits of time: ``roster:timeoutSeconds``, and the clocks of ``roster:tuning``.

``tuning`` is unstable: its keys may change in any release.

- ``settleSeconds``: how long a write may take to appear in a service's reads.
- ``quietSeconds``: how long a writer waits before it checks that its change of a shared list is still there. It should
  be more than twice the duration of a call.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace

from ..errors import SettingsError
from ..redaction import quoted
from .keys import NAMESPACE, TUNING, not_a_key
from .limits import Limits

__all__ = ["tuned", "with_timeout"]

_PATH = f"{NAMESPACE}:{TUNING.key}"

# The field of Limits, and its smallest value.
_CLOCKS = {"settleSeconds": ("settle", 0.0), "quietSeconds": ("quiet", 0.1)}


def with_timeout(limits: Limits, text: str, where: str) -> Limits:
    """Return the limits with a budget of this many seconds.

    :param where: the name of the setting in errors.
    :raises SettingsError: the text is not a number, or the number is too small.
    """
    if problem := _problem(text, 0.1):
        raise SettingsError(f"{where} {problem}")
    return replace(limits, budget=float(text))


def tuned(limits: Limits, text: str) -> Limits:
    """Return the limits with the values of an object in JSON.

    :raises SettingsError: the text is not an object, or some of its keys or values are not allowed. The error names
        all of them.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise SettingsError(
            f"{_PATH} must be an object that maps names to seconds",
            hint=f"pulumi config set --path {_PATH}.settleSeconds 6",
        )
    changes: dict[str, float] = {}
    problems: list[str] = []
    for key, value in given.items():
        field, least = _CLOCKS.get(key, ("", 0.0))
        text = value if isinstance(value, str) else str(value).lower()
        if problem := _problem(text, least) if field else not_a_key(key, _PATH, _CLOCKS):
            problems.append(f"{_PATH}.{quoted(key, limit=100)} {problem}")
        else:
            changes[field] = float(text)
    if problems:
        raise SettingsError("; ".join(problems))
    return replace(limits, **changes)  # type: ignore[arg-type]


def _problem(text: str, least: float) -> str:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if least <= seconds < math.inf:
        return ""
    return f"must be a number of seconds, at least {least:g}, got {quoted(text)!r}"
