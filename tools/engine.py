"""Provides the Pulumi engine: the user's own, one built from Go modules, or the official one of Pulumi's installer."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tools.environment import PINS, PYTHON
from tools.gotools import GoModule, GoProgram, GoScripts, Part, provide
from tools.steps import (
    CHECKOUT,
    SetupError,
    cache_folder,
    create_once,
    link,
    outside_path,
    run,
    say,
    step,
    unlink,
    usable_go,
)

OLDEST = (3, 200)
MODULES = CHECKOUT / "tools" / "engine"
CLI = GoModule(MODULES / "cli", "github.com/pulumi/pulumi/pkg/v3")
# The module proxy does not serve later versions of the language host. This version also works with the current SDK, if
# the scripts of SCRIPTS replace its own.
HOST = GoModule(MODULES / "host", "github.com/pulumi/pulumi/sdk/v3")
SCRIPTS = GoModule(MODULES / "scripts", "github.com/pulumi/pulumi/sdk/v3")
PARTS: tuple[Part, ...] = (
    GoProgram(
        CLI,
        f"{CLI.module}/cmd/pulumi",
        takes="two minutes",
        variables={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": CLI.version},
    ),
    GoProgram(HOST, f"{HOST.module}/python/cmd/pulumi-language-python", takes="half a minute"),
    GoScripts(
        SCRIPTS,
        ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python"),
        takes="a few seconds",
    ),
)
LANGUAGE_HOST = "pulumi-language-python"
NO_ENGINE = """There is no Pulumi engine. Do one of the following, and run `make setup` again:
  - install Pulumi 3.200 or later (https://www.pulumi.com/docs/install/) so that `pulumi` is on PATH, or
  - install Go 1.21 or later (https://go.dev/dl/), and allow access to the Go module proxy, or
  - allow access to https://get.pulumi.com and https://get.pulumi.com/releases."""


def set_up() -> None:
    """Use `pulumi` on PATH if it is new enough. Otherwise link an engine into `.engine/bin`."""
    if is_on_path():
        for part in PARTS:
            for name in part.names:
                unlink(name)
        return
    failures: list[str] = []
    go = usable_go()
    if go:
        try:
            provide(go, "pulumi", PARTS)
            return
        except SetupError as error:
            failures.append(str(error))
            say("    failed; trying Pulumi's own installer")
    try:
        _install()
    except SetupError as error:
        raise SetupError("\n\n".join([*failures, str(error), NO_ENGINE])) from error


def is_on_path() -> bool:
    """Return whether PATH has a `pulumi` that is new enough, with its language host beside it or on PATH."""
    path = outside_path()
    pulumi = shutil.which("pulumi", path=path)
    if pulumi is None:
        return False
    beside = str(Path(pulumi).resolve().parent)
    if not (shutil.which(LANGUAGE_HOST, path=path) or shutil.which(LANGUAGE_HOST, path=beside)):
        say(f"{pulumi} ignored: there is no {LANGUAGE_HOST} beside it")
        return False
    answer = subprocess.run([pulumi, "version"], capture_output=True, text=True).stdout
    found = re.match(r"v?(\d+)\.(\d+)", answer)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        say(f"{pulumi} ignored: version must be 3.200 or later, got {answer.strip() or 'none'}")
        return False
    return True


def _install() -> None:
    """Run the official installer into the cache folder, through the Automation API of Pulumi's SDK."""
    found = re.search(r"^pulumi==(\S+)", PINS.read_text(), re.MULTILINE)
    place = cache_folder() / f"pulumi-official-{found[1] if found else 'latest'}"
    create_once(place, _run_installer)
    for program in sorted((place / "bin").iterdir()):
        link(program)


def _run_installer(place: Path) -> None:
    code = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"
    with step("Pulumi, from its own installer (a minute)"):
        run([PYTHON, "-c", code, place], advice="Pulumi's installer failed.")
