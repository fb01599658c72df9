"""Hides the differences between the versions of Pulumi's SDK that Roster supports."""

from __future__ import annotations

import inspect
from typing import Any

from pulumi import dynamic

__all__ = ["read_result"]

_READ_RETURNS_INPUTS = "inputs" in inspect.signature(dynamic.ReadResult).parameters


def read_result(id: str, outputs: dict[str, Any], inputs: dict[str, Any]) -> dynamic.ReadResult:
    """Return the result of a read.

    Pulumi before 3.216 accepts no inputs here and keeps those of the last ``pulumi up``. Drift still shows and gets
    repaired, because Roster compares the outputs of the state with the inputs of the program.
    """
    if _READ_RETURNS_INPUTS:
        return dynamic.ReadResult(id, outputs, inputs)
    return dynamic.ReadResult(id, outputs)
