"""The Pulumi engine: the user's own, or built from Go modules, or the official one from Pulumi's installer."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tools.environment import PINS, PYTHON
from tools.gotools import GoModule, GoProgram, GoScripts, Part, provide
from tools.steps import CHECKOUT, SetupError, cache_folder, keep, link, outside_path, run, say, step, unlink, usable_go

OLDEST = (3, 200)
MODULES = CHECKOUT / "tools" / "engine"
CLI = GoModule(MODULES / "cli", "github.com/pulumi/pulumi/pkg/v3")
# Later versions of the language host are modules of their own that the proxy does not serve; this one runs programs and
# dynamic providers of today's SDK with the scripts of SCRIPTS.
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
WITHOUT = """No Pulumi engine could be had. Do one of these, then `make setup` again:
  - install Pulumi 3.200 or later (https://www.pulumi.com/docs/install/) so that `pulumi` is on PATH, or
  - install Go 1.21 or later (https://go.dev/dl/), with the Go module proxy reachable, or
  - let https://get.pulumi.com and https://get.pulumi.com/releases be reached."""


def set_up() -> None:
    """Have an engine: `pulumi` on PATH if new enough, else the one linked into `.engine/bin`."""
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
            say("    that failed; trying Pulumi's own installer")
    try:
        _install()
    except SetupError as error:
        raise SetupError("\n\n".join([*failures, str(error), WITHOUT])) from error


def is_on_path() -> bool:
    """Whether the user has `pulumi`, new enough, with its language host beside it or on PATH."""
    path = outside_path()
    pulumi = shutil.which("pulumi", path=path)
    if pulumi is None:
        return False
    beside = str(Path(pulumi).resolve().parent)
    if not (shutil.which(LANGUAGE_HOST, path=path) or shutil.which(LANGUAGE_HOST, path=beside)):
        say(f"{pulumi} has no {LANGUAGE_HOST} beside it and is passed over")
        return False
    answer = subprocess.run([pulumi, "version"], capture_output=True, text=True).stdout
    found = re.match(r"v?(\d+)\.(\d+)", answer)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        say(f"{pulumi} is {answer.strip() or 'of no version'}, older than 3.200, and is passed over")
        return False
    return True


def _install() -> None:
    """Let the Automation API of Pulumi's SDK run the official installer, into the cache folder."""
    found = re.search(r"^pulumi==(\S+)", PINS.read_text(), re.MULTILINE)
    place = cache_folder() / f"pulumi-official-{found[1] if found else 'latest'}"
    keep(place, _run_installer)
    for program in sorted((place / "bin").iterdir()):
        link(program)


def _run_installer(place: Path) -> None:
    code = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"
    with step("Pulumi, by its own installer (a minute)"):
        run([PYTHON, "-c", code, place], advice="Pulumi's installer failed.")
