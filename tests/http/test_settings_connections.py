"""Tests named connections: their keys, what they inherit, and values in environment variables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster import ibm
from pulumi_roster.catalog import systems
from pulumi_roster.errors import SettingsError
from pulumi_roster.http.keys import DEVELOPMENT_TOKEN
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.ibm_api import ibm_group
from support.settings_given import NAMED, TEST, connection, everything


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
    assert not found.uses_environment
    assert connection().uses_environment


def test_a_named_connection_says_which_setting_it_lacks() -> None:
    with pytest.raises(SettingsError) as caught:
        connection(name="prod", connections=NAMED).require("testToken")
    assert caught.value.message == "Test Service needs testToken in roster:connections.prod"
    assert caught.value.hint == "add it to the connection 'prod' in roster:connections"


def test_an_unknown_connection_is_named_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="must be one of default, lab, prod, got 'dev'"):
        connection(name="dev", connections=NAMED)
    with pytest.raises(SettingsError, match="must be one of default, got"):
        connection(name="dev")


@pytest.mark.parametrize("unset", [None, "", " "])
def test_an_empty_value_counts_as_not_set(unset: str | None) -> None:
    keys = {"testKey": unset, "testToken": "t", "extend": None}
    assert connection(name="prod", connections={"prod": keys}).require("testKey", "testToken") == "t"


# -- what is not allowed

PATH = "roster:connections"
VALUE = 'must be a string, a number, true, false or {"env": "VARIABLE"}, got'
NAME = "must name an environment variable: capital letters, digits and underscores"

NOT_ALLOWED = [
    ({"a": {"testKeys": "canary"}}, f"{PATH}.a.testKeys is not a key of a connection, did you mean 'testKey'?"),
    ({"a": {"TEST_KEY": "canary"}}, f"{PATH}.a.TEST_KEY is not a key of a connection, did you mean 'testKey'?"),
    ({"a": {"colour": "canary"}}, f"{PATH}.a.colour is not a key of a connection"),
    ({"a": {"connections": {}}}, f"{PATH}.a.connections is not a key of a connection"),
    ({"a": {"tuning": {}}}, f"{PATH}.a.tuning is not a key of a connection"),
    ({"a": "canary"}, f"{PATH}.a must be an object of keys, got a string"),
    ({"a": ["canary"]}, f"{PATH}.a must be an object of keys, got a list"),
    ({"a": 5}, f"{PATH}.a must be an object of keys, got a number"),
    ({"a": None}, f"{PATH}.a must be an object of keys, got null"),
    ({"a": True}, f"{PATH}.a must be an object of keys, got true or false"),
    (
        {"default": {}},
        f"{PATH}.default is not allowed: its keys are those of the stack, such as roster:ibmAccountId",
    ),
    ({"a": {"testKey": ["canary"]}}, f"{PATH}.a.testKey {VALUE} a list"),
    ({"a": {"testKey": {}}}, f"{PATH}.a.testKey {VALUE} an object"),
    ({"a": {"testKey": {"file": "canary"}}}, f"{PATH}.a.testKey {VALUE} an object"),
    ({"a": {"testKey": {"env": "CANARY", "or": "canary"}}}, f"{PATH}.a.testKey {VALUE} an object"),
    *(
        ({"a": {"testKey": {"env": name}}}, f"{PATH}.a.testKey {NAME}")
        for name in ("canary", "hvs.CANARY", "CANARY=1", "", " ", "1A", None, 5, ["CANARY"])
    ),
    ({"a": {"extend": "b"}, "c": {}}, f"{PATH}.a.extend must be one of c, default, got 'b'"),
    ({"a": {"extend": {"env": "CANARY"}}}, f"{PATH}.a.extend must be one of default, got an object"),
    ({"a": {"extend": ""}}, f"{PATH}.a.extend must be one of default, got ''"),
    ({"a": {"extend": "a"}}, f"{PATH}.a.extend must not lead back to itself: a -> a"),
    (
        {"a": {"extend": "b"}, "b": {"extend": "a"}, "c": {"extend": "a"}},
        f"{PATH}.a.extend must not lead back to itself: a -> b -> a; "
        f"{PATH}.b.extend must not lead back to itself: b -> a -> b",
    ),
    (
        {"b": {"extend": "a", "testUrls": "x"}, "a": "canary", "c": {"testKey": ["canary"]}},
        f"{PATH}.b.testUrls is not a key of a connection, did you mean 'testUrl'?; "
        f"{PATH}.a must be an object of keys, got a string; {PATH}.c.testKey {VALUE} a list",
    ),
    *(
        (text, "roster:connections must be an object that maps names to objects of keys")
        for text in ("{canary", '["canary"]', '"canary"', "5", "null", '{"a":' * 100_000)
    ),
]


@pytest.mark.parametrize(("connections", "error"), NOT_ALLOWED, ids=lambda value: str(value)[:60])
def test_what_is_not_allowed_is_named_and_values_are_not_shown(connections: Any, error: str) -> None:
    """An error in any connection is an error in all, because a mistyped name could change where groups are created."""
    good = {**connections, "good": {"testKey": "k"}} if isinstance(connections, dict) else connections
    with pytest.raises(SettingsError) as caught:
        connection(name="good", connections=good)
    message = caught.value.message.replace(", good,", ",").replace(", good", "")
    assert message == error
    assert "canary" not in everything(caught.value)
    assert "CANARY" not in everything(caught.value)
    assert connection(connections=good, testKey="k").get("testKey") == "k", "the default connection stays usable"


def test_a_connection_may_have_the_keys_of_all_systems() -> None:
    keys = {setting.key: "1" for system in systems() for setting in system.settings}
    config = {"roster:connections": {"all": {**keys, "allowPlainHttp": True, "timeoutSeconds": 5}}}
    settings = Settings(config.get, {}, systems=systems)
    for system in systems():
        found = settings.connection(system, "all")
        assert {found.get(setting.key) for setting in system.settings} == {"1"}


def test_the_key_that_created_groups_in_the_root_namespace_is_refused() -> None:
    keys = {"vaultAddress": "https://vault.invalid", "vaultToken": "t", "vaultNameSpace": "europe"}
    settings = Settings({"roster:connections": {"europe": keys}}.get, {}, systems=systems)
    for system in systems():
        with pytest.raises(SettingsError) as caught:
            settings.connection(system, "europe")
        path = "roster:connections.europe.vaultNameSpace"
        assert caught.value.message == f"{path} is not a key of a connection, did you mean 'vaultNamespace'?"


def test_a_look_up_uses_a_connection_with_keys_of_several_systems(
    emulator: Running, program_config: Callable[..., None]
) -> None:
    base = {"ibmUrl": emulator.url, "ibmToken": "roster-dev", "vaultAddress": emulator.url, "appsecClientId": "client"}
    program_config(connections={"base": base, "child": {"extend": "base", "ibmAccountId": "acc-child"}})
    ibm_group(emulator, "one", account="acc-child")
    assert [group.name for group in ibm.list_access_groups(connection="child")] == ["one"]


# -- values in environment variables

IN_VARIABLES = {"pipeline": {"testUrl": {"env": "URL"}, "testKey": {"env": "KEY_1"}, "testAccount": "acc-1"}}


def test_a_value_may_be_in_an_environment_variable() -> None:
    environ = {"URL": "https://a.invalid", "KEY_1": "canary\n", "TEST_TOKEN": "default-token"}
    found = connection(environ, "pipeline", connections=IN_VARIABLES)
    assert (found.address(), found.get("testKey"), found.get("testAccount")) == ("https://a.invalid", "canary", "acc-1")
    assert found.get("testToken") == ""
    assert "canary" not in repr(found)
    assert "a.invalid" not in repr(found)


@pytest.mark.parametrize("environ", [{}, {"KEY_1": ""}, {"KEY_1": " "}])
def test_a_missing_or_empty_variable_is_named_with_its_connection_and_key(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        connection({"URL": "https://a.invalid", **environ}, "pipeline", connections=IN_VARIABLES)
    path = "roster:connections.pipeline.testKey"
    assert caught.value.message == f"{path}: the environment variable KEY_1 is missing or empty"
    assert caught.value.hint


def test_a_variable_is_needed_only_where_it_is_used() -> None:
    """A job has the credentials of the connections and the systems that it uses, and not of all others."""
    connections = {**IN_VARIABLES, "other": {"testKey": "k", "ibmApiKey": {"env": "MISSING"}}}
    config = {"roster:connections": connections}
    assert Settings(config.get, {}, systems=systems).connection(TEST, "other").get("testKey") == "k"


def test_an_emulator_excludes_the_variables() -> None:
    """They may contain the real service's address and key, as all environment variables may."""
    environ = {"URL": "https://real.invalid", "KEY_1": "real-key"}
    found = connection(environ, "pipeline", connections=IN_VARIABLES, emulator="http://127.0.0.1:8400")
    assert (found.address(), found.get("testKey")) == ("http://127.0.0.1:8400", "")
    assert (found.get("testToken"), found.get("testAccount")) == (DEVELOPMENT_TOKEN, "acc-1")
    keys = {**IN_VARIABLES["pipeline"], "emulator": {"env": "EMULATOR"}}
    found = connection({**environ, "EMULATOR": "http://127.0.0.1:1"}, "pipeline", connections={"pipeline": keys})
    assert (found.address(), found.get("testKey")) == ("http://127.0.0.1:1", "")


