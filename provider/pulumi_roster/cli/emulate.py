"""Defines the command ``roster emulate``, which serves the four APIs on one port of 127.0.0.1."""

from __future__ import annotations

import errno
import inspect
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from pulumi_roster.cli import HINT

PORT = 8400


def register(app: typer.Typer) -> None:
    """Add the command to ``app``. If the emulator is not installed, the command says what to install."""
    try:
        from roster_emulator import Switches
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]

        # It accepts any options, so that the message is about the missing package and not about an option.
        @app.command("emulate", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
        def emulate_not_installed() -> None:
            """Serve the four APIs on 127.0.0.1 (not installed)."""
            _refuse(f"roster emulate: the package {missing!r} is missing\n  hint: {HINT}")

        return
    app.command()(_with_options(emulate, Switches.model_fields))


def _with_options(command: Callable[..., None], switches: Mapping[str, FieldInfo]) -> Callable[..., None]:
    """Add an option for each switch to the command, so that the emulator has the only list of them."""
    signature = inspect.signature(command, eval_str=True)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=Annotated[field.annotation, typer.Option(*_flag(name, field), help=field.description)],
        )
        for name, field in switches.items()
    ]
    command.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]
    command.__annotations__ |= {option.name: option.annotation for option in options}
    return command


def _flag(name: str, field: FieldInfo) -> list[str]:
    """Return the name of the option. A switch that is off by default gets no ``--no-...``."""
    return [f"--{name.replace('_', '-')}"] if field.default is False else []


def emulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 picks a free one.")] = PORT,
    data: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File that keeps the data; default: in memory.")
    ] = None,
    **switches: Any,
) -> None:
    """Serve the four APIs on 127.0.0.1, for development and tests."""
    from roster_emulator import Switches, serve

    try:
        chosen = Switches(**switches)
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"{first['loc'][0]}: {first['msg']}") from None
    try:
        serve(port, data, chosen, announce=typer.echo)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _refuse(f"Port {port} is in use\n  hint: stop the other program, or choose another port with --port")
    except sqlite3.Error as error:
        _refuse(f"{data} cannot hold the data: {error}\n  hint: choose another file with --data")


def _refuse(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(1)
