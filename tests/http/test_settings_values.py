"""Tests where the values of settings come from, and limits."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import SettingsError
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from support.settings_given import TEST, connection, given

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


# -- limits


def test_limits_of_time_can_be_set() -> None:
    found = connection({"ROSTER_TUNING": '{"settleSeconds": 0.5, "quietSeconds": "0.3"}'}, timeoutSeconds=7)
    assert (found.limits.budget, found.limits.settle, found.limits.quiet) == (7.0, 0.5, 0.3)
    assert found.limits.read == Limits().read
    assert connection().limits == connection(tuning="{}").limits == Limits()
    assert connection(tuning={"settleSeconds": 0}).limits == Limits(settle=0)
    assert connection({"ROSTER_TIMEOUT_SECONDS": "7"}).limits == Limits(budget=7)


def test_a_named_connection_may_have_its_own_timeout() -> None:
    config: dict[str, Any] = {
        "timeoutSeconds": 7,
        "connections": {"slow": {"timeoutSeconds": 500}, "usual": {}, "bad": {"timeoutSeconds": 0}},
    }
    assert connection(name="slow", **config).limits.budget == 500
    assert connection(name="usual", **config).limits.budget == 7
    with pytest.raises(SettingsError, match=r"timeoutSeconds in roster:connections.bad must be a number"):
        connection(name="bad", **config)


AT_LEAST = "must be a number of seconds, at least"


@pytest.mark.parametrize(
    ("config", "error"),
    [
        *(
            ({"timeoutSeconds": text}, f"roster:timeoutSeconds {AT_LEAST} 0.1, got {text!r}")
            for text in ("soon", "nan", "inf", "-inf", "-1", "1e999", "0", "1 s", "true")
        ),
        *(
            ({"tuning": {"settleSeconds": text}}, f"roster:tuning.settleSeconds {AT_LEAST} 0, got {text!r}")
            for text in ("nan", "inf", "-1")
        ),
        ({"tuning": {"quietSeconds": 0}}, f"roster:tuning.quietSeconds {AT_LEAST} 0.1, got '0'"),
        ({"tuning": {"quietSeconds": True}}, f"roster:tuning.quietSeconds {AT_LEAST} 0.1, got 'true'"),
        (
            {"tuning": {"quietSecond": 1}},
            "roster:tuning.quietSecond is not a key of roster:tuning, did you mean 'quietSeconds'?",
        ),
        ({"tuning": {"colour": 1}}, "roster:tuning.colour is not a key of roster:tuning"),
        (
            {"tuning": {"settleSeconds": -1, "QUIET_SECONDS": 1}},
            f"roster:tuning.settleSeconds {AT_LEAST} 0, got '-1'; "
            "roster:tuning.QUIET_SECONDS is not a key of roster:tuning, did you mean 'quietSeconds'?",
        ),
        *(
            ({"tuning": text}, "roster:tuning must be an object that maps names to seconds")
            for text in ("{", "[]", "6")
        ),
    ],
)
def test_a_limit_of_time_must_be_a_number_of_seconds(config: dict[str, Any], error: str) -> None:
    with pytest.raises(SettingsError) as caught:
        connection(**config)
    assert caught.value.message == error
