from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from pulumi_roster.client import Client, Dialect
from pulumi_roster.emulator import Running
from pulumi_roster.errors import SettingsError
from pulumi_roster.settings import (
    DEVELOPMENT_TOKEN,
    GENERAL,
    Connection,
    Setting,
    Settings,
    System,
    register,
    system,
)
from pulumi_roster.transport import Policy

made: list[Connection] = []


def connect(connection: Connection) -> Client:
    made.append(connection)
    url = connection.address("https://default.invalid")
    connection.require("testKey", "testToken")
    return Client(url, None, Dialect("Test", lambda body: ("", "")), connection.policy)


TEST = System(
    name="test",
    title="Test Service",
    url="testUrl",
    settings=(
        Setting("testUrl", ("TEST_URL",)),
        Setting("testAccount", ("TEST_ACCOUNT", "TEST_ACCOUNT_ID")),
        Setting("testKey", ("TEST_KEY", "TEST_API_KEY"), secret=True),
        Setting("testToken", ("TEST_TOKEN",), secret=True),
    ),
    connect=connect,
    development={"testAccount": "acc-demo", "testToken": DEVELOPMENT_TOKEN},
)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulumi_roster import settings

    monkeypatch.setitem(settings._SYSTEMS, "test", TEST)
    made.clear()


def given(environ: Mapping[str, str] | None = None, **config: Any) -> Settings:
    """Settings of a stack; the keys are those after ``roster:``."""
    return Settings({f"roster:{key}": value for key, value in config.items()}.get, {} if environ is None else environ)


def connection(environ: Mapping[str, str] | None = None, name: str = "default", **config: Any) -> Connection:
    return given(environ, **config).connection("test", name)


def everything(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + repr(error) + str(vars(error))


# -- where a value comes from


def test_the_stacks_configuration_comes_before_the_environment() -> None:
    found = connection({"TEST_ACCOUNT": "from-environment", "TEST_KEY": "k"}, testAccount="from-stack")
    assert found.get("testAccount") == "from-stack"
    assert found.get("testKey") == "k"
    assert found.get("testToken") == ""


def test_the_first_environment_variable_that_is_set_counts() -> None:
    assert connection({"TEST_KEY": "one", "TEST_API_KEY": "two"}).get("testKey") == "one"
    assert connection({"TEST_KEY": "", "TEST_API_KEY": "two"}).get("testKey") == "two"


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_what_is_empty_is_not_set(empty: str | None) -> None:
    assert connection({"TEST_ACCOUNT": "from-environment"}, testAccount=empty).get("testAccount") == "from-environment"


def test_blanks_around_a_value_came_along_when_it_was_copied() -> None:
    found = connection({"TEST_KEY": "key\n"}, testToken=" token ", testUrl="https://a.invalid/ ")
    assert (found.get("testKey"), found.get("testToken"), found.address()) == ("key", "token", "https://a.invalid")


def test_values_that_are_no_text_are_taken_as_json() -> None:
    found = connection(testAccount=5, allowPlainHttp=True)
    assert (found.get("testAccount"), found.get("allowPlainHttp")) == ("5", "true")


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", "from-process")
    assert Settings(lambda key: None).connection("test").get("testKey") == "from-process"


def test_settings_are_read_when_they_are_asked_for() -> None:
    environ: dict[str, str] = {}
    settings = given(environ)
    environ["TEST_KEY"] = "later"
    assert settings.connection("test").get("testKey") == "later"


# -- what is missing


def test_what_is_missing_is_named_with_both_ways_to_give_it() -> None:
    with pytest.raises(SettingsError) as caught:
        connection().require("testKey", "testToken")
    assert caught.value.message == "Test Service needs roster:testKey or roster:testToken"
    hint = caught.value.hint
    assert "pulumi config set --secret roster:testKey VALUE" in hint
    assert all(name in hint for name in ("TEST_KEY", "TEST_API_KEY", "TEST_TOKEN"))


def test_what_is_no_secret_is_not_called_one() -> None:
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

NAMED = {
    "prod": {"testKey": "prod-key", "testAccount": "acc-prod"},
    "lab": {"testToken": "lab-token", "testAccount": 5},
}


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


def test_a_named_connection_says_where_it_lacks_something() -> None:
    with pytest.raises(SettingsError) as caught:
        connection(name="prod", connections=NAMED).require("testToken")
    assert caught.value.message == "Test Service needs testToken in roster:connections.prod"
    assert "connection 'prod'" in caught.value.hint


def test_a_connection_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="no connection 'dev'; there are: default, lab, prod"):
        connection(name="dev", connections=NAMED)
    with pytest.raises(SettingsError, match="there are: default\n"):
        connection(name="dev")


