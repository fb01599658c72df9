"""Runs every test of this folder twice, with the same expectations: against the emulator and against a real Vault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Literal

import pytest

from roster_emulator import Running
from testkit.real_vault import RealVault, binary
from testkit.vault import Vault

Server = Literal["emulator", "real"]
Connect = Callable[[str | None], Vault]

VIEWER = 'path "identity/*" { capabilities = ["read", "list"] }'


# Without the program, one test in ``test_vault_access.py`` is skipped and says so, instead of every test.
SERVERS: list[Server] = ["emulator", "real"] if binary() else ["emulator"]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    which: Server = request.param
    return which


@pytest.fixture
def address(server: Server, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Address and token of the server, which has neither groups nor entities."""
    if server == "real":
        found: RealVault = request.getfixturevalue("shared_vault")
        url, token = found.url, found.token
    else:
        emulator: Running = request.getfixturevalue("emulator")
        url, token = emulator.url, "roster-dev"
    with Vault(url, token) as client:
        client.wipe()
    return url, token


@pytest.fixture
def connect(address: tuple[str, str], stack: ExitStack) -> Connect:
    """Open a client with a token."""
    return lambda token: stack.enter_context(Vault(address[0], token))


@pytest.fixture
def vault(address: tuple[str, str], connect: Connect) -> Vault:
    """A client that may do everything."""
    return connect(address[1])


@pytest.fixture
def viewer(server: Server, vault: Vault, connect: Connect) -> Vault:
    """A client that may only read."""
    if server == "emulator":
        return connect("viewer-1")
    vault.put("sys/policies/acl/viewer", json={"policy": VIEWER}).raise_for_status()
    made = vault.post("auth/token/create", json={"policies": ["viewer"]})
    return connect(made.json()["auth"]["client_token"])
