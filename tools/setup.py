"""Runs `make setup`: creates the virtual environment with our packages in it, and provides the Pulumi engine.

It runs before the virtual environment exists, so it and its imports use only Python's standard library.

    python3 -m tools.setup                  environment and engine
    python3 -m tools.setup --vault          also Vault, which needs Go
    python3 -m tools.setup --vault-if-go    also Vault, if Go is installed
"""

from __future__ import annotations

import argparse
import os
import sys

from tools import engine, environment, vault
from tools.steps import CHECKOUT, SetupError, locked, usable_go


def main() -> int:
    """Bring the checkout up to date. This takes about a second if there is nothing to do."""
    parser = argparse.ArgumentParser(prog="make setup", description="Set up this checkout.")
    parser.add_argument("--vault", action="store_true", help="also build Vault; fails without Go")
    parser.add_argument("--vault-if-go", action="store_true", help="also build Vault, if Go is installed")
    options = parser.parse_args()
    try:
        if sys.version_info < environment.OLDEST_PYTHON:
            newer = environment.base_python()
            os.execv(newer, [newer, "-m", "tools.setup", *sys.argv[1:]])
        with locked(CHECKOUT / ".engine" / "setup.lock", "another set-up of this checkout"):
            environment.set_up()
            engine.set_up()
            if options.vault or (options.vault_if_go and usable_go()):
                vault.set_up()
    except SetupError as error:
        print(f"\nset-up failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
