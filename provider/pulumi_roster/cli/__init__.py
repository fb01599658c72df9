"""The command ``roster``. ``app.py`` lists the sub-commands; each is a file of its own."""

from __future__ import annotations

import sys

# What the extras bring; a missing module of any other name is a mistake of ours and not the user's.
EXTRAS = frozenset({"rich", "typer"})
HINT = "pip install 'pulumi-roster[emulator]'"


def main() -> None:
    """Runs the command; says what to install where an extra is missing."""
    try:
        from pulumi_roster.cli.app import app
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in EXTRAS:
            raise
        print(f"roster: the package {missing!r} is missing; {HINT}", file=sys.stderr)
        sys.exit(1)
    app()
