"""Tests that credentials are sent only to verified servers, directly or through the proxy of the environment."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from pulumi_roster.errors import ServiceError, SettingsError, Unreachable
from pulumi_roster.http.auth import Token
from pulumi_roster.http.client import Client, Dialect
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.tls_and_proxies import certificates, is_loopback, proxy_for
from support.certificates import Certificate, self_signed
from support.scripted_server import reply, scripted_server

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
BUNDLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
SHORT = Limits(budget=2, unreachable=0.3, connect=1, first_wait=0.01)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the network settings of the developer from the environment."""
    for name in PROXIES + BUNDLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


Connect = Callable[[str], Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[Client] = []

    def connected(url: str) -> Client:
        clients.append(Client(url, Token("canary-token"), Dialect("Test", lambda body: ("", "")), SHORT))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()


# -- this machine


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8400", True),
        ("http://127.8.9.10", True),
        ("http://localhost", True),
        ("http://LOCALHOST:1/x", True),
        ("http://[::1]:8400", True),
        ("https://iam.cloud.ibm.com", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://127.evil.example", False),
        ("http://127.0.0.1\\.evil.example", False),
        ("http://[::1", False),
        ("http://evil.example/127.0.0.1", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://evil.example#@127.0.0.1", False),
        ("http://0x7f.1", False),
        ("http://2130706433", False),
        ("http://\uff11\uff12\uff17.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("http://", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


# -- certificates


def test_a_certificate_of_an_unknown_authority_is_refused(certificate: Certificate, connect: Connect) -> None:
    with scripted_server(reply(body={}), tls=certificate.server()) as server:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED") as caught:
            connect(server.url).get("/x")
        assert (server.got, server.calls) == ([], 1)  # no retry: the certificate stays untrusted
    assert "SSL_CERT_FILE" in caught.value.hint


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_environment_may_name_an_authority_to_trust(
    variable: str, certificate: Certificate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(certificate.file))
    with scripted_server(reply(body={"fine": True}), tls=certificate.server()) as server:
        assert connect(server.url).get("/x").json() == {"fine": True}


def test_a_certificate_of_another_host_is_refused(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = self_signed(tmp_path, names="DNS:other.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.file))
    with scripted_server(reply(body={}), tls=other.server()) as server, pytest.raises(Unreachable, match="verify"):
        connect(server.url).get("/x")
    assert server.got == []


def test_the_environment_may_name_a_folder_of_authorities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert certificates("https://service.invalid").verify_mode is ssl.CERT_REQUIRED


def test_plain_http_trusts_no_authority() -> None:
    context = certificates("http://127.0.0.1")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_unreadable_bundle_is_named(
    variable: str, tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.pem"
    for text in (None, "no certificate"):
        if text is not None:
            broken.write_text(text)
        monkeypatch.setenv(variable, str(broken))
        with pytest.raises(SettingsError, match=f"{variable}=.*broken.pem"):
            connect("https://service.invalid")


def test_a_service_without_tls_counts_as_not_reached(connect: Connect) -> None:
    with scripted_server(reply(body={})) as server, pytest.raises(Unreachable):
        connect(server.url.replace("http:", "https:")).get("/x")


# -- proxies


def test_the_environment_may_name_a_proxy(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(reply(body={"by": "proxy"})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert connect("http://service.invalid").get("/x/{}", "a/b").json() == {"by": "proxy"}
    assert [got.target for got in proxy.got] == ["http://service.invalid/x/a%2Fb"]


def test_a_proxy_may_be_named_without_a_scheme(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(reply(body={})) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url.removeprefix("http://"))
        connect("http://service.invalid").get("/x")
    assert len(proxy.got) == 1


@pytest.mark.parametrize("exempt", ["service.invalid", ".invalid", "service.invalid:80", "*"])
def test_no_proxy_exempts_a_host(exempt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    assert proxy_for("http://service.invalid:80") is not None
    monkeypatch.setenv("NO_PROXY", exempt)
    assert proxy_for("http://service.invalid:80") is None


def test_loopback_needs_no_proxy(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:3128")
    with scripted_server(reply(body={})) as server:
        connect(server.url).get("/x")
    assert len(server.got) == 1


@pytest.mark.parametrize(
    "address",
    ["gopher://u:canary@proxy.invalid", "http://u:canary@proxy.invalid:port", "socks5://u:canary@proxy.invalid"],
)
def test_an_unusable_proxy_is_a_settings_error(address: str, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsError, match="proxy") as caught:
        connect("https://service.invalid")
    assert "canary" not in str(caught.value)


def test_an_absent_proxy_counts_as_not_reached(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://u:canary@127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(Unreachable) as caught:
            connect("http://service.invalid").get("/x")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses_a_tunnel_counts_as_not_reached(
    status: int, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_server(reply(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(Unreachable, match=str(status)):
            connect("https://service.invalid").post("/x", json={})
    assert [got.method for got in proxy.got] == ["CONNECT"]
    assert "authorization" not in proxy.got[0].headers


def test_a_plain_proxy_that_refuses_is_quoted(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(reply(407, b"<h1>Log in first</h1>", kind="text/html")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with pytest.raises(ServiceError, match="Log in first"):
            connect("http://service.invalid").get("/x")


class Tunnel(socketserver.ThreadingTCPServer):
    """Forwards each CONNECT to one server, and records the bytes that pass."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnelled)
        self.port = port
        self.asked: list[str] = []
        self.seen = b""


class _Tunnelled(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        tunnel = cast(Tunnel, self.server)
        tunnel.asked.append(self.rfile.readline().decode().strip())
        while self.rfile.readline().strip():
            pass
        with socket.create_connection(("127.0.0.1", tunnel.port)) as there:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            ways: dict[Any, Any] = {self.connection: there, there: self.connection}
            while True:
                for side in select.select(list(ways), [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    tunnel.seen += data
                    ways[side].sendall(data)


def test_a_proxy_sees_no_credential_of_a_tls_connection(
    certificate: Certificate, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    with scripted_server(reply(body={"fine": True}), tls=certificate.server()) as server:
        with Tunnel(int(server.url.rpartition(":")[2])) as proxy:
            thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_address[1]}")
            try:
                assert connect("https://service.invalid").get("/x").json() == {"fine": True}
            finally:
                proxy.shutdown()
                thread.join()
        assert server.got[0].headers["authorization"] == "Bearer canary-token"
    assert proxy.asked == ["CONNECT service.invalid:443 HTTP/1.1"]
    assert b"canary" not in proxy.seen
