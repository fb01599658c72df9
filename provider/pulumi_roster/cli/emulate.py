"""``roster emulate``: the four APIs on one port of the loopback."""

from __future__ import annotations

import errno
import inspect
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from rich.console import Console

from roster_emulator import Switches, serve
from roster_emulator.server import PORT


def _with_switches(command: Callable[..., None]) -> Callable[..., None]:
    """Gives the command an option for each switch, so that ``switches.py`` is the only list of them."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=Annotated[
                field.annotation, typer.Option(*_flag(name, field), help=field.description, rich_help_panel="Switches")
            ],
        )
        for name, field in Switches.model_fields.items()
    ]
    command.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]
    command.__annotations__ |= {option.name: option.annotation for option in options}
    return command


def _flag(name: str, field: FieldInfo) -> list[str]:
    """What is off by default needs no option that turns it off."""
    return [f"--{name.replace('_', '-')}"] if field.default is False else []


@_with_switches
def emulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = PORT,
    data: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File that keeps the data over a restart; in memory without.")
    ] = None,
    **switches: Any,
) -> None:
    """Serve the four APIs on 127.0.0.1, for development and tests."""
    out, err = (Console(stderr=stderr, highlight=False, soft_wrap=True, markup=False) for stderr in (False, True))
    try:
        chosen = Switches(**switches)
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"{first['loc'][0]}: {first['msg']}") from None
    try:
        serve(port, data, chosen, announce=out.print)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        err.print(f"Port {port} is in use; is an emulator running already? Choose another with --port.", style="red")
        raise typer.Exit(1) from None
    except sqlite3.Error as error:
        err.print(f"{data} cannot hold the data: {error}", style="red")
        raise typer.Exit(1) from None
