"""Creates one client for each connection, from the stack's configuration or else from the environment.

This module passes credentials to the auth of a client, and nowhere else. Each system declares its own keys, and how to
create its client, in a :class:`System`.
"""

from __future__ import annotations

import json
import math
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from ..errors import SettingsError
from ..redaction import quoted
from .client import Client
from .limits import Limits
from .tls_and_proxies import is_loopback

__all__ = [
    "DEVELOPMENT_TOKEN",
    "GENERAL",
    "NAMESPACE",
    "Connection",
    "Setting",
    "Settings",
    "System",
]

NAMESPACE = "roster"
DEVELOPMENT_TOKEN = "roster-dev"
"""Every system of the emulator accepts this token. No real service does."""


@dataclass(frozen=True)
class Setting:
    """One configuration key of a system, and the environment variables that can replace it, in order of preference.

    :param key: the key in ``pulumi config set roster:KEY``.
    :param secret: whether the value is a credential, which needs ``--secret``.
    """

    key: str
    environment: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True)
class System:
    """The configuration of one of the four systems.

    :param name: the package's name, such as ``ibm``.
    :param title: the service's name as its users know it.
    :param url: the key of the setting with the address.
    :param settings: all settings, the address among them.
    :param connect: creates the client of a connection; raises ``SettingsError`` if a setting is missing.
    :param development: default values of settings that apply only if the address is the emulator's.
    """

    name: str
    title: str
    url: str
    settings: tuple[Setting, ...]
    connect: Callable[[Connection], Client]
    development: Mapping[str, str]


GENERAL = (
    Setting("emulator", ("ROSTER_EMULATOR",)),
    Setting("connections", ("ROSTER_CONNECTIONS",), secret=True),
    Setting("allowPlainHttp", ("ROSTER_ALLOW_PLAIN_HTTP",)),
    Setting("timeoutSeconds", ("ROSTER_TIMEOUT_SECONDS",)),
    Setting("settleSeconds", ("ROSTER_SETTLE_SECONDS",)),
    Setting("quietSeconds", ("ROSTER_QUIET_SECONDS",)),
)
"""Settings of all systems.

- ``timeoutSeconds``: how long one step (a create, read, update, delete or look-up) may run after its last successful
  request. Each successful request starts the time again, so a step can add 10,000 members under a rate limit.
- ``settleSeconds``: how long a write may take to appear in a service's reads.
- ``quietSeconds``: how long a writer waits before it checks that its change of a shared list is still there. It must be
  more than twice the duration of a call.
"""


@dataclass(frozen=True)
class Connection:
    """One named set of credentials for one system."""

    name: str
    system: System
    limits: Limits
    emulator: str
    _values: Mapping[str, str] = field(repr=False)

    def get(self, key: str) -> str:
        """Return a setting's value, or "". With the emulator, a missing setting has its development value."""
        if value := self._values.get(key, ""):
            return value
        if key == self.system.url:
            return self.emulator
        return self.system.development.get(key, "") if self._emulated else ""

    def require(self, *keys: str) -> str:
        """Return the value of the first of these settings that has one.

        :raises SettingsError: no setting has a value. The hint says how to set one.
        """
        for key in keys:
            if value := self.get(key):
                return value
        raise SettingsError(
            f"{self.system.title} needs {' or '.join(self._called(key) for key in keys)}", hint=self._how_to_give(keys)
        )

    @property
    def _emulated(self) -> bool:
        return bool(self.emulator) and self._values.get(self.system.url, self.emulator) == self.emulator

    def address(self, default: str = "", expand: Callable[[str], str] = str) -> str:
        """Return the service's address, without a trailing slash.

        :param expand: returns the address for a shorter form, such as a tenant's name.
        :raises SettingsError: the setting is not an address, or would send credentials without encryption.
        """
        given = self.get(self.system.url)
        url = (expand(given) if given else default).rstrip("/")
        if not url:
            needed = self._called(self.system.url)
            raise SettingsError(f"{self.system.title} needs {needed}", hint=self._how_to_give((self.system.url,)))
        where = f"{NAMESPACE}:emulator" if given == self.emulator else self._called(self.system.url)
        parts = _parts(url)
        if parts is None:
            raise SettingsError(f"{where} must be an http or https address, got {_shown(url)!r}")
        if parts.username or parts.password:
            raise SettingsError(
                f"{where} must not contain a user name or password", hint="set the credentials with their own keys"
            )
        if parts.query or parts.fragment:
            raise SettingsError(
                f"{where} must not contain a query or a fragment: {_shown(url)!r} is followed by '?' or '#'",
                hint="remove the part from '?' or '#' on",
            )
        if parts.scheme == "http" and not is_loopback(url) and not _is_true(self.get("allowPlainHttp")):
            raise SettingsError(
                f"{where} must use https, got {_shown(url)!r}: http sends credentials without encryption",
                hint=f"use https, or, if you must use http, set {NAMESPACE}:allowPlainHttp to true",
            )
        return url

    def _called(self, key: str) -> str:
        if self.name == "default":
            return f"{NAMESPACE}:{key}"
        return f"{key} in {NAMESPACE}:connections.{self.name}"

    def _how_to_give(self, keys: tuple[str, ...]) -> str:
        if self.name != "default":
            return f"add it to the connection {self.name!r} in {NAMESPACE}:connections"
        known = {setting.key: setting for setting in self.system.settings}
        first = known[keys[0]]
        secret, value = (" --secret", "") if first.secret else ("", " VALUE")  # Pulumi prompts for a missing value
        names = [name for key in keys for name in known[key].environment]
        environment = f", or set {' or '.join(names)} in the environment" if names else ""
        return f"pulumi config set{secret} {NAMESPACE}:{first.key}{value}{environment}"


