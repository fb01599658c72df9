"""How Vault or OpenBao is reached: https://developer.hashicorp.com/vault/api-docs ("Transport", "Authentication",
"Namespaces", "Error response").
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from ..http.auth import Token
from ..http.client import Client, Dialect
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System

__all__ = ["NAMESPACE_HEADER", "SYSTEM"]

NAMESPACE_HEADER = "X-Vault-Namespace"

# What Vault words as a failure of its own, though it is what it was given that it does not accept.
_REFUSALS = re.compile(
    r"invalid entity ID|invalid member group ID|is same as the ID of the group|invalid group metadata"
    r"|cyclic relationship"
)


def _error(body: Any) -> tuple[str, str]:
    words = "; ".join(str(error) for error in body["errors"])
    # "1 error occurred:\n\t* the words\n\n"
    return "", " ".join(re.sub(r"\d+ errors? occurred:|\s\* ", " ", words).split())[:500]


def _meaning(status: int, code: str, words: str) -> int:
    if status == 400 and words == "invalid group ID":
        return 404
    if status == 404 and words:
        # Absent objects are answered without words: this is a wrong address, mount or namespace, and nothing is gone.
        return 400
    if status == 500 and _REFUSALS.search(words):
        return 400
    return status


DIALECT = Dialect(
    title="Vault",
    error=_error,
    meaning=_meaning,
    hints={
        400: "correct what is declared; where it speaks of a path, a route or a namespace, check roster:vaultAddress "
        "and roster:vaultNamespace",
        403: "check roster:vaultToken: it may have ended; its policies need update on identity/group, and read, update "
        "and delete on identity/group/*",
        404: "it is gone; `pulumi refresh` brings the state up to date",
        412: "this server has not caught up with the others; run again",
        429: "the limit did not lift in time; run again later",
        500: "look into Vault's own log, and run again",
        503: "Vault is sealed, or no node is active; run again when it is unsealed",
    },
)


def _connect(connection: Connection) -> Client:
    headers = {"X-Vault-Request": "true"}
    if namespace := _namespace(connection):
        headers[NAMESPACE_HEADER] = namespace
    # A write whose fate is not known is looked for, not repeated: 500 is never a passing fault here. 412 says that this
    # server is not as far as the one that was asked before.
    limits = replace(connection.limits, retried=connection.limits.retried - {500} | {412})
    auth = Token(_token(connection), scheme="", header="X-Vault-Token")
    return Client(connection.address(), auth, replace(DIALECT, headers=headers), limits)


def _namespace(connection: Connection) -> str:
    namespace = connection.get("vaultNamespace").strip().strip("/")
    if not re.fullmatch(r"[\x21-\x7e]*", namespace):
        raise SettingsError(f"roster:vaultNamespace is {namespace!r}, which is no path of a namespace")
    return "" if namespace == "root" else namespace


def _token(connection: Connection) -> str:
    if token := connection.get("vaultToken").strip():
        return token
    # Where `vault login` puts it. It is the default connection's: another account's server must not see it.
    kept = Path("~/.vault-token").expanduser()
    if connection.name == "default" and kept.is_file() and (token := kept.read_text().strip()):
        return token
    return connection.require("vaultToken")


SYSTEM = System(
    name="vault",
    title="Vault",
    url="vaultAddress",
    settings=(
        Setting("vaultAddress", ("VAULT_ADDR",)),
        Setting("vaultToken", ("VAULT_TOKEN",), secret=True),
        Setting("vaultNamespace", ("VAULT_NAMESPACE",)),
    ),
    connect=_connect,
    development={"vaultToken": DEVELOPMENT_TOKEN},
)
