"""Tests where the values of settings come from, named connections, and limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_roster.errors import SettingsError
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from support.settings_given import NAMED, TEST, connection, everything, given

# -- where a value comes from


@pytest.mark.parametrize(
    ("environ", "config", "key", "value"),
    [
        ({"TEST_ACCOUNT": "from-environment"}, {"testAccount": "from-stack"}, "testAccount", "from-stack"),
        ({"TEST_ACCOUNT": "from-environment"}, {"testKey": "k"}, "testAccount", "from-environment"),
        *(({"TEST_ACCOUNT": "set"}, {"testAccount": empty}, "testAccount", "set") for empty in (None, "", "  ")),
        ({"TEST_KEY": "one", "TEST_API_KEY": "two"}, {}, "testKey", "one"),
        ({"TEST_KEY": "", "TEST_API_KEY": "two"}, {}, "testKey", "two"),
        ({"TEST_KEY": "key\n"}, {}, "testKey", "key"),
        ({}, {"testToken": " token "}, "testToken", "token"),
        ({}, {"testAccount": 5}, "testAccount", "5"),
        ({}, {"allowPlainHttp": True}, "allowPlainHttp", "true"),
        ({}, {}, "testToken", ""),
    ],
)
def test_a_value_comes_from_the_stack_or_else_from_the_environment(
    environ: dict[str, str], config: dict[str, Any], key: str, value: str
) -> None:
    assert connection(environ, **config).get(key) == value


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", "from-process")
    assert Settings(lambda key: None).connection(TEST).get("testKey") == "from-process"


def test_settings_are_read_at_their_first_use() -> None:
    environ: dict[str, str] = {}
    settings = given(environ)
    environ["TEST_KEY"] = "later"
    assert settings.connection(TEST).get("testKey") == "later"


# -- missing settings


def test_a_missing_setting_is_named_with_both_ways_to_give_it() -> None:
    with pytest.raises(SettingsError) as caught:
        connection().require("testKey", "testToken")
    assert caught.value.message == "Test Service needs roster:testKey or roster:testToken"
    hint = caught.value.hint
    assert "pulumi config set --secret roster:testKey" in hint
    assert "testKey VALUE" not in hint, "the command must not contain the value, because Pulumi asks for it"
    assert all(name in hint for name in ("TEST_KEY", "TEST_API_KEY", "TEST_TOKEN"))


def test_a_missing_setting_that_is_not_secret_is_not_called_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        connection().require("testAccount")
    assert "--secret" not in caught.value.hint
    assert "pulumi config set roster:testAccount VALUE" in caught.value.hint


def test_the_first_of_several_settings_counts() -> None:
    assert connection(testKey="key", testToken="token").require("testKey", "testToken") == "key"
    assert connection(testToken="token").require("testKey", "testToken") == "token"


def test_a_missing_address_is_named() -> None:
    assert connection().address("https://default.invalid/") == "https://default.invalid"
    with pytest.raises(SettingsError, match="needs roster:testUrl"):
        connection().address()


# -- named connections


@pytest.mark.parametrize("text", [json.dumps(NAMED), NAMED], ids=["as text", "as object"])
def test_a_named_connection_has_its_own_credentials(text: Any) -> None:
    assert connection(name="prod", connections=text).get("testKey") == "prod-key"
    assert connection(name="lab", connections=text).get("testAccount") == "5"
    assert connection({"ROSTER_CONNECTIONS": json.dumps(NAMED)}, name="prod").get("testKey") == "prod-key"


def test_a_named_connection_takes_nothing_from_the_default_one() -> None:
    found = connection(
        {"TEST_TOKEN": "default-token"}, name="prod", connections=NAMED, testUrl="https://default.invalid"
    )
    assert found.get("testToken") == ""
    assert found.get("testUrl") == ""


def test_a_named_connection_says_which_setting_it_lacks() -> None:
    with pytest.raises(SettingsError) as caught:
        connection(name="prod", connections=NAMED).require("testToken")
    assert caught.value.message == "Test Service needs testToken in roster:connections.prod"
    assert "connection 'prod'" in caught.value.hint


def test_an_unknown_connection_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="must be one of default, lab, prod, got 'dev'"):
        connection(name="dev", connections=NAMED)
    with pytest.raises(SettingsError, match="must be one of default, got"):
        connection(name="dev")


def test_a_null_value_counts_as_not_set() -> None:
    found = connection(name="prod", connections={"prod": {"testKey": None, "testToken": "t"}})
    assert found.require("testKey", "testToken") == "t"


@pytest.mark.parametrize(
    "text",
    [
        "{canary",
        '["canary"]',
        '"canary"',
        "5",
        '{"prod": "canary"}',
        '{"prod": ["canary"]}',
        '{"prod": 5}',
        '{"prod": null}',
        '{"prod": [["testKey", "canary"]]}',
        '{"prod": ""}',
        '{"a":' * 100_000,
    ],
)
def test_connections_that_cannot_be_read_are_not_shown(text: str) -> None:
    with pytest.raises(SettingsError, match="roster:connections must be an object") as caught:
        connection(name="prod", connections=text)
    assert "canary" not in everything(caught.value)


def test_malformed_connections_leave_the_default_one_usable() -> None:
    assert connection(connections="{canary", testKey="k").get("testKey") == "k"


# -- limits


def test_limits_of_time_can_be_set() -> None:
    found = connection({"ROSTER_SETTLE_SECONDS": "0.5", "ROSTER_QUIET_SECONDS": "0.3"}, timeoutSeconds=7)
    assert (found.limits.budget, found.limits.settle, found.limits.quiet) == (7.0, 0.5, 0.3)
    assert found.limits.read == Limits().read
    assert connection().limits == Limits()
    assert connection(settleSeconds="0").limits.settle == 0


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("timeoutSeconds", text) for text in ("soon", "nan", "inf", "-inf", "-1", "1e999", "0", "1 s", "true")),
        *(("settleSeconds", text) for text in ("nan", "inf", "-1")),
    ],
)
def test_a_limit_of_time_must_be_a_number_of_seconds(key: str, text: str) -> None:
    config: dict[str, Any] = {key: text}
    with pytest.raises(SettingsError, match=rf"roster:{key} must be a number of seconds, at least 0[.1]*, got"):
        connection(**config)
