"""Defines the servers of the Vault tests. A test that uses ``server`` runs with the emulator and with a real Vault."""

from __future__ import annotations

import pytest

from roster_emulator import Running
from support.vault_api import VaultServer, vault
from testkit.real_vault import RealVault


@pytest.fixture
def real(shared_vault: RealVault) -> VaultServer:
    """A real Vault without groups and entities."""
    found = VaultServer(shared_vault.url, shared_vault.token)
    vault(found, lambda client: client.wipe())
    return found


@pytest.fixture(params=["emulator", "real"])
def server(request: pytest.FixtureRequest) -> VaultServer:
    if request.param == "real":
        found: VaultServer = request.getfixturevalue("real")
        return found
    emulator: Running = request.getfixturevalue("emulator")
    return VaultServer(emulator.url)
