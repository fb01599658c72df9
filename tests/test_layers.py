"""Every module has its place in the import contracts of pyproject.toml, so that a new one cannot slip past them."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest
from importlinter import api

import pulumi_roster

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
WITHOUT_PULUMI, EMULATOR = "Below engine.py nothing knows Pulumi", "The emulator shares nothing with what it tests"
ABOVE = {"engine", "managed", "team", "cli", "emulator"}
SYSTEMS = {"appsec", "vault", "ibm", "britive"}
MODULES = {module.name for module in pkgutil.iter_modules(pulumi_roster.__path__)}


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, set[str]]]:
    """The lists of each contract, by the contract's name; modules without the package's name before them."""
    options = api.read_configuration(str(PYPROJECT))["contracts_options"]
    return {
        contract["name"]: {
            key: {str(module).removeprefix("pulumi_roster.") for module in value}
            for key, value in contract.items()
            if isinstance(value, list)
        }
        for contract in options
    }


def test_every_module_below_the_engine_is_kept_from_pulumi(contracts: dict[str, dict[str, set[str]]]) -> None:
    assert contracts[WITHOUT_PULUMI]["source_modules"] == MODULES - ABOVE - SYSTEMS


def test_the_emulator_is_kept_from_every_other_module(contracts: dict[str, dict[str, set[str]]]) -> None:
    assert contracts[EMULATOR]["forbidden_modules"] == MODULES - {"emulator"} | {"pulumi"}
