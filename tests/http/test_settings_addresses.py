"""Tests which addresses credentials may be sent to, and the emulator setting."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import SettingsError
from pulumi_roster.http.keys import DEVELOPMENT_TOKEN
from support.settings_given import NAMED, connection

# -- addresses


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.invalid", "https://a.invalid"),
        ("https://a.invalid:8443/base/", "https://a.invalid:8443/base"),
        ("HTTPS://A.invalid", "HTTPS://A.invalid"),
        ("http://127.0.0.1:8400/", "http://127.0.0.1:8400"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8400", "http://[::1]:8400"),
    ],
)
def test_an_address_is_taken_without_its_trailing_slash(url: str, address: str) -> None:
    assert connection(testUrl=url).address() == address


PLAIN = [
    "http://a.invalid",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://0x7f.1",
    "http://2130706433",
    "http://127.1.evil.example",
    "http://[::ffff:10.0.0.1]",
    "http://127.0.0.1\\.evil.example",
]


@pytest.mark.parametrize("url", PLAIN)
def test_credentials_need_an_encrypted_connection(url: str) -> None:
    with pytest.raises(SettingsError, match=r"must use https|must be an http or https address") as caught:
        connection(testUrl=url).address()
    if "must use https" in caught.value.message:
        assert "allowPlainHttp" in caught.value.hint


@pytest.mark.parametrize("allowed", [True, "true", "True", "1", "yes"])
def test_plain_http_must_be_allowed_explicitly(allowed: Any) -> None:
    assert connection(testUrl="http://a.invalid", allowPlainHttp=allowed).address() == "http://a.invalid"
    assert connection({"ROSTER_ALLOW_PLAIN_HTTP": "true"}, testUrl="http://a.invalid").address() == "http://a.invalid"
    for refused in (False, "false", "0", "no", "", None):
        with pytest.raises(SettingsError, match="without encryption"):
            connection(testUrl="http://a.invalid", allowPlainHttp=refused).address()


@pytest.mark.parametrize(
    "url",
    [
        "a.invalid",
        "ftp://a.invalid",
        "https://",
        "https:///path",
        "//a.invalid",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1",
        "https://a.invalid:port",
        "https://a.invalid:99999",
        "https://a b.invalid",
        "https://a.invalid\n.evil.example",
        "https://a\x00.invalid",
        "https://\u2100.invalid",
        "x" * 70_000,
    ],
    ids=lambda url: url[:20],
)
def test_a_malformed_address_is_an_error(url: str) -> None:
    with pytest.raises(SettingsError, match="roster:testUrl") as caught:
        connection(testUrl=url).address()
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary@a.invalid",
        "https://canary@a.invalid",
        "http://canary:canary@127.0.0.1",
        "ftp://user:canary@a.invalid",
        "user:canary@a.invalid",
        "https://user:can/canary@a.invalid",
        "https://a.invalid/?token=canary",
        "https://a.invalid/#canary",
        "http://a.invalid?canary",
        "ftp://a.invalid/?token=canary",
        "https://user:canary@a.invalid:port/",
        "http://user:canary@[::1",
    ],
)
def test_an_address_that_contains_a_secret_is_refused_and_not_shown(url: str) -> None:
    address = connection(testUrl=url)
    with pytest.raises(SettingsError) as caught:
        address.address()
    assert "canary" not in str(caught.value)


# -- the emulator


def test_the_emulator_setting_is_enough() -> None:
    for found in (
        connection(emulator="http://127.0.0.1:8400/"),
        connection({"ROSTER_EMULATOR": "http://127.0.0.1:8400"}),
    ):
        assert found.address("https://default.invalid") == "http://127.0.0.1:8400"
        assert found.get("testToken") == DEVELOPMENT_TOKEN
        assert found.require("testKey", "testToken") == DEVELOPMENT_TOKEN
        assert found.require("testAccount") == "acc-demo"


def test_settings_of_the_stack_override_the_emulator() -> None:
    found = connection(emulator="http://127.0.0.1:8400", testToken="viewer-token", testAccount="acc-1")
    assert (found.get("testToken"), found.get("testAccount")) == ("viewer-token", "acc-1")


REAL = {"TEST_URL": "https://real.invalid", "TEST_KEY": "real-key", "TEST_ACCOUNT": "acc-real"}


@pytest.mark.parametrize("by", ["stack", "environment"])
def test_the_emulator_setting_excludes_the_real_service(by: str) -> None:
    url = "http://127.0.0.1:8400"
    found = connection(REAL, emulator=url) if by == "stack" else connection({**REAL, "ROSTER_EMULATOR": url})
    assert found.address("https://default.invalid") == url
    assert found.get("testKey") == ""
    assert found.get("testAccount") == "acc-demo"


def test_the_development_token_goes_to_the_emulator_only() -> None:
    found = connection(emulator="http://127.0.0.1:8400", testUrl="https://real.invalid")
    assert found.address() == "https://real.invalid"
    assert found.get("testToken") == ""
    with pytest.raises(SettingsError):
        found.require("testKey", "testToken")


def test_named_connections_go_to_the_emulator_too() -> None:
    found = connection(name="prod", connections=NAMED, emulator="http://127.0.0.1:8400")
    assert found.address() == "http://127.0.0.1:8400"
    assert (found.get("testKey"), found.get("testAccount")) == ("prod-key", "acc-prod")
    assert found.get("testToken") == DEVELOPMENT_TOKEN


def test_an_emulator_on_another_machine_needs_https() -> None:
    with pytest.raises(SettingsError, match="roster:emulator must use https"):
        connection(emulator="http://emulator.invalid:8400").address()
