"""Every fault of the connection itself, met by every verb of every kind: the declarations of ``catalog.py``, run."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from faults.calls import clean_run
from faults.catalog import CONNECTION
from faults.judging import attempt, judge
from faults.relay import relay
from faults.scene import Scene, Verb, scene, verbs_of
from support.life import Case

from roster_emulator import Running
from support.canned_server import canned, reply
from support.cases import CASES
from support.certificates import Certificate, self_signed

NOWHERE = "service.invalid"
VERBS = [pytest.param(case, verb, id=f"{case.kind}-{verb}") for case in CASES for verb in verbs_of(case)]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment says nothing about the network, whatever that of the developer says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose certificate nobody trusts."""
    certificate: Certificate = self_signed(tmp_path_factory.mktemp("certificate"))
    with canned(reply(body={}), tls=certificate.server()) as server:
        yield server.url
        assert not server.got, "nothing is sent to a server that is not trusted"


@contextmanager
def refused(scene: Scene, lasting: bool) -> Iterator[str]:
    with relay(scene.world.url) as way:
        scene.moments.on_wait = (lambda: None) if lasting else way.listen
        yield way.url


@contextmanager
def reset(scene: Scene, lasting: bool) -> Iterator[str]:
    with relay(scene.world.url, resets=None if lasting else 1) as way:
        way.listen()
        yield way.url


@contextmanager
def unknown_host(scene: Scene, lasting: bool) -> Iterator[str]:
    """A name that never resolves, or not before somebody has waited for it."""
    resolve, port = socket.getaddrinfo, urlsplit(scene.world.url).port

    def found(host: Any, *more: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host in (NOWHERE, NOWHERE.encode()) else host, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        scene.moments.on_wait = (lambda: None) if lasting else (lambda: patch.setattr(socket, "getaddrinfo", found))
        yield f"http://{NOWHERE}:{port}"


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize(("case", "verb"), VERBS)
def test_each_fault_of_the_connection_ends_as_declared(
    case: Case, verb: Verb, lasting: bool, emulator: Running, stranger: str
) -> None:
    @contextmanager
    def certificate(scene: Scene, lasting: bool) -> Iterator[str]:
        yield stranger

    ways: dict[str, Callable[[Scene, bool], Any]] = {
        "refused": refused,
        "reset": reset,
        "unknown_host": unknown_host,
        "certificate": certificate,
    }
    it = scene(emulator, case, verb)
    clean = clean_run(it)
    wrong: list[str] = []
    for fault in CONNECTION:
        it.rewind()
        with ways[fault.plan["kind"]](it, lasting) as url:
            met = attempt(it, url)
        it.moments.on_wait = lambda: None
        ending = fault.lasting if lasting else fault.once
        assert ending is not None
        if found := judge(it, clean, met, ending, done=False, more=False):
            wrong.append(f"{fault.name}: {found}")
        if met.error is not None and urlsplit(url).netloc not in str(met.error):
            wrong.append(f"{fault.name}: the address {url} is not named: {met.error}")
    assert not wrong, "\n".join(wrong)