# -- extend

BASE = {"testUrl": "https://base.invalid", "testAccount": "acc-base", "testKey": "base-key", "timeoutSeconds": 9}
ALL = {**BASE, "timeoutSeconds": "9"}
DEFAULT = {"testUrl": "https://default.invalid", "testKey": "default-key", "emulator": ""}


@pytest.mark.parametrize(
    ("child", "more"),
    [
        ({}, ALL),
        ({"testAccount": "acc-child"}, {**ALL, "testAccount": "acc-child"}),
        ({"testAccount": None, "testToken": " "}, ALL),
        ({"timeoutSeconds": 5}, {**ALL, "timeoutSeconds": "5"}),
        # Its own credential replaces every way to sign in that the other one has, and not where the objects are.
        ({"testKey": "k"}, {**ALL, "testKey": "k"}),
        ({"testToken": "t"}, {**ALL, "testKey": "", "testToken": "t"}),
        ({"testToken": {"env": "T"}}, {**ALL, "testKey": "", "testToken": "t"}),
        # Nothing of a system goes to another address.
        ({"testUrl": "https://child.invalid"}, {"testUrl": "https://child.invalid", "timeoutSeconds": "9"}),
        ({"testUrl": BASE["testUrl"]}, {"testUrl": BASE["testUrl"], "timeoutSeconds": "9"}),
        ({"testUrl": "https://c.invalid", "testKey": "k"}, {"testUrl": "https://c.invalid", "testKey": "k"}),
        (
            {"emulator": "http://127.0.0.1:1"},
            {"testUrl": "http://127.0.0.1:1", "testKey": "", "testToken": DEVELOPMENT_TOKEN, "testAccount": "acc-demo"},
        ),
    ],
    ids=str,
)
def test_a_connection_inherits_what_it_does_not_set(child: dict[str, Any], more: dict[str, str]) -> None:
    connections = {"base": BASE, "child": {**child, "extend": "base"}}
    found = connection({"T": "t", "TEST_TOKEN": "not used"}, "child", connections=connections, **DEFAULT)
    expected = {"testUrl": "", "testAccount": "", "testKey": "", "testToken": "", "timeoutSeconds": "9", **more}
    assert {key: found.get(key) for key in expected} == expected
    assert not found.uses_environment


