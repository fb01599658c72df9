"""Defines a system and settings for the tests of settings."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from pulumi_roster.http.client import Client, Dialect
from pulumi_roster.http.keys import DEVELOPMENT_TOKEN, Setting, System
from pulumi_roster.http.settings import Connection, Settings

made: list[Connection] = []
"""The connections for which a client was created."""

NAMED = {
    "prod": {"testKey": "prod-key", "testAccount": "acc-prod"},
    "lab": {"testToken": "lab-token", "testAccount": 5},
}


def connect(connection: Connection) -> Client:
    made.append(connection)
    url = connection.address("https://default.invalid")
    connection.require("testKey", "testToken")
    return Client(url, None, Dialect("Test", lambda body: ("", "")), connection.limits)


TEST = System(
    name="test",
    title="Test Service",
    url="testUrl",
    settings=(
        Setting("testUrl", ("TEST_URL",)),
        Setting("testAccount", ("TEST_ACCOUNT", "TEST_ACCOUNT_ID"), sign_in=False),
        Setting("testKey", ("TEST_KEY", "TEST_API_KEY"), secret=True),
        Setting("testToken", ("TEST_TOKEN",), secret=True),
    ),
    connect=connect,
    development={"testAccount": "acc-demo", "testToken": DEVELOPMENT_TOKEN},
)


def given(environ: Mapping[str, str] | None = None, **config: Any) -> Settings:
    """Return the settings of a stack, by key below ``roster:``."""
    return Settings({f"roster:{key}": value for key, value in config.items()}.get, {} if environ is None else environ)


def connection(environ: Mapping[str, str] | None = None, name: str = "default", **config: Any) -> Connection:
    return given(environ, **config).connection(TEST, name)


def everything(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + repr(error) + str(vars(error))
