"""Tests the clients that settings create, and which credentials of IBM Cloud IAM they use."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import SettingsError
from pulumi_roster.http.keys import GENERAL
from roster_emulator import Running
from support.settings_given import NAMED, TEST, everything, given, made

# -- secrets


def test_no_secret_is_shown() -> None:
    config = {"testKey": "canary-1", "testToken": "canary-2", "connections": {"prod": {"testKey": "canary-3"}}}
    settings = given({"TEST_TOKEN": "canary-4"}, **config)
    client = settings.client(TEST)
    named = settings.connection(TEST, "prod")
    shown = [repr(item) + str(item) for item in (settings, client, settings.connection(TEST), named, made[0])]
    assert "canary" not in "".join(shown)
    with pytest.raises(SettingsError) as caught:
        named.require("testToken")
    assert "canary" not in everything(caught.value)
    settings.close()


def test_secret_settings_are_marked() -> None:
    ibm = system("ibm")
    assert {setting.key for setting in ibm.settings if setting.secret} == {"ibmApiKey", "ibmComputeToken", "ibmToken"}
    assert {setting.key for setting in GENERAL if setting.secret} == {"connections"}


# -- clients


def test_all_threads_share_one_client_for_each_connection() -> None:
    settings = given(testKey="k", connections=NAMED)
    start, found = threading.Barrier(16), []

    def ask() -> None:
        start.wait(10)
        found.append((settings.client(TEST), settings.client(TEST, "prod")))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len({id(client) for client, _ in found}) == 1
    assert len({id(client) for _, client in found}) == 1
    assert found[0][0] is not found[0][1]
    assert len(made) == 2
    settings.close()


def test_a_client_can_be_created_after_a_failure() -> None:
    environ: dict[str, str] = {}
    settings = given(environ)
    with pytest.raises(SettingsError):
        settings.client(TEST)
    environ["TEST_KEY"] = "k"
    assert settings.client(TEST) is settings.client(TEST)
    settings.close()


def test_closed_settings_can_be_used_again(emulator: Running) -> None:
    settings = given(emulator=emulator.url)
    first = settings.client(system("ibm"))
    assert first.get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()
    with pytest.raises(RuntimeError, match="closed"):
        first.get("/v2/groups", params={"account_id": "acc-demo"})
    assert settings.client(system("ibm")) is not first
    assert settings.client(system("ibm")).get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()


# -- systems


def test_an_ibm_key_is_used_with_the_emulator(emulator: Running) -> None:
    settings = given(emulator=emulator.url, ibmApiKey="some-key")
    settings.client(system("ibm")).get("/v2/groups", params={"account_id": "acc-demo"})
    settings.close()
    assert emulator.requests()["POST /identity/token"] == 1


@pytest.mark.parametrize("token", ["roster-dev", "Bearer roster-dev"])
def test_an_ibm_token_may_have_the_prefix_bearer(token: str, emulator: Running) -> None:
    settings = given(emulator=emulator.url, ibmToken=token)
    settings.client(system("ibm")).get("/v2/groups", params={"account_id": "acc-demo"})
    settings.close()


def test_ibm_has_a_default_address() -> None:
    settings = given(ibmToken="t")
    assert settings.client(system("ibm")).base_url == "https://iam.cloud.ibm.com"
    settings.close()


def test_no_library_sets_credentials_of_its_own(
    emulator: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """A .netrc entry for the host would replace our token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    settings = given(emulator=emulator.url)
    assert settings.client(system("ibm")).get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()
    assert httpx.NetRCAuth(str(netrc))  # the file is well formed
