"""Runs `roster emulate` and `roster --version` as commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from pulumi_roster.cli import HINT
from roster_emulator import Control, Switches
from roster_emulator.server import listen

COMMAND = [sys.executable, "-c", "from pulumi_roster.cli import main; main()"]


def run(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else COMMAND
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False)


@contextmanager
def emulating(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `roster emulate` in its own process. Yield the process and its banner."""
    process = subprocess.Popen(
        [*COMMAND, "emulate", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        banner = "".join(process.stdout.readline() for _ in range(3))
        assert "http://" in banner, banner + process.stdout.read()
        yield process, banner
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def url(banner: str) -> str:
    return next(word for word in banner.split() if word.startswith("http://"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_roster_emulate_prints_a_banner_and_stops_on_a_signal(number: signal.Signals) -> None:
    with emulating("--port", "0", "--rule-limit", "9", "--unique-names") as (process, banner):
        assert "Do NOT use it as a real service" in banner
        assert "loopback only" in banner
        assert f"ROSTER_EMULATOR={url(banner)}" in banner
        with Control(url(banner)) as emulator:
            switches = emulator.switches()
            assert (switches["rule_limit"], switches["unique_names"]) == (9, True)
            emulator.fault(kind="hold")
        process.send_signal(number)
        out, _ = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, "")


def test_data_in_a_file_survive_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with emulating("--port", "0", "--data", str(file)) as (process, banner):
        with Control(url(banner)) as emulator:
            emulator.seed(ibm={"groups": [{"name": "kept"}]})
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    with emulating("--port", "0", "--data", str(file)) as (_, banner), Control(url(banner)) as emulator:
        assert [group["name"] for group in emulator.dump()["ibm"]["groups"]] == ["kept"]


def test_a_used_port_is_reported() -> None:
    listener = listen("127.0.0.1", 0)
    try:
        port = str(listener.getsockname()[1])
        result = run("emulate", "--port", port)
    finally:
        listener.close()
    assert result.returncode == 1
    assert f"Port {port} is in use" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_a_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but some notes\n" * 100)
    result = run("emulate", "--port", "0", "--data", str(file))
    assert result.returncode == 1
    assert "cannot hold the data" in result.stderr
    assert file.read_text().startswith("not a database")


def test_a_wrong_switch_is_refused() -> None:
    result = run("emulate", "--port", "0", "--page-limit", "1000")
    assert result.returncode == 2
    assert "page_limit" in result.stderr


def test_roster_prints_its_version() -> None:
    assert run("--version").stdout == f"roster {version('pulumi-roster')}\n"


def run_without(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as if a package were not installed."""
    code = f"import sys; sys.modules[{missing!r}] = None; from pulumi_roster.cli import main; main()"
    return run(*arguments, code=code)


def test_roster_without_typer_says_what_to_install() -> None:
    result = run_without("typer", "--version")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"roster: the package 'typer' is missing\n  hint: {HINT}\n"


@pytest.mark.parametrize("missing", ["roster_emulator", "starlette"])
def test_only_roster_emulate_needs_the_emulator(missing: str) -> None:
    assert run_without(missing, "--version").returncode == 0
    result = run_without(missing, "emulate", "--rule-limit", "9")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"roster emulate: the package {missing!r} is missing\n  hint: {HINT}\n"


def test_help_shows_whole_option_names_in_80_columns() -> None:
    lines = run("emulate", "--help").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for name in Switches.model_fields:
        assert any(f"--{name.replace('_', '-')}" in line.split() for line in lines), name
