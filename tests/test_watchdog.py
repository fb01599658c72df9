"""Tests how the provider notices that the engine has ended."""

from __future__ import annotations

import socket
import threading

import pytest

from pulumi_roster.watchdog import engine_address, watch

PROVIDER = "/venv/lib/python3/site-packages/pulumi/dynamic/__main__.py"


@pytest.mark.parametrize(
    ("command", "address"),
    [
        ([PROVIDER, "127.0.0.1:4711"], ("127.0.0.1", 4711)),
        ([PROVIDER.replace("/", "\\"), "127.0.0.1:4711"], ("127.0.0.1", 4711)),
        ([PROVIDER, "localhost:4711"], ("localhost", 4711)),
        ([PROVIDER], None),
        ([PROVIDER, "127.0.0.1:4711", "more"], None),
        ([PROVIDER, "unix:/some/where"], None),
        (["/bin/pytest", "127.0.0.1:4711"], None),
        ([""], None),
    ],
)
def test_the_engines_address_is_found_in_the_command(command: list[str], address: tuple[str, int] | None) -> None:
    assert engine_address(command) == address


def test_a_closed_connection_does_not_mean_that_the_engine_has_ended() -> None:
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as engine:
        engine.settimeout(20)
        watching = threading.Thread(target=watch, args=(engine.getsockname(), gone.set), daemon=True)
        watching.start()
        for _ in range(2):  # a gRPC server closes a silent connection
            line, _ = engine.accept()
            line.sendall(b"hello")
            line.close()
        line, _ = engine.accept()
        assert not gone.is_set()
    line.close()
    assert gone.wait(20)
    watching.join(20)
    assert not watching.is_alive()


def test_an_unreachable_engine_does_not_count_as_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = engine.getsockname()
    gone = threading.Event()
    watch(address, gone.set)
    assert not gone.is_set()
