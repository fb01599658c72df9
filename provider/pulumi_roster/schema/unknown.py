"""Recognises values that Pulumi does not know yet, such as the id of an object that it has not created yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["UNKNOWN", "contains_unknown"]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a value that is not known yet. The Pulumi engine uses the same text; a test checks this."""


def contains_unknown(value: Any) -> bool:
    """Return whether a value, or any part of it, is not known yet."""
    if isinstance(value, Mapping):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(contains_unknown(item) for item in value)
    return bool(value == UNKNOWN)
