"""Random programs, strangers, faults and kills against a model of what should be, system by system.

``ROSTER_MODEL_STEPS=50000 pytest tests/model`` goes further, by other ways each time, and shrinks what it finds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from model.appsec import AppSec
from model.britive import Britive
from model.ibm import Ibm
from model.machine import Machine
from model.universe import Universe
from model.vault import Vault
from roster_emulator import Running, running

UNIVERSES: list[type[Universe]] = [Ibm, Vault, AppSec, Britive]
AT_LEAST = 2_000
LENGTH = 50
ASKED = os.environ.get("ROSTER_MODEL_STEPS")
STEPS = int(ASKED or AT_LEAST) // len(UNIVERSES)

SETTINGS = settings(
    max_examples=STEPS // 30,
    stateful_step_count=LENGTH,
    derandomize=not ASKED,
    database=None,
    deadline=None,
    print_blob=False,
    phases=[Phase.generate, Phase.shrink] if ASKED else [Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="module")
def world() -> Iterator[Running]:
    """A server of its own: the clock of this one is moved."""
    with running() as emulator:
        yield emulator


@pytest.mark.timeout(0)
@pytest.mark.parametrize("universe", UNIVERSES, ids=lambda universe: universe.system)
def test_the_world_is_the_declaration_and_what_is_not_ours(world: Running, universe: type[Universe]) -> None:
    seen = Counter[str]()
    machine = type("Machine", (Machine,), {"universe_type": universe, "emulator": world, "seen": seen})
    run_state_machine_as_test(machine, settings=SETTINGS)
    print(f"{universe.system}: {dict(seen.most_common())}")
    assert seen["steps"] >= STEPS