def test_extensions_may_form_a_chain() -> None:
    connections = {
        "last": {"extend": "middle", "testAccount": "acc-last"},
        "middle": {"extend": "base", "testToken": {"env": "T"}},
        "base": BASE,
    }
    found = connection({"T": "t"}, "last", connections=connections)
    assert [found.get(key) for key in ("testUrl", "testAccount", "testKey", "testToken")] == [
        "https://base.invalid",
        "acc-last",
        "",
        "t",
    ]
    with pytest.raises(SettingsError, match=r"roster:connections\.middle\.testToken: the environment variable T is"):
        connection({}, "last", connections=connections)


def test_a_connection_inherits_from_default_only_if_it_says_so() -> None:
    environ = {"TEST_KEY": "environment-key", "TEST_TOKEN": "environment-token"}
    config = {
        "testUrl": "https://default.invalid",
        "testToken": "stack-token",
        "connections": {
            "child": {"extend": "default", "testAccount": "acc-child"},
            "elsewhere": {"extend": "default", "testUrl": "https://other.invalid"},
            "another": {"extend": "default", "testKey": "k"},
            "below": {"extend": "another"},
        },
    }
    keys = ("testUrl", "testAccount", "testKey", "testToken")
    found = {name: connection(environ, name, **config) for name in config["connections"]}
    assert {name: ([one.get(key) for key in keys], one.uses_environment) for name, one in found.items()} == {
        "child": (["https://default.invalid", "acc-child", "", "stack-token"], False),
        "elsewhere": (["https://other.invalid", "", "", ""], False),
        "another": (["https://default.invalid", "", "k", ""], False),
        "below": (["https://default.invalid", "", "k", ""], False),
    }


def test_the_environment_reaches_no_emulator_through_the_default_connection() -> None:
    environ = {"TEST_KEY": "real-key", "TEST_URL": "https://real.invalid"}
    connections = {"child": {"extend": "default", "testAccount": "acc-child"}}
    found = connection(environ, "child", connections=connections, emulator="http://127.0.0.1:8400")
    assert (found.address(), found.get("testKey")) == ("http://127.0.0.1:8400", "")


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ({"testUrl": "https://a.invalid"}, "it sets testUrl, so it inherits no key of Test Service"),
        ({"testToken": "t"}, "it sets testToken, so it inherits no other key to sign in to Test Service"),
    ],
)
def test_a_missing_setting_says_why_it_is_not_inherited(child: dict[str, str], reason: str) -> None:
    connections = {"base": BASE, "child": {**child, "extend": "base"}, "below": {"extend": "child"}}
    for name in ("child", "below"):
        with pytest.raises(SettingsError) as caught:
            connection(name=name, connections=connections).require("testKey")
        assert caught.value.message == f"Test Service needs testKey in roster:connections.{name}"
        assert caught.value.hint == f"add it to the connection {name!r} in roster:connections: {reason}"


def test_an_error_names_the_connection_that_sets_the_value() -> None:
    connections = {"base": {"testUrl": "http://a.invalid"}, "child": {"extend": "base"}, "same": {"extend": "default"}}
    with pytest.raises(SettingsError, match=r"^testUrl in roster:connections\.base must use https"):
        connection(name="child", connections=connections).address()
    with pytest.raises(SettingsError, match=r"^roster:testUrl must use https"):
        connection(name="same", connections=connections, testUrl="http://a.invalid").address()
