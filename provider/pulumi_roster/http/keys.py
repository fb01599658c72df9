"""Declares configuration keys: those of every system, and how a system declares its own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..redaction import quoted

if TYPE_CHECKING:
    from .client import Client
    from .settings import Connection

__all__ = [
    "CONNECTIONS",
    "DEFAULT",
    "DEVELOPMENT_TOKEN",
    "GENERAL",
    "NAMESPACE",
    "OF_CONNECTIONS",
    "TUNING",
    "Setting",
    "System",
    "not_a_key",
]

NAMESPACE = "roster"

DEFAULT = "default"
"""The name of the connection whose keys are those of the stack and of the environment."""

DEVELOPMENT_TOKEN = "roster-dev"
"""Every system of the emulator accepts this token. No real service does."""


@dataclass(frozen=True)
class Setting:
    """One configuration key of a system, and the environment variables that can replace it, in order of preference.

    :param key: the key in ``pulumi config set roster:KEY``.
    :param secret: whether the value is a credential, which needs ``--secret``.
    :param or_file: whether the value may be ``@`` and the path of a file with the credential instead.
    :param sign_in: whether the key says how to sign in, as opposed to where the objects are, such as a namespace. A
        connection that sets a secret key inherits no key that says how to sign in to that system. The same holds for
        the default connection: if the configuration sets a secret key, the environment gives no such key.
    """

    key: str
    environment: tuple[str, ...] = ()
    secret: bool = False
    or_file: bool = False
    sign_in: bool = True

    def is_credential(self, value: object) -> bool:
        """Return whether a configured value is a credential.

        No credential is an empty value, the path of a file, or an object, which names an environment variable.
        """
        if not self.secret or not value or isinstance(value, dict):
            return False
        return not (self.or_file and str(value).startswith("@"))


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

    @property
    def sign_in_keys(self) -> set[str]:
        """The keys that say how to sign in, without the address."""
        return {setting.key for setting in self.settings if setting.sign_in and setting.key != self.url}

    @property
    def secret_keys(self) -> set[str]:
        """The keys whose values are credentials."""
        return {setting.key for setting in self.settings if setting.secret}


OF_CONNECTIONS = (
    Setting("emulator", ("ROSTER_EMULATOR",)),
    Setting("allowPlainHttp", ("ROSTER_ALLOW_PLAIN_HTTP",)),
    Setting("timeoutSeconds", ("ROSTER_TIMEOUT_SECONDS",)),
)
"""Settings of all systems that apply to every connection, unless a named connection sets them itself.

docs/promises.md ("Time limits") describes ``timeoutSeconds``.
"""

CONNECTIONS = Setting("connections", ("ROSTER_CONNECTIONS",), secret=True)
TUNING = Setting("tuning", ("ROSTER_TUNING",))

GENERAL = (*OF_CONNECTIONS, CONNECTIONS, TUNING)
"""All settings that belong to no system."""


def not_a_key(key: str, of: str, known: Iterable[str]) -> str:
    """Return what is wrong with an unknown key, and the nearest known one.

    The comparison ignores case and punctuation, so ``vault_namespace`` is near ``vaultNamespace``.
    """
    plain = {_plain(name): name for name in known}
    close = difflib.get_close_matches(_plain(key), plain, n=1)
    hint = f", did you mean {plain[close[0]]!r}?" if close else ""
    return f"is not a key of {of}{hint}"


def _plain(key: str) -> str:
    return re.sub("[^a-z0-9]", "", quoted(key, limit=100).lower())