def test_null_is_not_a_value() -> None:
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


def test_broken_connections_do_not_hurt_the_default_one() -> None:
    assert connection(connections="{canary", testKey="k").get("testKey") == "k"


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
def test_credentials_do_not_travel_in_the_clear(url: str) -> None:
    with pytest.raises(SettingsError, match=r"in the clear|no http or https address") as caught:
        connection(testUrl=url).address()
    if "in the clear" in caught.value.message:
        assert "allowPlainHttp" in caught.value.hint


@pytest.mark.parametrize("allowed", [True, "true", "True", "1", "yes"])
def test_plain_http_must_be_allowed_in_so_many_words(allowed: Any) -> None:
    assert connection(testUrl="http://a.invalid", allowPlainHttp=allowed).address() == "http://a.invalid"
    assert connection({"ROSTER_ALLOW_PLAIN_HTTP": "true"}, testUrl="http://a.invalid").address() == "http://a.invalid"
    for refused in (False, "false", "0", "no", "", None):
        with pytest.raises(SettingsError, match="in the clear"):
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
def test_what_is_no_address_is_told(url: str) -> None:
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
def test_an_address_with_a_secret_in_it_is_refused_and_not_shown(url: str) -> None:
    address = connection(testUrl=url)
    with pytest.raises(SettingsError) as caught:
        address.address()
    assert "canary" not in str(caught.value)


# -- the emulator


def test_the_emulator_sets_everything() -> None:
    for found in (
        connection(emulator="http://127.0.0.1:8400/"),
        connection({"ROSTER_EMULATOR": "http://127.0.0.1:8400"}),
    ):
        assert found.address("https://default.invalid") == "http://127.0.0.1:8400"
        assert found.get("testToken") == DEVELOPMENT_TOKEN
        assert found.require("testKey", "testToken") == DEVELOPMENT_TOKEN
        assert found.require("testAccount") == "acc-demo"


def test_what_the_stack_sets_holds_against_the_emulator_too() -> None:
    found = connection(emulator="http://127.0.0.1:8400", testToken="viewer-token", testAccount="acc-1")
    assert (found.get("testToken"), found.get("testAccount")) == ("viewer-token", "acc-1")


REAL = {"TEST_URL": "https://real.invalid", "TEST_KEY": "real-key", "TEST_ACCOUNT": "acc-real"}


@pytest.mark.parametrize("by", ["stack", "environment"])
def test_with_the_emulator_the_environment_leads_to_no_real_service(by: str) -> None:
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


def test_an_emulator_elsewhere_is_a_service_like_any_other() -> None:
    with pytest.raises(SettingsError, match="in the clear"):
        connection(emulator="http://emulator.invalid:8400").address()


# -- limits


def test_limits_of_time_can_be_set() -> None:
    found = connection({"ROSTER_SETTLE_SECONDS": "0.5", "ROSTER_QUIET_SECONDS": "0.3"}, budgetSeconds=7)
    assert (found.policy.budget, found.policy.settle, found.policy.quiet) == (7.0, 0.5, 0.3)
    assert found.policy.read == Policy().read
    assert connection().policy == Policy()


@pytest.mark.parametrize("text", ["soon", "nan", "inf", "-inf", "-1", "1e999", "0", "1 s", "true"])
def test_a_budget_must_be_a_time(text: str) -> None:
    with pytest.raises(SettingsError, match=r"roster:budgetSeconds is .*no number of seconds"):
        connection(budgetSeconds=text)


