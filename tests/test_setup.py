"""Checks the tools behind `make setup`, `make up` and `make down`."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from support.installing import uv
from tools import emulator, engine, environment, steps, vault
from tools.emulator import Emulator
from tools.gotools import GoModule
from tools.steps import SetupError


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and an empty folder for the links."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(steps, "ENGINE_BIN", tmp_path / "links")
    return tmp_path / "cache" / "pulumi-roster"


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


class TestTheEngineOnPath:
    @pytest.mark.parametrize(
        ("version", "taken"), [("v3.200.0", True), ("v4.0.0", True), ("3.199.9", False), ("", False)]
    )
    def test_is_used_if_it_is_new_enough(self, on_path: Path, version: str, taken: bool) -> None:
        script(on_path / "pulumi", f"echo {version}")
        script(on_path / "pulumi-language-python", "")
        assert engine.is_on_path() is taken

    def test_is_ignored_without_its_language_host(self, on_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        script(on_path / "pulumi", "echo v3.230.0")
        assert not engine.is_on_path()
        assert "pulumi-language-python" in capsys.readouterr().out

    def test_is_ignored_if_set_up_has_linked_it(self, on_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script(on_path / "pulumi", "echo v3.230.0")
        script(on_path / "pulumi-language-python", "")
        monkeypatch.setattr(steps, "ENGINE_BIN", on_path)
        assert not engine.is_on_path()

    def test_replaces_the_link_to_an_engine_that_set_up_built(self, on_path: Path, cache: Path, tmp_path: Path) -> None:
        script(tmp_path / "pulumi", "echo v3.230.0")
        steps.link(tmp_path / "pulumi")
        script(on_path / "pulumi", "echo v3.250.0")
        script(on_path / "pulumi-language-python", "")
        engine.set_up()
        assert not list(steps.ENGINE_BIN.iterdir())


class TestWithoutAnEngine:
    def test_and_without_go_the_official_installer_runs_once(
        self, on_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        script(on_path / "python", '/bin/mkdir "$3/bin"; echo official >"$3/bin/pulumi"')
        monkeypatch.setattr(engine, "PYTHON", on_path / "python")
        engine.set_up()
        assert "installer" in capsys.readouterr().out
        engine.set_up()
        assert capsys.readouterr().out == ""
        assert (steps.ENGINE_BIN / "pulumi").read_text() == "official\n"

    def test_the_error_shows_each_attempt_and_what_to_do(
        self, on_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(on_path / "go", 'case "$1" in version) echo go version go1.26.0;; *) echo no proxy >&2; exit 1;; esac')
        script(on_path / "python", "echo no installer >&2; exit 1")
        monkeypatch.setattr(engine, "PYTHON", on_path / "python")
        with pytest.raises(SetupError, match=r"(?s)no proxy.*no installer.*install Pulumi 3\.200 or later"):
            engine.set_up()
        assert not [found for found in cache.iterdir() if found.is_dir()]

    def test_a_go_that_is_too_old_is_ignored(self, on_path: Path) -> None:
        assert steps.usable_go() is None
        script(on_path / "go", "echo go version go1.20.14 linux/amd64")
        assert steps.usable_go() is None
        script(on_path / "go", "echo go version go1.21 linux/amd64")
        assert steps.usable_go() == str(on_path / "go")


class TestTheCache:
    def test_clones_that_build_at_the_same_time_build_once(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        place = cache / "thing-1.0"
        filled: list[Path] = []
        waiting = threading.Semaphore(0)
        monkeypatch.setattr(
            steps, "say", lambda text: waiting.release() if "waiting for another clone" in text else None
        )

        def fill(unfinished: Path) -> None:
            assert not place.exists()
            (unfinished / "thing").write_text("made")
            filled.append(unfinished)
            assert all(waiting.acquire(timeout=30) for _ in range(2)), "the two others must wait"

        threads = [threading.Thread(target=steps.create_once, args=(place, fill)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(filled) == 1
        assert (place / "thing").read_text() == "made"

    def test_a_failed_build_leaves_nothing(self, cache: Path) -> None:
        def fill(unfinished: Path) -> None:
            (unfinished / "half").write_text("")
            raise SetupError("failed")

        with pytest.raises(SetupError):
            steps.create_once(cache / "thing-1.0", fill)
        assert [found.name for found in cache.iterdir()] == ["thing-1.0.lock"]

    def test_a_link_replaces_the_link_to_another_version(self, cache: Path, tmp_path: Path) -> None:
        for version in ("1", "2"):
            folder = tmp_path / version
            folder.mkdir()
            (folder / "thing").write_text(version)
            steps.link(folder / "thing")
        assert (steps.ENGINE_BIN / "thing").read_text() == "2"


@pytest.mark.parametrize("module", [engine.CLI, engine.HOST, engine.SCRIPTS, vault.VAULT])
def test_each_go_module_is_pinned_by_version_and_hash(module: GoModule) -> None:
    assert f"{module.module} {module.version} h1:" in module.pins()[1].decode()


def test_a_module_that_go_mod_does_not_name_is_an_error(tmp_path: Path) -> None:
    for name in ("go.mod", "go.sum"):
        (tmp_path / name).write_text("")
    with pytest.raises(SetupError, match="does not require"):
        _ = GoModule(tmp_path, "example.com/thing").version


def test_the_error_of_a_failed_program_shows_its_output_and_what_to_do(on_path: Path) -> None:
    script(on_path / "thing", "echo its words >&2; exit 3")
    with pytest.raises(SetupError, match=r"(?s)ended with 3.*its words.*do this"):
        steps.run([on_path / "thing"], advice="do this")
    with pytest.raises(SetupError, match=r"(?s)cannot run.*do this"):
        steps.run([on_path / "nothing"], advice="do this")


def test_every_development_dependency_is_pinned_with_hashes() -> None:
    blocks = [block for block in environment.PINS.read_text().split("\n") if block and block[0] not in " #"]
    assert len(blocks) > 50
    assert all("==" in block and block.endswith("\\") for block in blocks)


def test_no_pinned_dependency_was_withdrawn(tmp_path: Path) -> None:
    """An index marks a release that its authors withdrew, for a security problem for example."""

    def messages(pins: Path) -> str:
        where = ["--python", sys.executable, "--target", str(tmp_path / "nowhere"), "--requirement", str(pins)]
        return uv("pip", "install", "--dry-run", "--no-deps", "--require-hashes", *where)

    withdrawn = tmp_path / "pins.txt"
    withdrawn.write_text("attrs==21.1.0 --hash=sha256:8ee1e5f5a1afc5b19bdfae4fdf0c35ed324074bdce3500c939842c8f818645d9")
    assert "is yanked" in messages(withdrawn)
    assert "is yanked" not in messages(environment.PINS)


class TestTheEmulatorOfTheQuickStart:
    def test_another_process_is_never_mistaken_for_ours(self) -> None:
        assert not Emulator(os.getpid(), 8400).is_running()
        assert not Emulator(2**22 + 1, 8400).is_running()

    def test_another_port_is_chosen_if_the_usual_one_is_taken(self, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            assert emulator.choose_port(taken) != taken
        assert f"another program uses port {taken}" in capsys.readouterr().out
        assert emulator.choose_port(taken) == taken
