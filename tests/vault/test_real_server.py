"""Runs the lifecycle test of Vault's kinds with a real Vault. ``test_lifecycle.py`` runs it with the emulator."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from support.cases import Case
from support.cases.vault import CASES
from support.lifecycle import run_lifecycle
from support.subjects import Subject
from support.vault_api import VaultServer, vault
from testkit.vault import Vault


@pytest.mark.parametrize("subject", [VaultServer.direct, VaultServer.pickled], ids=["direct", "pickled"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_kind_completes_its_lifecycle_with_a_real_vault(
    case: Case, subject: Callable[[VaultServer, str], Subject], real: VaultServer
) -> None:
    run_lifecycle(case, subject(real, case.kind), real)


LEAST = """
path "identity/group" { capabilities = ["update"] }
path "identity/group/*" { capabilities = ["read", "update", "delete"] }
"""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_rights_that_error_messages_name_are_sufficient(case: Case, real: VaultServer) -> None:
    def token(client: Vault) -> str:
        client.put("sys/policies/acl/least", json={"policy": LEAST}).raise_for_status()
        made = client.post("auth/token/create", json={"policies": ["least"], "no_default_policy": True})
        return str(made.json()["auth"]["client_token"])

    least = dataclasses.replace(real, token=vault(real, token))
    run_lifecycle(case, least.direct(case.kind), real)
