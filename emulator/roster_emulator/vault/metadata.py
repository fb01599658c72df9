"""Checks the limits of metadata. A violation is a 500."""

from __future__ import annotations

import re
from collections.abc import Mapping

from roster_emulator.vault.errors import failed
from roster_emulator.vault.fields import quoted

MOST_PAIRS = 64
LONGEST_KEY = 128
LONGEST_VALUE = 512
RESERVED = "vault-"

_KEY = re.compile(r"[A-Za-z0-9=/+_-]+", re.ASCII)


def check(kind: str, metadata: Mapping[str, str]) -> None:
    """Refuse metadata of a ``kind`` (``"group"``, ``"entity"``) that Vault does not accept. Lengths are in bytes."""
    if len(metadata) > MOST_PAIRS:
        raise failed(f"invalid {kind} metadata: metadata cannot contain more than {MOST_PAIRS} key/value pairs")
    for key, value in metadata.items():
        wrong = _wrong(key, value)
        if wrong:
            pair = f"({quoted(key)}, {quoted(value)})"
            raise failed(f"invalid {kind} metadata: failed to load metadata pair {pair}: {wrong}")


def _wrong(key: str, value: str) -> str | None:
    if not key:
        return "key cannot be blank"
    if not _KEY.fullmatch(key):
        return "key contains invalid characters"
    if len(key.encode()) > LONGEST_KEY:
        return f"key is too long (limit: {LONGEST_KEY} characters)"
    if key.startswith(RESERVED):
        return f'key prefix "{RESERVED}" is reserved for internal use'
    if len(value.encode()) > LONGEST_VALUE:
        return f"value is too long (limit: {LONGEST_VALUE} characters)"
    return None
