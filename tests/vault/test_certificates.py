"""Connects to Vault over TLS with the certificate files that the settings of the connection name."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from pulumi_roster.errors import SettingsError, Unreachable
from support.certificates import Certificate, self_signed
from support.scripted_server import reply, scripted_server
from support.subjects import QUICK
from support.vault_sign_in import signed_in

OF_ENVIRONMENT = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY")
FINE = reply(body={"fine": True})


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the developer's own certificates from the environment."""
    for name in OF_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of a server, which is its own authority."""
    return self_signed(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for another host."""
    return self_signed(tmp_path_factory.mktemp("other"), names="DNS:vault.internal")


def get(url: str, **config: str) -> object:
    with signed_in({"vaultAddress": url, "vaultToken": "canary", **config}, QUICK) as client:
        return client.get("/v1/x").json()


@pytest.mark.parametrize("key", ["vaultCaCert", "vaultCaPath"])
def test_an_authority_of_the_connection_is_trusted(key: str, own: Certificate, tmp_path: Path) -> None:
    for name in ("first.pem", "second.crt"):
        shutil.copy(own.file, tmp_path / name)
    trusted = {"vaultCaCert": own.file, "vaultCaPath": tmp_path}[key]
    with scripted_server(FINE, tls=own.server()) as server:
        assert get(server.url, **{key: str(trusted)}) == {"fine": True}


def test_only_the_authority_of_the_connection_is_trusted(
    own: Certificate, other: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
    with scripted_server(FINE, tls=own.server()) as server:
        assert get(server.url) == {"fine": True}
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            get(server.url, vaultCaCert=str(other.file))
        assert len(server.got) == 1


def test_the_certificates_of_a_connection_do_not_count_for_another(own: Certificate) -> None:
    with scripted_server(FINE, tls=own.server()) as server:
        named = {"vaultAddress": server.url, "vaultToken": "canary"}
        config = {"vaultAddress": server.url, "vaultCaCert": str(own.file), "connections": {"lab": named}}
        with signed_in(config, QUICK, name="lab") as client, pytest.raises(Unreachable):
            client.get("/v1/x")


@pytest.mark.parametrize(("variable", "named"), [("VAULT_SKIP_VERIFY", True), ("BAO_SKIP_VERIFY", True), ("X", False)])
def test_a_certificate_is_always_verified_and_the_hint_names_the_ignored_variable(
    variable: str, named: bool, own: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "true")
    with scripted_server(FINE, tls=own.server()) as server, pytest.raises(Unreachable) as caught:
        get(server.url)
    assert server.got == []
    assert "VAULT_CACERT" in caught.value.hint
    assert (f"Roster ignores {variable}" in caught.value.hint) is named


def test_a_server_may_have_another_name_than_the_address(other: Certificate) -> None:
    with scripted_server(FINE, tls=other.server()) as server:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            get(server.url, vaultCaCert=str(other.file))
        assert get(server.url, vaultCaCert=str(other.file), vaultTlsServerName="vault.internal") == {"fine": True}
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            get(server.url, vaultCaCert=str(other.file), vaultTlsServerName="vault.other")


def test_a_client_shows_its_own_certificate(own: Certificate, other: Certificate) -> None:
    context = own.server()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(other.file)
    trusted = {"vaultCaCert": str(own.file)}
    with scripted_server(FINE, tls=context) as server:
        shown = {"vaultClientCert": str(other.file), "vaultClientKey": str(other.key)}
        assert get(server.url, **trusted, **shown) == {"fine": True}
        for refused in ({}, {"vaultClientCert": str(own.file), "vaultClientKey": str(own.key)}):
            calls = server.calls
            with pytest.raises(Unreachable, match="check roster:vaultClientCert"):
                get(server.url, **trusted, **refused)
            assert len(server.got) == 1
            # No retry: the certificate stays untrusted. Only if the connection breaks first, the client tries again.
            assert server.calls - calls < 5


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"vaultCaCert": "absent"}, "roster:vaultCaCert"),
        ({"vaultCaCert": "text"}, "roster:vaultCaCert"),
        ({"vaultCaPath": "absent"}, "roster:vaultCaPath"),
        ({"vaultCaPath": "empty"}, "roster:vaultCaPath"),
        ({"vaultCaPath": "text"}, "roster:vaultCaPath"),
        ({"vaultClientCert": "certificate"}, "got only roster:vaultClientCert"),
        ({"vaultClientKey": "key"}, "got only roster:vaultClientKey"),
        ({"vaultClientCert": "absent", "vaultClientKey": "key"}, "roster:vaultClientCert, roster:vaultClientKey"),
        ({"vaultClientCert": "certificate", "vaultClientKey": "text"}, "roster:vaultClientCert, roster:vaultClientKey"),
        ({"vaultClientCert": "certificate", "vaultClientKey": "foreign"}, "roster:vaultClientKey"),
        ({"vaultClientCert": "certificate", "vaultClientKey": "encrypted"}, "roster:vaultClientKey"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_used_is_named(
    given: dict[str, str], named: str, own: Certificate, other: Certificate, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("no certificate")
    (tmp_path / "empty").mkdir()
    encrypt = ["openssl", "pkey", "-in", str(own.key), "-aes256", "-passout", "pass:word"]
    subprocess.run([*encrypt, "-out", str(tmp_path / "encrypted")], check=True, capture_output=True)
    files = {"certificate": own.file, "key": own.key, "foreign": other.key}
    config = {key: str(files.get(name, tmp_path / name)) for key, name in given.items()}
    with pytest.raises(SettingsError) as caught:
        get("https://vault.invalid", **config)
    assert named in str(caught.value)
    for path in config.values():
        assert path in str(caught.value) or "got only" in named
