"""Lists every kind of resource in one table. The tests that treat all kinds alike take their cases from here.

A new kind needs one row in the file of its system. ``test_lifecycle.py`` fails if the row is missing.
"""

from __future__ import annotations

from support.cases.appsec import APPSEC
from support.cases.britive import BRITIVE
from support.cases.case import Case, System
from support.cases.ibm import IBM
from support.cases.vault import VAULT

SYSTEMS: dict[str, System] = {"ibm": IBM, "appsec": APPSEC, "britive": BRITIVE, "vault": VAULT}
CASES: list[Case] = [case for system in SYSTEMS.values() for case in system.cases]
CASE_OF: dict[str, Case] = {case.kind: case for case in CASES}

__all__ = ["CASES", "CASE_OF", "SYSTEMS", "Case"]
