"""A real Vault, for tests that ask the real service: the stock server, built from its Go module."""

from __future__ import annotations

from tools.gotools import GoModule, GoProgram, provide
from tools.steps import CHECKOUT, SetupError, usable_go

VAULT = GoModule(CHECKOUT / "tools" / "vault", "github.com/hashicorp/vault")


def set_up() -> None:
    """Link `vault` into `.engine/bin`, building it first where the cache does not hold it."""
    go = usable_go()
    if go is None:
        raise SetupError("Vault is built from its Go module: install Go 1.21 or later (https://go.dev/dl/).")
    program = GoProgram(VAULT, VAULT.module, takes="three minutes and 2 GB of memory", env={"CGO_ENABLED": "0"})
    provide(go, "vault", [program])
