"""Runs `make up` and `make down`: the emulator in the background, and the example stack `dev` on it.

It runs with the Python of `.venv`, after set-up. It keeps the state in `.state/` and does not touch the user's login or
`~/.pulumi`, unless PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN selects another backend.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys

from pulumi import automation as auto

from tools import emulator
from tools.steps import CHECKOUT, ENGINE_BIN, VENV, SetupError, outside_path, say

STACK = "dev"
CONFIG_KEY = "roster:emulator"
SETTINGS = emulator.STATE / "env"
BACKEND = emulator.STATE / "pulumi"
HOME = emulator.STATE / "pulumi-home"
PASSPHRASE = "for development only"
# `pulumi destroy` prints this although it removes the stack too.
MISLEADING = ("The resources in the stack have been deleted,", "If you want to remove the stack completely,")
CHANGES = ("create", "update", "replace", "delete")


def main() -> int:
    """Run the task that the argument names, `up` or `down`."""
    task = {"up": up, "down": down}.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if task is None:
        print("usage: python -m tools.quickstart up|down", file=sys.stderr)
        return 2
    try:
        task()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except auto.CommandError:
        print("\n`pulumi` failed. Its output is above.", file=sys.stderr)
        return 1
    return 0


def up() -> None:
    """Start the emulator if it is not running, and run `pulumi up`."""
    emulator.STATE.mkdir(exist_ok=True)
    BACKEND.mkdir(exist_ok=True)
    server = emulator.start()
    stack = _stack()
    _configure(stack, server.url)
    result = stack.up(on_output=_echo, on_error=_echo, color=_color(), suppress_progress=True)
    changes = result.summary.resource_changes or {}
    made = [f"{count} {kind}d" for kind, count in changes.items() if kind in CHANGES]
    say(", ".join(made) if made else "No changes.")
    say(f"To continue by hand: . {SETTINGS.relative_to(CHECKOUT)}; pulumi preview    To remove everything: make down")


def down() -> None:
    """Destroy the stack, stop the emulator, and remove their files."""
    if not emulator.STATE.exists():
        say("Nothing to remove.")
        return
    BACKEND.mkdir(exist_ok=True)
    server = emulator.start()  # the objects to destroy are in the emulator, so it must run
    stack = _stack()
    _configure(stack, server.url)
    stack.destroy(on_output=_echo, on_error=_echo, color=_color(), suppress_progress=True, remove=True)
    emulator.stop()
    shutil.rmtree(emulator.STATE)
    say("Everything is removed.")


def _stack() -> auto.Stack:
    """Return the stack `dev` of the project, and create it if it is missing."""
    env = _environment()
    own = os.pathsep.join([str(ENGINE_BIN), str(VENV / "bin")])
    lines = [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    SETTINGS.write_text("\n".join([*lines, f'export PATH={shlex.quote(own)}:"$PATH"', ""]))
    os.environ.update(env, PATH=os.pathsep.join([own, outside_path()]))
    try:
        return auto.create_or_select_stack(STACK, work_dir=str(CHECKOUT))
    except auto.CommandError as error:
        raise SetupError(f"cannot open the stack `{STACK}`: {error}") from error


def _environment() -> dict[str, str]:
    """Return the variables that the engine needs in addition to the user's environment."""
    env = {"PULUMI_SKIP_UPDATE_CHECK": "1"}
    if not (os.environ.get("PULUMI_BACKEND_URL") or os.environ.get("PULUMI_ACCESS_TOKEN")):
        env["PULUMI_BACKEND_URL"] = BACKEND.as_uri()
        env["PULUMI_HOME"] = str(HOME)
    if not (os.environ.get("PULUMI_CONFIG_PASSPHRASE") or os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")):
        env["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE  # only for the stack `dev`, which has no secrets
    return env


def _configure(stack: auto.Stack, url: str) -> None:
    """Point the stack at the emulator. Refuse a stack that is configured for a real account."""
    config = stack.get_all_config()
    others = sorted(key for key in config if key.startswith("roster:") and key != CONFIG_KEY)
    if others:
        raise SetupError(
            f"The stack `{STACK}` has settings besides `{CONFIG_KEY}`: {', '.join(others)}. `make up` uses only the"
            " emulator. Remove the settings, or run `pulumi` directly."
        )
    known = config.get(CONFIG_KEY)
    if known is None or known.value != url:
        stack.set_config(CONFIG_KEY, auto.ConfigValue(url))


def _echo(line: str) -> None:
    if not line.startswith(MISLEADING):
        say(line)


def _color() -> str:
    return "always" if sys.stdout.isatty() else "never"


if __name__ == "__main__":
    sys.exit(main())
