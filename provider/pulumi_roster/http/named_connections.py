"""Reads ``roster:connections``: each connection's keys, what it inherits, and which values are in the environment.

docs/signing-in.md describes the rules to users. A message never shows a value, because it may be a credential.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError
from ..redaction import quoted
from .keys import CONNECTIONS, DEFAULT, NAMESPACE, OF_CONNECTIONS, System, not_a_key

__all__ = ["Given", "Inherited", "NamedConnections", "as_text", "has_credential"]

_PATH = f"{NAMESPACE}:{CONNECTIONS.key}"
_EXTEND = "extend"

# A mistake may put a credential where the name of its variable belongs. Credentials contain other characters, so
# Roster never shows one as a name.
_VARIABLE = re.compile("[A-Z_][A-Z0-9_]*")

_TYPES = {dict: "an object", list: "a list", type(None): "null", bool: "true or false", str: "a string"}


@dataclass(frozen=True)
class Given:
    """A value of a key.

    :param connection: the name of the connection that sets the key.
    :param text: the value, or, if ``variable`` is true, the name of the environment variable that holds it.
    :param in_environment: whether a variable of the vendor gave the value to the default connection.
    """

    connection: str
    text: str
    variable: bool = False
    in_environment: bool = False

    def read(self, key: str, environ: Mapping[str, str]) -> Given:
        """Return the value itself.

        :raises SettingsError: the environment variable is missing or empty.
        """
        if not self.variable:
            return self
        if not (text := environ.get(self.text, "").strip()):
            raise SettingsError(
                f"{_PATH}.{self.connection}.{key}: the environment variable {self.text} is missing or empty",
                hint="set the variable in the environment of `pulumi`",
            )
        return Given(self.connection, text)


@dataclass(frozen=True)
class Inherited:
    """The keys of a connection, its own and those that it inherits.

    :param uses_environment: whether credentials of the environment may sign in.
    :param limit: why the connection does not inherit all keys of the system, or "".
    """

    values: Mapping[str, Given]
    uses_environment: bool = False
    limit: str = ""


class NamedConnections:
    """All named connections of a stack.

    :param text: the configuration, in JSON, or "".
    :param systems: all systems, whose keys a connection may have.
    :raises SettingsError: some keys or values are not allowed. The error names all of them.
    """

    def __init__(self, text: str, systems: Iterable[System]) -> None:
        try:
            self._named: Any = json.loads(text or "{}")
        except (ValueError, RecursionError):
            self._named = None
        if not isinstance(self._named, dict):
            raise SettingsError(
                f"{_PATH} must be an object that maps names to objects of keys",
                hint='write it as JSON, such as {"europe": {"ibmAccountId": "ACCOUNT"}}',
            )
        self._known = {_EXTEND, *(setting.key for setting in OF_CONNECTIONS)}
        self._known |= {setting.key for system in systems for setting in system.settings}
        if problems := [*self._problems()]:
            raise SettingsError("; ".join(problems))

    def inherited(self, name: str, system: System, default: Callable[[], Inherited]) -> Inherited:
        """Return the keys of a connection that count for one system.

        :param default: returns the keys of the default connection.
        :raises SettingsError: no connection has this name.
        """
        if name not in self._named:
            there = ", ".join([DEFAULT, *sorted(self._named)])
            raise SettingsError(
                f"the connection must be one of {there}, got {name!r}",
                hint=f"add it to {_PATH}, an object that maps names to keys; if you have renamed the connection, keep "
                "its old name there until `pulumi up` has recorded the new one: a refresh uses the recorded name",
            )
        own = {key: given for key, value in self._named[name].items() if (given := _given(name, value)).text}
        if not (extended := own.pop(_EXTEND, None)):
            return Inherited(own)
        base = default() if extended.text == DEFAULT else self.inherited(extended.text, system, default)
        dropped, limit = _dropped(own, system)
        kept = {key: given for key, given in base.values.items() if key not in dropped}
        return Inherited({**kept, **own}, base.uses_environment and not dropped, limit or base.limit)

    def _problems(self) -> Iterator[str]:
        for name, keys in self._named.items():
            path = f"{_PATH}.{quoted(name, limit=100)}"
            if name == DEFAULT:
                yield f"{path} is not allowed: its keys are those of the stack, such as roster:ibmAccountId"
            elif not isinstance(keys, dict):
                yield f"{path} must be an object of keys, got {_type(keys)}"
            else:
                for key, value in keys.items():
                    if problem := self._problem(name, key, value):
                        yield f"{path}.{quoted(key, limit=100)} {problem}"

    def _problem(self, name: str, key: str, value: Any) -> str:
        if key not in self._known:
            return not_a_key(key, "a connection", self._known)
        if key == _EXTEND and value is not None:
            return self._problem_of_extension(name, value)
        if isinstance(value, dict) and value.keys() == {"env"}:
            if isinstance(value["env"], str) and _VARIABLE.fullmatch(value["env"]):
                return ""
            return "must name an environment variable: capital letters, digits and underscores"
        if isinstance(value, (dict, list)):
            return f'must be a string, a number, true, false or {{"env": "VARIABLE"}}, got {_type(value)}'
        return ""

    def _problem_of_extension(self, name: str, extended: Any) -> str:
        names = {DEFAULT, *self._named}
        if not isinstance(extended, str) or extended not in names:
            got = repr(quoted(extended, limit=100)) if isinstance(extended, str) else _type(extended)
            return f"must be one of {', '.join(sorted(names - {name}))}, got {got}"
        chain = [name]
        while isinstance(extended, str) and extended not in chain:
            chain.append(extended)
            keys = self._named.get(extended)
            extended = keys.get(_EXTEND) if isinstance(keys, dict) else None
        return f"must not lead back to itself: {' -> '.join([*chain, name])}" if extended == name else ""


def has_credential(text: Any, system: System) -> bool:
    """Return whether an object of connections, in JSON, contains a credential of a system."""
    try:
        named = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return False  # the check of the connections refuses it
    settings = {setting.key: setting for setting in system.settings}
    connections = [keys for keys in named.values() if isinstance(keys, dict)] if isinstance(named, dict) else []
    return any(key in settings and settings[key].is_credential(keys[key]) for keys in connections for key in keys)


def as_text(value: Any) -> str:
    """Return a configured value as text, "" for none."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _given(name: str, value: Any) -> Given:
    return Given(name, value["env"], variable=True) if isinstance(value, dict) else Given(name, as_text(value))


def _dropped(own: Mapping[str, Given], system: System) -> tuple[set[str], str]:
    """Return the keys of a system that a connection does not inherit, and the reason.

    A credential must not go to an address for which its author did not set it, and two ways to sign in must not mix.
    """
    if addresses := own.keys() & {system.url, "emulator"}:
        every = {setting.key for setting in system.settings}
        return every, f"it sets {min(addresses)}, so it inherits no key of {system.title}"
    if secrets := own.keys() & system.secret_keys:
        return system.sign_in_keys, f"it sets {min(secrets)}, so it inherits no other key to sign in to {system.title}"
    return set(), ""


def _type(value: Any) -> str:
    return _TYPES.get(type(value), "a number")
