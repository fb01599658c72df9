"""Builds a real Vault server from its Go module, for tests that use the real service."""

from __future__ import annotations

from tools.gotools import GoModule, GoProgram, provide
from tools.steps import CHECKOUT, SetupError, usable_go

VAULT = GoModule(CHECKOUT / "tools" / "vault", "github.com/hashicorp/vault")


def set_up() -> None:
    """Link `vault` into `.engine/bin`, and build it first if the cache does not have it."""
    go = usable_go()
    if go is None:
        raise SetupError("Building Vault needs Go. Install Go 1.21 or later (https://go.dev/dl/).")
    program = GoProgram(VAULT, VAULT.module, takes="three minutes and 2 GB of memory", env={"CGO_ENABLED": "0"})
    provide(go, "vault", [program])
