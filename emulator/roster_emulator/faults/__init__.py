"""Injects faults: failures that the emulator produces on request.

``base.py`` has the common fields, ``kinds.py`` has one class for each kind, and ``active.py`` has the active faults.
``POST /_emulator/faults`` accepts a fault as JSON: its ``kind``, the common fields, and the fields of that kind.
"""

from __future__ import annotations

from roster_emulator.faults.active import ActiveFaults
from roster_emulator.faults.kinds import AnyFault, injected_fault

__all__ = ["ActiveFaults", "AnyFault", "injected_fault"]
