"""Defines the command and lists its sub-commands."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer
from rich import print as show

from pulumi_roster.cli.emulate import register as register_emulate

app = typer.Typer(
    name="roster", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _version(asked: bool) -> None:
    if asked:
        show(f"roster {version('pulumi-roster')}")
        raise typer.Exit


@app.callback()
def roster(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Manage groups, members and rules as code."""


register_emulate(app)
