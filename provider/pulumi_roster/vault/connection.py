"""Connects to Vault or OpenBao, and interprets their errors.

Source: https://developer.hashicorp.com/vault/api-docs ("Transport", "Authentication", "Namespaces", "Error response")
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

# Vault answers these messages with status 500, although the request is wrong.
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
        # For an absent object, Vault answers without a message. A message means that the address, mount or namespace is
        # wrong, which does not prove that the object no longer exists.
        return 400
    if status == 500 and _REFUSALS.search(words):
        return 400
    return status


DIALECT = Dialect(
    title="Vault",
    error=_error,
    meaning=_meaning,
    hints={
        400: "correct the declaration; if the response names a path, a route or a namespace, check roster:vaultAddress "
        "and roster:vaultNamespace",
        403: "check roster:vaultToken, which may have expired; its policies need update on identity/group, and read, "
        "update and delete on identity/group/*",
        404: "the object no longer exists; run `pulumi refresh` to update the state",
        412: "this server lags behind the others; run again",
        429: "the rate limit did not end in time; run again later",
        500: "read Vault's log, and run again",
        503: "Vault is sealed, or no node is active; run again when it is unsealed",
    },
)


def _connect(connection: Connection) -> Client:
    headers = {"X-Vault-Request": "true"}
    if namespace := _namespace(connection):
        headers[NAMESPACE_HEADER] = namespace
    # After a write with an unknown outcome, Roster looks for its result instead of repeating the write, so the client
    # never retries a 500. A 412 means that this server lags behind the one that answered before.
    limits = replace(connection.limits, retried=connection.limits.retried - {500} | {412})
    auth = Token(_token(connection), scheme="", header="X-Vault-Token")
    return Client(connection.address(), auth, replace(DIALECT, headers=headers), limits)


def _namespace(connection: Connection) -> str:
    namespace = connection.get("vaultNamespace").strip().strip("/")
    if not re.fullmatch(r"[\x21-\x7e]*", namespace):
        raise SettingsError(f"roster:vaultNamespace must be the path of a namespace, got {namespace!r}")
    return "" if namespace == "root" else namespace


def _token(connection: Connection) -> str:
    if token := connection.get("vaultToken").strip():
        return token
    # `vault login` writes this file. It belongs to the default connection: a server of another account must not see the
    # token.
    kept = Path("~/.vault-token").expanduser()
    if connection.uses_default and kept.is_file() and (token := kept.read_text().strip()):
        return token
    return connection.require("vaultToken")


SYSTEM = System(
    name="vault",
    title="Vault",
    url="vaultAddress",
    settings=(
        Setting("vaultAddress", ("VAULT_ADDR",)),
        Setting("vaultToken", ("VAULT_TOKEN",), secret=True),
        Setting("vaultNamespace", ("VAULT_NAMESPACE",), sign_in=False),
    ),
    connect=_connect,
    development={"vaultToken": DEVELOPMENT_TOKEN},
)
