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
from .auth import sign_out_until
from .client import Client
from .keys import CONNECTIONS, DEFAULT, NAMESPACE, OF_CONNECTIONS, TUNING, Setting, System
from .limits import Limits
from .named_connections import Given, Inherited, NamedConnections, as_text
from .tls_and_proxies import is_loopback
from .tuning import tuned, with_timeout

__all__ = ["Connection", "Settings"]


@dataclass(frozen=True)
class Connection:
    """One named set of credentials for one system.

    :param uses_environment: whether credentials of the environment may sign in, so that a credential that has no key,
        such as a file in the user's home, may serve it too.
    """

    name: str
    system: System
    limits: Limits
    emulator: str
    uses_environment: bool
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
        raise self.missing(*keys)

    def missing(self, *keys: str) -> SettingsError:
        """Return the error for a connection that needs one of these settings. The hint says how to set one."""
        return SettingsError(f"{self.system.title} needs {self._one_of(keys)}", hint=self._how_to_give(keys))

    def way(self, *ways: tuple[str, ...]) -> str:
        """Return the first key of the way to sign in of which the user has set a key, or "".

        :param ways: the keys of each way.
        :raises SettingsError: several ways are set.
        """
        given = [[key for key in way if self.is_given(key)] for way in ways]
        if len(keys := [found[0] for found in given if found]) > 1:
            # Whichever Roster chose, it could act as an identity that the user does not expect.
            raise SettingsError(
                f"{' and '.join(map(self.found, keys))} are {'both' if len(keys) == 2 else 'all'} set: Roster does not "
                "guess which identity you mean",
                hint=f"remove all but one: {', '.join(dict.fromkeys(map(self._how_to_remove, keys)))}",
            )
        return next((way[0] for way, found in zip(ways, given, strict=True) if found), "")

    def is_given(self, key: str) -> bool:
        """Return whether the user has set this key to another value than the emulator's development value."""
        return key in self._values and self._values[key].text != self.system.development.get(key)

    def called(self, key: str) -> str:
        """Return the name of a key in messages: ``roster:ibmApiKey``, or its place in a named connection."""
        return _called(key, self._values[key].connection if key in self._values else self.name)

    def _one_of(self, keys: Iterable[str]) -> str:
        return " or ".join(map(self.called, keys))

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
            raise self.missing(self.system.url)
        where = f"{NAMESPACE}:emulator" if given == self.emulator else self.called(self.system.url)
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

    def found(self, key: str) -> str:
        """Return the name of a key that is set, and of the variables that give its value, in messages."""
        variables = " or ".join(self._variables(key))
        return f"{self.called(key)} ({variables})" if self._values[key].in_environment else self.called(key)

    def _how_to_remove(self, key: str) -> str:
        given = self._values[key]
        if given.in_environment:
            return f"`unset {' '.join(self._variables(key))}`"
        path = f"{CONNECTIONS.key}.{given.connection}." if given.connection != DEFAULT else ""
        return f"`pulumi config rm {'--path ' if path else ''}{NAMESPACE}:{path}{key}`"

    def _variables(self, key: str) -> tuple[str, ...]:
        return next(setting.environment for setting in self.system.settings if setting.key == key)

    def _how_to_give(self, keys: tuple[str, ...]) -> str:
        if self.name != DEFAULT:
            add = f"add it to the connection {self.name!r} in {NAMESPACE}:{CONNECTIONS.key}"
            return f"{add}: {self._not_inherited}" if self._not_inherited else add
        known = {setting.key: setting for setting in self.system.settings}
        first = known[keys[0]]
        secret, value = (" --secret", "") if first.secret else ("", " VALUE")  # Pulumi prompts for a missing value
        names = [name for key in keys for name in known[key].environment]
        environment = f", or set {' or '.join(names)} in the environment" if names else ""
        if self._not_inherited and first.key in self.system.sign_in_keys:
            environment = f"; {self._not_inherited}"
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
        return Connection(name, system, limits, emulator, found.uses_environment, values, found.limit)

    def client(self, system: System, name: str = DEFAULT) -> Client:
        """Return the client of one connection. Create it at its first use.

        :raises SettingsError: a setting is missing or not allowed.
        """
        with self._lock:
            if (system.name, name) not in self._clients:
                self._clients[system.name, name] = system.connect(self.connection(system, name))
            return self._clients[system.name, name]

    def close(self, until: float | None = None) -> None:
        """Close all connections, and revoke their tokens within one time for all.

        :param until: when to give up the revocations; see :func:`.auth.sign_out_until`.
        """
        with self._lock:
            until = sign_out_until() if until is None else until
            for client in self._clients.values():
                client.close(until)
            self._clients.clear()

    def _keys(self, system: System, name: str) -> Inherited:
        if name == DEFAULT:
            return self._default(system)
        named = NamedConnections(self._value(CONNECTIONS, self._environ), [system, *self._systems()])
        # A connection inherits only what it says: default credentials must not reach another account.
        return named.inherited(name, system, lambda: self._default(system))

    def _default(self, system: System) -> Inherited:
        # The environment may contain the real service's address and key. They must not reach the emulator.
        emulator = self._of_stack(OF_CONNECTIONS, self._environ).get("emulator")
        values = self._of_stack(system.settings, {} if emulator else self._environ)
        secrets = {key for key in values.keys() & system.secret_keys if not values[key].in_environment}
        if not secrets:
            return Inherited(values, uses_environment=True)
        # A stray variable must not replace or change the identity that the configuration names.
        kept = {key: v for key, v in values.items() if not (v.in_environment and key in system.sign_in_keys)}
        reason = (
            f"{NAMESPACE}:{min(secrets)} is configured, so Roster ignores the variables that sign in to {system.title}"
        )
        return Inherited(kept, limit=reason)

    def _of_stack(self, settings: Iterable[Setting], environ: Mapping[str, str]) -> dict[str, Given]:
        found: dict[str, Given] = {}
        for setting in settings:
            if text := self._value(setting, {}):
                found[setting.key] = Given(DEFAULT, text)
            elif text := self._value(setting, environ):
                found[setting.key] = Given(DEFAULT, text, in_environment=True)
        return found

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