@pytest.mark.parametrize("text", ["nan", "inf", "-1"])
def test_a_settling_time_must_be_one(text: str) -> None:
    with pytest.raises(SettingsError, match="roster:settleSeconds"):
        connection(settleSeconds=text)


def test_nothing_may_have_to_settle() -> None:
    assert connection(settleSeconds="0").policy.settle == 0


# -- secrets


def test_no_secret_is_shown() -> None:
    config = {"testKey": "canary-1", "testToken": "canary-2", "connections": {"prod": {"testKey": "canary-3"}}}
    settings = given({"TEST_TOKEN": "canary-4"}, **config)
    client = settings.client("test")
    named = settings.connection("test", "prod")
    shown = [repr(item) + str(item) for item in (settings, client, settings.connection("test"), named, made[0])]
    assert "canary" not in "".join(shown)
    with pytest.raises(SettingsError) as caught:
        named.require("testToken")
    assert "canary" not in everything(caught.value)
    settings.close()


def test_what_is_secret_is_said_to_be() -> None:
    ibm = system("ibm")
    assert {setting.key for setting in ibm.settings if setting.secret} == {"ibmApiKey", "ibmToken"}
    assert {setting.key for setting in GENERAL if setting.secret} == {"connections"}


# -- clients


def test_a_client_is_one_for_each_connection_whoever_asks() -> None:
    settings = given(testKey="k", connections=NAMED)
    start, found = threading.Barrier(16), []

    def ask() -> None:
        start.wait(10)
        found.append((settings.client("test"), settings.client("test", "prod")))

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


def test_a_client_that_could_not_be_made_is_tried_again() -> None:
    environ: dict[str, str] = {}
    settings = given(environ)
    with pytest.raises(SettingsError):
        settings.client("test")
    environ["TEST_KEY"] = "k"
    assert settings.client("test") is settings.client("test")
    settings.close()


def test_settings_that_were_closed_serve_again(emulator: Running) -> None:
    settings = given(emulator=emulator.url)
    first = settings.client("ibm")
    assert first.get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()
    with pytest.raises(RuntimeError, match="closed"):
        first.get("/v2/groups", params={"account_id": "acc-demo"})
    assert settings.client("ibm") is not first
    assert settings.client("ibm").get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()


# -- systems


def test_a_system_is_known_by_its_package() -> None:
    assert system("ibm").title == "IBM Cloud IAM"
    assert register(TEST) is TEST
    assert system("test") is TEST


def test_ibm_takes_a_key_before_a_token(emulator: Running) -> None:
    settings = given(emulator=emulator.url, ibmApiKey="some-key", ibmToken="bad-token")
    settings.client("ibm").get("/v2/groups", params={"account_id": "acc-demo"})
    settings.close()
    assert emulator.requests()["POST /identity/token"] == 1


@pytest.mark.parametrize("token", ["roster-dev", "Bearer roster-dev"])
def test_ibm_takes_a_token_as_its_tools_print_it(token: str, emulator: Running) -> None:
    settings = given(emulator=emulator.url, ibmToken=token)
    settings.client("ibm").get("/v2/groups", params={"account_id": "acc-demo"})
    settings.close()


def test_ibm_needs_a_key_or_a_token() -> None:
    with pytest.raises(SettingsError, match="needs roster:ibmApiKey or roster:ibmToken") as caught:
        given().client("ibm")
    assert all(name in caught.value.hint for name in ("IC_API_KEY", "IBMCLOUD_API_KEY", "IC_IAM_TOKEN"))


def test_ibm_is_at_its_own_address_by_default() -> None:
    settings = given(ibmToken="t")
    assert settings.client("ibm").base_url == "https://iam.cloud.ibm.com"
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
    assert settings.client("ibm").get("/v2/groups", params={"account_id": "acc-demo"}).status == 200
    settings.close()
    assert httpx.NetRCAuth(str(netrc))  # the entry is a good one