class Settings:
    """The configuration of one process.

    :param config: returns a value of the stack's configuration, secrets decrypted; ``None`` if it has no such key.
    :param environ: the environment.
    """

    def __init__(
        self,
        config: Callable[[str], Any],
        environ: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._config = config
        self._environ = os.environ if environ is None else environ
        self._limits = limits or Limits()
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "Settings(...)"

    def connection(self, system: System, name: str = "default") -> Connection:
        """Return the settings of one connection.

        :raises SettingsError: no connection has this name.
        """
        general = {setting.key: self._value(setting) for setting in GENERAL if setting.key != "connections"}
        if name == "default":
            # The environment may contain the real service's address and key. They must not reach the emulator.
            environ = {} if general["emulator"] else self._environ
            own = {setting.key: self._value(setting, environ) for setting in system.settings}
        else:
            named = self._connections()
            if name not in named:
                there = ", ".join(["default", *sorted(named)])
                raise SettingsError(
                    f"the connection must be one of {there}, got {name!r}",
                    hint=f"add it to {NAMESPACE}:connections, an object that maps names to keys",
                )
            # A named connection inherits only general settings: default credentials must not reach another account.
            own = {key: _text(value) for key, value in named[name].items()}
        values = {**general, **{key: value for key, value in own.items() if value}}
        return Connection(name, system, self._limits_from(values), values.get("emulator", "").rstrip("/"), values)

    def client(self, system: System, name: str = "default") -> Client:
        """Return the client of one connection. Create it at its first use.

        :raises SettingsError: a setting is missing or not allowed.
        """
        with self._lock:
            if (system.name, name) not in self._clients:
                self._clients[system.name, name] = system.connect(self.connection(system, name))
            return self._clients[system.name, name]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _value(self, setting: Setting, environ: Mapping[str, str] | None = None) -> str:
        environ = self._environ if environ is None else environ
        given = (self._config(f"{NAMESPACE}:{setting.key}"), *(environ.get(name) for name in setting.environment))
        return next((text for value in given if (text := _text(value))), "")

    def _connections(self) -> dict[str, dict[str, Any]]:
        setting = next(setting for setting in GENERAL if setting.key == "connections")
        text = self._value(setting)
        if not text:
            return {}
        try:
            named = json.loads(text)
        except (ValueError, RecursionError):
            named = None
        if not isinstance(named, dict) or not all(isinstance(keys, dict) for keys in named.values()):
            # The value contains credentials, so the message does not show it.
            raise SettingsError(
                f"{NAMESPACE}:connections must be an object that maps names to objects of keys",
                hint='write it as JSON, such as {"europe": {"ibmAccountId": "ACCOUNT"}}',
            )
        return named

    def _limits_from(self, values: Mapping[str, str]) -> Limits:
        changes: dict[str, float] = {}
        for name, least in (("budget", 0.1), ("settle", 0.0), ("quiet", 0.1)):
            key = f"{name}Seconds"
            if text := values.get(key):
                try:
                    changes[name] = float(text)
                except ValueError:
                    changes[name] = math.nan
                if not least <= changes[name] < math.inf:
                    raise SettingsError(
                        f"{NAMESPACE}:{key} must be a number of seconds, at least {least:g}, got {quoted(text)!r}"
                    )
        return replace(self._limits, **changes)  # type: ignore[arg-type]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _parts(url: str) -> SplitResult | None:
    if re.search(r"[\s\\\x00-\x1f\x7f]", url):  # the standard library ignores some of these, httpx does not
        return None
    try:
        httpx.URL(url)
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises if it is not a number
    except (ValueError, httpx.InvalidURL):
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _shown(url: str) -> str:
    """Return an address without the parts that may be secret: everything before an @, and the query."""
    return quoted(re.split("[?#]", url.rpartition("@")[2])[0], limit=100)


def _is_true(text: str) -> bool:
    return text.strip().lower() in {"true", "1", "yes"}
