"""Checks random programs, actions of other people, faults and kills against a model, system by system.

``ROSTER_MODEL_STEPS=50000 pytest tests/model`` runs more steps, with new random choices each time. It also shrinks
failures.
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
from model.system import SystemModel
from model.vault import Vault
from roster_emulator import Running, running

MODELS: list[type[SystemModel]] = [Ibm, Vault, AppSec, Britive]
AT_LEAST = 2_000
LENGTH = 50
ASKED = os.environ.get("ROSTER_MODEL_STEPS")
STEPS = int(ASKED or AT_LEAST) // len(MODELS)

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
def model_emulator() -> Iterator[Running]:
    """An emulator of its own, because the model moves its clock."""
    with running() as emulator:
        yield emulator


@pytest.mark.timeout(0)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.system)
def test_the_services_hold_what_is_declared_and_what_others_own(
    model_emulator: Running, model: type[SystemModel]
) -> None:
    counts = Counter[str]()
    machine = type("Machine", (Machine,), {"model_type": model, "emulator": model_emulator, "counts": counts})
    run_state_machine_as_test(machine, settings=SETTINGS)
    print(f"{model.system}: {dict(counts.most_common())}")
    assert counts["steps"] >= STEPS
