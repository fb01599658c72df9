"""Creates one client for each connection, from the stack's configuration or else from the environment.

This module passes credentials to the auth of a client, and nowhere else. Each system declares its own keys, and how to
create its client, in a :class:`System`.

- :mod:`.keys` declares the keys of every system.
- :mod:`.named_connections` reads ``roster:connections``, and :mod:`.tuning` the limits of time.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from ..errors import SettingsError
from ..redaction import quoted
from .client import Client
from .keys import CONNECTIONS, DEFAULT, DEVELOPMENT_TOKEN, GENERAL, NAMESPACE, OF_CONNECTIONS, TUNING, Setting, System
from .limits import Limits
from .named_connections import Given, Inherited, NamedConnections, as_text
from .tls_and_proxies import is_loopback
from .tuning import tuned, with_timeout

__all__ = [
    "DEVELOPMENT_TOKEN",
    "GENERAL",
    "NAMESPACE",
    "Connection",
    "Setting",
    "Settings",
    "System",
]


@dataclass(frozen=True)
class Connection:
    """One named set of credentials for one system.

    :param uses_default: whether it signs in as the default connection does, so that a credential that has no key, such
        as a file in the user's home, may serve it too.
    """

    name: str
    system: System
    limits: Limits
    emulator: str
    uses_default: bool
    _values: Mapping[str, Given] = field(repr=False)
    _not_inherited: str = ""

    def get(self, key: str) -> str:
        """Return a setting's value, or "". With the emulator, a missing setting has its development value."""
        if (given := self._values.get(key)) is not None:
            return given.text
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
        return bool(self.emulator) and self.get(self.system.url) == self.emulator

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
        return _called(key, self._values[key].connection if key in self._values else self.name)

    def _how_to_give(self, keys: tuple[str, ...]) -> str:
        if self.name != DEFAULT:
            add = f"add it to the connection {self.name!r} in {NAMESPACE}:{CONNECTIONS.key}"
            return f"{add}: {self._not_inherited}" if self._not_inherited else add
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
    :param systems: returns all systems, whose keys a named connection may have. The system of a connection is always
        among them.
    """

    def __init__(
        self,
        config: Callable[[str], Any],
        environ: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        systems: Callable[[], Iterable[System]] = lambda: (),
    ) -> None:
        self._config = config
        self._environ = os.environ if environ is None else environ
        self._limits = limits or Limits()
        self._systems = systems
        self._clients: dict[tuple[str, str], Client] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "Settings(...)"

    def connection(self, system: System, name: str = DEFAULT) -> Connection:
        """Return the settings of one connection.

        :raises SettingsError: no connection has this name, or a setting is not allowed.
        """
        found = self._keys(system, name)
        values = {**self._of_stack(OF_CONNECTIONS, self._environ), **_read(found.values, OF_CONNECTIONS, self._environ)}
        emulator = values["emulator"].text.rstrip("/") if "emulator" in values else ""
        values |= _read(found.values, system.settings, None if emulator else self._environ)
        limits = self._limits
        if (timeout := values.get("timeoutSeconds")) is not None:
            limits = with_timeout(limits, timeout.text, _called("timeoutSeconds", timeout.connection))
        if tuning := self._value(TUNING, self._environ):
            limits = tuned(limits, tuning)
        return Connection(name, system, limits, emulator, found.uses_default, values, found.limit)

    def client(self, system: System, name: str = DEFAULT) -> Client:
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

    def _keys(self, system: System, name: str) -> Inherited:
        if name == DEFAULT:
            return Inherited(self._default(system), uses_default=True)
        named = NamedConnections(self._value(CONNECTIONS, self._environ), [system, *self._systems()])
        # A connection inherits only what it says: default credentials must not reach another account.
        return named.inherited(name, system, lambda: self._default(system))

    def _default(self, system: System) -> dict[str, Given]:
        # The environment may contain the real service's address and key. They must not reach the emulator.
        emulator = self._of_stack(OF_CONNECTIONS, self._environ).get("emulator")
        return self._of_stack(system.settings, {} if emulator else self._environ)

    def _of_stack(self, settings: Iterable[Setting], environ: Mapping[str, str]) -> dict[str, Given]:
        values = {setting.key: self._value(setting, environ) for setting in settings}
        return {key: Given(DEFAULT, text) for key, text in values.items() if text}

    def _value(self, setting: Setting, environ: Mapping[str, str]) -> str:
        given = (self._config(f"{NAMESPACE}:{setting.key}"), *(environ.get(name) for name in setting.environment))
        return next((text for value in given if (text := as_text(value))), "")


def _read(
    given: Mapping[str, Given], settings: Iterable[Setting], environ: Mapping[str, str] | None
) -> dict[str, Given]:
    """Return the values of these settings. Without an environment, a value in a variable counts as not set."""
    keys = {setting.key for setting in settings}
    return {
        key: value.read(key, environ or {})
        for key, value in given.items()
        if key in keys and not (value.variable and environ is None)
    }


def _called(key: str, connection: str) -> str:
    if connection == DEFAULT:
        return f"{NAMESPACE}:{key}"
    return f"{key} in {NAMESPACE}:{CONNECTIONS.key}.{connection}"


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
