"""Starts the command ``roster``. ``app.py`` lists the sub-commands, one file each."""

from __future__ import annotations

import sys

# The extras install these. If another module is missing, Roster has a bug.
EXTRAS = frozenset({"rich", "typer"})
HINT = "in a clone of the repository: pip install ./emulator '.[emulator]'"


def main() -> None:
    """Run the command. If an extra is missing, say what to install."""
    try:
        from pulumi_roster.cli.app import app
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        print(f"roster: the package {missing!r} is missing\n  hint: {HINT}", file=sys.stderr)
        sys.exit(1)
    app()
