"""Warns users about names that a later version removes.

docs/public-api.md states for how long a deprecated name keeps working.
"""

from __future__ import annotations

import functools
import re
import warnings

import pulumi

__all__ = ["earliest_removal", "warn_deprecated"]

_MINOR_RELEASES = 2


def warn_deprecated(name: str, *, since: str, instead: str) -> None:
    """Warn that the program uses a deprecated name, once in each process.

    The deprecated function or class calls this directly, so that the warning points at the line that uses it.

    :param name: what the program uses, such as ``ibm.AccessGroup(owner=)``.
    :param since: the first version that warns, such as ``0.3``.
    :param instead: the change that the user must make, such as ``write `owner_id` instead``.
    """
    _warn_once(
        f"{name} is deprecated since pulumi-roster {since}, and {earliest_removal(since)} may remove it\n"
        f"  hint: {instead}"
    )


def earliest_removal(since: str) -> str:
    """Return the first version that may remove a name.

    :raises ValueError: ``since`` is not a version.
    """
    found = re.match(r"(\d+)\.(\d+)", since)
    if found is None:
        raise ValueError(f"since: must be a version such as 0.3, got {since!r}")
    major, minor = int(found[1]), int(found[2])
    return f"{major}.{minor + _MINOR_RELEASES}" if major == 0 else f"{major + 1}.0"


@functools.cache
def _warn_once(message: str) -> None:
    # Pulumi shows its log message to users. Editors and tests see the Python warning.
    pulumi.log.warn(message)
    warnings.warn(message, DeprecationWarning, stacklevel=4)
