"""`make up` and `make down`: the emulator in the background, and the example stack `dev` on it.

Run with the Python of `.venv`, after set-up. State is kept in `.state/`, and the user's login and `~/.pulumi` stay
untouched, unless PULUMI_BACKEND_URL or PULUMI_ACCESS_TOKEN names another place for it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys

from pulumi import automation as auto

from tools import emulator
from tools.steps import CHECKOUT, SetupError, say

STACK = "dev"
CONFIG_KEY = "roster:emulator"
SETTINGS = emulator.STATE / "env"
BACKEND = emulator.STATE / "pulumi"
HOME = emulator.STATE / "pulumi-home"
PASSPHRASE = "for development only"
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
    """Start the emulator if need be, bring the stack up, and print its outputs."""
    emulator.STATE.mkdir(exist_ok=True)
    BACKEND.mkdir(exist_ok=True)
    server = emulator.start()
    stack = _stack()
    _configure(stack, server.url)
    result = stack.up(on_output=_echo, on_error=_echo, color=_color())
    changes = result.summary.resource_changes or {}
    made = [f"{count} {kind}" for kind, count in changes.items() if kind in CHANGES]
    _print_outputs(result.outputs)
    say("")
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
    stack.destroy(on_output=_echo, on_error=_echo, color=_color())
    stack.workspace.remove_stack(STACK)
    emulator.stop()
    shutil.rmtree(emulator.STATE)
    say("All is taken away.")


def _stack() -> auto.Stack:
    """The stack `dev` of the project, made if it is not there."""
    env = _environment()
    lines = [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
    path = [str(CHECKOUT / ".engine" / "bin"), str(CHECKOUT / ".venv" / "bin")]
    SETTINGS.write_text("\n".join([*lines, f'export PATH={shlex.quote(":".join(path))}:"$PATH"', ""]))
    os.environ.update(env)
    return auto.create_or_select_stack(STACK, work_dir=str(CHECKOUT))


def _environment() -> dict[str, str]:
    """What the engine is told on top of the user's environment."""
    env = {"PULUMI_SKIP_UPDATE_CHECK": "1"}
    if not (os.environ.get("PULUMI_BACKEND_URL") or os.environ.get("PULUMI_ACCESS_TOKEN")):
        env["PULUMI_BACKEND_URL"] = BACKEND.as_uri()
        env["PULUMI_HOME"] = str(HOME)
        if not (os.environ.get("PULUMI_CONFIG_PASSPHRASE") or os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE")):
            env["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
    return env


def _configure(stack: auto.Stack, url: str) -> None:
    """Point the stack at the emulator."""
    known = stack.get_all_config().get(CONFIG_KEY)
    if known is None or known.value != url:
        stack.set_config(CONFIG_KEY, auto.ConfigValue(url))


def _print_outputs(outputs: auto.OutputMap) -> None:
    for name, output in sorted(outputs.items()):
        say(f"  {name}: {'[secret]' if output.secret else json.dumps(output.value)}")


def _echo(line: str) -> None:
    say(line)


def _color() -> str:
    return "always" if sys.stdout.isatty() else "never"


if __name__ == "__main__":
    sys.exit(main())
