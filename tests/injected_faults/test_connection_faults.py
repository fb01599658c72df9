"""Lets the first request of each verb of each kind meet each declared fault of the connection."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from injected_faults.faults import CONNECTION
from injected_faults.outcomes import Verb
from injected_faults.problems import problems, run_to_end
from injected_faults.relay import relay
from injected_faults.verb import ALL_VERBS, VerbRun
from roster_emulator import Running
from support.cases import Case
from support.certificates import Certificate, self_signed
from support.scripted_server import reply, scripted_server

NOWHERE = "service.invalid"


@pytest.fixture(autouse=True)
def no_proxy_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the network settings of the developer from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose certificate is not trusted."""
    certificate: Certificate = self_signed(tmp_path_factory.mktemp("certificate"))
    with scripted_server(reply(body={}), tls=certificate.server()) as server:
        yield server.url
        assert not server.got, "the provider must not send a request to an untrusted server"


@contextmanager
def refused(run: VerbRun, always: bool) -> Iterator[str]:
    with relay(run.emulator.url) as port:
        run.on_wait = (lambda: None) if always else port.listen
        yield port.url


@contextmanager
def reset(run: VerbRun, always: bool) -> Iterator[str]:
    with relay(run.emulator.url, resets=None if always else 1) as port:
        port.listen()
        yield port.url


@contextmanager
def unknown_host(run: VerbRun, always: bool) -> Iterator[str]:
    """Yield a host name that never resolves, or only after the first wait."""
    resolve, port = socket.getaddrinfo, urlsplit(run.emulator.url).port

    def found(host: Any, *more: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host in (NOWHERE, NOWHERE.encode()) else host, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        run.on_wait = (lambda: None) if always else (lambda: patch.setattr(socket, "getaddrinfo", found))
        yield f"http://{NOWHERE}:{port}"


@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
@pytest.mark.parametrize(("case", "verb"), ALL_VERBS, ids=str)
def test_each_fault_of_the_connection_ends_as_declared(
    case: Case, verb: Verb, always: bool, emulator: Running, untrusted: str
) -> None:
    @contextmanager
    def certificate(run: VerbRun, always: bool) -> Iterator[str]:
        yield untrusted

    connections: dict[str, Callable[[VerbRun, bool], Any]] = {
        "refused": refused,
        "reset": reset,
        "unknown_host": unknown_host,
        "certificate": certificate,
    }
    run = VerbRun(emulator, case, verb)
    found: list[str] = []
    for fault in CONNECTION:
        run.rewind()
        with connections[fault.inject["kind"]](run, always) as url:
            end = run_to_end(run, url)
        run.on_wait = lambda: None
        outcome = fault.always if always else fault.once
        assert outcome is not None
        if problem := problems(run, end, outcome, wrote=False, several_writes=False):
            found.append(f"{fault.name}: {problem}")
        if end.error is not None and urlsplit(url).netloc not in str(end.error):
            found.append(f"{fault.name}: the message does not name the address {url}: {end.error}")
    assert not found, "\n".join(found)
