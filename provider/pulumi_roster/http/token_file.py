"""Reads the token of a sign-in from a file."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import SettingsError

__all__ = ["token_in"]


def token_in(path: str, called: str) -> str:
    """Return the token in a file. Read the file at each sign-in, because its writer replaces the token.

    :param path: the file's path, which may begin with ``~``.
    :param called: the name of the setting in messages.
    :raises SettingsError: the file cannot be read, is empty, or contains no text.
    """
    try:
        token = Path(os.path.expanduser(path)).read_text("utf-8").strip()
        why = "it is empty"
    except UnicodeError:
        token, why = "", "it is not text"
    except (OSError, ValueError) as error:
        token, why = "", str(getattr(error, "strerror", None) or error)
    if not token:
        raise SettingsError(
            f"{called} must name a file that contains a token, got {path}: {why}",
            hint="correct the path, or write the token into the file",
        )
    return token
