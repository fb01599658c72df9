"""The life of Vault's kinds at a real server; at the emulator all kinds live it in ``test_lifecycle.py``."""

from __future__ import annotations

import pytest

from cases_vault import CASES
from lifecycle import Case, live
from raw_vault import VaultWorld


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_at_a_real_server(case: Case, real: VaultWorld) -> None:
    live(case, real.direct(case.kind), real)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_at_a_real_server_through_its_pickle(case: Case, real: VaultWorld) -> None:
    live(case, real.pickled(case.kind), real)
