"""Builds the program that declares every kind, and says what the services must hold after each of its stages.

The parts come from the table in ``support.cases``. The killed runs and the recorded states use the program. Its
environment: ``STAGE`` is ``first`` (creates everything) or ``later`` (changes everything, and replaces what can be
replaced); ``ADOPT`` names the resources that adopt an existing object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from roster_emulator import Running
from support.cases import CASES, SYSTEMS
from support.cases.britive import ROOT

_HEAD = """
import os

later = os.environ["STAGE"] == "later"
adopted = os.environ["ADOPT"].split()
"""

PROGRAM = "\n".join(
    [
        _HEAD,
        *(case.in_program.lookup for case in CASES if case.in_program.lookup),
        *(dedent(case.in_program.text).strip() for case in CASES),
        "",
    ]
)

OTHERS: dict[str, Any] = {name: system.others for name, system in SYSTEMS.items()}
"""The objects of other people, as the emulator's seed. The program writes beside them and into some of them."""


def seed_others(emulator: Running) -> dict[str, str]:
    """Reset the emulator and create the objects of other people. Return the id of one such object by system."""
    emulator.reset()
    made = emulator.seed(**OTHERS)
    return {**{system: made[system]["groups"][0] for system in ("ibm", "vault", "appsec")}, "britive": "app-theirs"}


BEFORE = sorted(line for system in SYSTEMS.values() for line in system.other_lines)
EXPECTED: dict[str, list[str]] = {
    "first": sorted([*BEFORE, ROOT, *(line for case in CASES for line in case.in_program.first)]),
    "later": sorted([*BEFORE, ROOT, *(line for case in CASES for line in case.in_program.later)]),
    "destroyed": sorted([*BEFORE, ROOT]),
}
"""What :func:`described` must return after each stage, and after ``pulumi destroy``."""


def described(dump: Mapping[str, Any]) -> list[str]:
    """Describe what the services hold, without ids and times, one line for each object and each member."""
    return sorted(line for name, system in SYSTEMS.items() for line in system.describe(dump[name]))


def expected_writes(stage: str) -> dict[str, int]:
    """Add up the requests that change something in a stage that nothing disturbs, by route."""
    total = Counter[str]()
    for case in CASES:
        total.update(case.in_program.writes[stage])
    return dict(total)
