"""Injected faults: failures that the emulator produces on request.

``base.py`` has what every kind has, ``kinds.py`` one class a kind, and ``active.py`` the faults that are in force.
``POST /_emulator/faults`` takes one as JSON: ``kind``, the fields of every injected fault, and those of its kind.
"""

from __future__ import annotations

from roster_emulator.faults.active import ActiveFaults
from roster_emulator.faults.kinds import AnyFault, injected_fault

__all__ = ["ActiveFaults", "AnyFault", "injected_fault"]
