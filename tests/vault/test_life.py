"""The life of Vault's kinds at a real server; at the emulator all kinds live it in ``test_lifecycle.py``."""

from __future__ import annotations

import dataclasses

import pytest

from support.cases import Case
from support.cases.vault import CASES
from support.lifecycle import run_lifecycle
from support.vault_api import VaultServer, vault
from testkit.vault import Vault


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_at_a_real_server(case: Case, real: VaultServer) -> None:
    run_lifecycle(case, real.direct(case.kind), real)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_life_at_a_real_server_through_its_pickle(case: Case, real: VaultServer) -> None:
    run_lifecycle(case, real.pickled(case.kind), real)


LEAST = """
path "identity/group" { capabilities = ["update"] }
path "identity/group/*" { capabilities = ["read", "update", "delete"] }
"""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_rights_that_the_errors_name_are_enough(case: Case, real: VaultServer) -> None:
    def token(client: Vault) -> str:
        client.put("sys/policies/acl/least", json={"policy": LEAST}).raise_for_status()
        made = client.post("auth/token/create", json={"policies": ["least"], "no_default_policy": True})
        return str(made.json()["auth"]["client_token"])

    least = dataclasses.replace(real, token=vault(real, token))
    run_lifecycle(case, least.direct(case.kind), real)
