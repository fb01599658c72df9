"""`make up` and `make down`: the emulator in the background, and the example stack `dev` on it.

Run with the Python of `.venv`, after set-up. State is kept in `.state/`, and the user's login and `~/.pulumi` stay
untouched, unless PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN names another place for it.
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
# What `pulumi destroy` says of a stack that it is told to remove as well.
TOLD_OTHERWISE = ("The resources in the stack have been deleted,", "If you want to remove the stack completely,")
CHANGES = ("create", "update", "replace", "delete")


def main() -> int:
    """Do what the one argument says, `up` or `down`."""
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
        print("\n`pulumi` failed; its own words are above.", file=sys.stderr)
        return 1
    return 0


def up() -> None:
    """Start the emulator if need be, and bring the stack up; the engine prints its outputs."""
    emulator.STATE.mkdir(exist_ok=True)
    BACKEND.mkdir(exist_ok=True)
    server = emulator.start()
    stack = _stack()
    _configure(stack, server.url)
    result = stack.up(on_output=_echo, on_error=_echo, color=_color(), suppress_progress=True)
    changes = result.summary.resource_changes or {}
    made = [f"{count} {kind}d" for kind, count in changes.items() if kind in CHANGES]
    say(", ".join(made) if made else "No changes: all is as declared.")
    say(f"To go on by hand: . {SETTINGS.relative_to(CHECKOUT)}; pulumi preview    To take it away: make down")


def down() -> None:
    """Destroy the stack, stop the emulator, and remove what both kept."""
    if not emulator.STATE.exists():
        say("Nothing is up.")
        return
    BACKEND.mkdir(exist_ok=True)
    server = emulator.start()  # where it was stopped: what is to be destroyed lives in it
    stack = _stack()
    _configure(stack, server.url)
    stack.destroy(on_output=_echo, on_error=_echo, color=_color(), suppress_progress=True, remove=True)
    emulator.stop()
    shutil.rmtree(emulator.STATE)
    say("All is taken away.")


def _stack() -> auto.Stack:
    """The stack `dev` of the project, made if it is not there."""
    env = _environment()
    own = os.pathsep.join([str(ENGINE_BIN), str(VENV / "bin")])
    lines = [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    SETTINGS.write_text("\n".join([*lines, f'export PATH={shlex.quote(own)}:"$PATH"', ""]))
    os.environ.update(env, PATH=os.pathsep.join([own, outside_path()]))
    try:
        return auto.create_or_select_stack(STACK, work_dir=str(CHECKOUT))
    except auto.CommandError as error:
        raise SetupError(f"The stack `{STACK}` cannot be opened: {error}") from error


def _environment() -> dict[str, str]:
    """What the engine is told on top of the user's environment."""
    env = {"PULUMI_SKIP_UPDATE_CHECK": "1"}
    if not (os.environ.get("PULUMI_BACKEND_URL") or os.environ.get("PULUMI_ACCESS_TOKEN")):
        env["PULUMI_BACKEND_URL"] = BACKEND.as_uri()
        env["PULUMI_HOME"] = str(HOME)
    if not (os.environ.get("PULUMI_CONFIG_PASSPHRASE") or os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")):
        env["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE  # of the stack `dev` only, which keeps no secret
    return env


def _configure(stack: auto.Stack, url: str) -> None:
    """Point the stack at the emulator; a stack that somebody set up for a real account is left alone."""
    config = stack.get_all_config()
    others = sorted(key for key in config if key.startswith("roster:") and key != CONFIG_KEY)
    if others:
        raise SetupError(f"The stack `{STACK}` has {', '.join(others)} set; drive it with `pulumi` by hand.")
    known = config.get(CONFIG_KEY)
    if known is None or known.value != url:
        stack.set_config(CONFIG_KEY, auto.ConfigValue(url))


def _echo(line: str) -> None:
    if not line.startswith(TOLD_OTHERWISE):
        say(line)


def _color() -> str:
    return "always" if sys.stdout.isatty() else "never"


if __name__ == "__main__":
    sys.exit(main())
