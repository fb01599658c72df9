"""Connects to Vault or OpenBao: address, namespace, certificates and token.

Source: https://developer.hashicorp.com/vault/api-docs ("Transport", "Authentication", "Namespaces")
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client
from ..http.settings import DEVELOPMENT_TOKEN, Connection, Setting, System
from ..http.tls_and_proxies import NamedFile, Tls, tls_from_files
from .dialect import DIALECT, NEEDED_RIGHTS
from .sign_in import METHODS, TOKEN_HEADER, Login, Method, method_of, report_all

__all__ = ["NAMESPACE_HEADER", "SYSTEM"]

NAMESPACE_HEADER = "X-Vault-Namespace"

_CLIENT_HINT = "Vault needs a client certificate that it trusts: check roster:vaultClientCert and roster:vaultClientKey"
_SKIP_VERIFY = ("BAO_SKIP_VERIFY", "VAULT_SKIP_VERIFY")


def _connect(connection: Connection) -> Client:
    report_all(
        connection.address,
        lambda: _namespace(connection, "vaultNamespace"),
        lambda: _namespace(connection, "vaultAuthNamespace"),
        lambda: _credentials(connection),
        lambda: _tls(connection),
    )
    address = connection.address()
    auth, refused = _auth(connection, address)
    dialect = replace(
        DIALECT,
        headers=_headers(_namespace(connection, "vaultNamespace")),
        hints={**DIALECT.hints, 403: refused, "certificate": _certificate_hint(), "client certificate": _CLIENT_HINT},
    )
    # After a write with an unknown outcome, Roster looks for its result instead of repeating the write, so the client
    # never retries a 500. A 412 means that this server lags behind the one that answered before.
    limits = replace(connection.limits, retried=connection.limits.retried - {500} | {412})
    return Client(address, auth, dialect, limits, tls=_tls(connection))


def _headers(namespace: str) -> dict[str, str]:
    return {"X-Vault-Request": "true", **({NAMESPACE_HEADER: namespace} if namespace else {})}


def _namespace(connection: Connection, key: str) -> str:
    namespace = connection.get(key).strip().strip("/")
    if not re.fullmatch(r"[\x21-\x7e]*", namespace):
        raise SettingsError(f"roster:{key} must be the path of a namespace, got {namespace!r}")
    return "" if namespace == "root" else namespace


def _auth(connection: Connection, address: str) -> tuple[httpx.Auth, str]:
    """Return the credentials, and the hint for a call that Vault refuses."""
    method = _credentials(connection)
    if isinstance(method, Token):
        return method, f"check roster:vaultToken, which may have expired; its policies need {NEEDED_RIGHTS}"
    # The namespace of the auth method may be a parent of the one to manage. "root" names the root namespace.
    own = "vaultAuthNamespace" if connection.get("vaultAuthNamespace") else "vaultNamespace"
    login = Login(method, address, _headers(_namespace(connection, own)))
    exchange = Exchange(login, scheme="", header=TOKEN_HEADER, clock=connection.limits.clock)
    return exchange, f"the policies of this {method.title} login need {NEEDED_RIGHTS}"


def _credentials(connection: Connection) -> Token | Method:
    name = connection.get("vaultAuthMethod").lower() or "token"
    # The emulator needs no credentials, so a stack may keep its method and run with the emulator.
    if name == "token" or connection.get("vaultToken") == DEVELOPMENT_TOKEN:
        return Token(_token(connection), scheme="", header=TOKEN_HEADER)
    if name not in METHODS:
        raise SettingsError(f"roster:vaultAuthMethod must be one of {', '.join(['token', *METHODS])}, got {name!r}")
    if connection.get("vaultToken"):
        # Whichever Roster chose, it could act as an identity that the user does not expect.
        raise SettingsError(
            f"vaultToken is set, and vaultAuthMethod is {name}: Roster does not guess which identity you mean",
            hint="remove the token (`pulumi config rm roster:vaultToken`, `unset BAO_TOKEN VAULT_TOKEN`), "
            "or set roster:vaultAuthMethod to token",
        )
    return method_of(connection, name)


def _token(connection: Connection) -> str:
    if token := connection.get("vaultToken").strip():
        return token
    # `vault login` writes this file. It belongs to the default connection: a server of another account must not see the
    # token.
    kept = Path("~/.vault-token").expanduser()
    if connection.uses_default and kept.is_file() and (token := kept.read_text().strip()):
        return token
    try:
        return connection.require("vaultToken")
    except SettingsError as error:
        error.hint += f"; or sign in with {', '.join(METHODS)}: set vaultAuthMethod"
        raise


def _tls(connection: Connection) -> Tls:
    def file(key: str) -> NamedFile | None:
        path = connection.get(key)
        return NamedFile(f"roster:{key}", str(Path(path).expanduser())) if path else None

    return tls_from_files(
        authority=file("vaultCaCert"),
        authorities=file("vaultCaPath"),
        certificate=file("vaultClientCert"),
        key=file("vaultClientKey"),
        server_name=connection.get("vaultTlsServerName"),
    )


def _certificate_hint() -> str:
    hint = "check the address, or, if Vault uses your own certificate authority, set VAULT_CACERT to its certificate"
    ignored = [name for name in _SKIP_VERIFY if os.environ.get(name)]
    return f"{hint}; Roster ignores {' and '.join(ignored)}, and always verifies certificates" if ignored else hint


def _both(name: str, *more: str) -> tuple[str, ...]:
    """Return the variables of OpenBao and Vault. OpenBao's own tools read ``BAO_*`` first, then ``VAULT_*``."""
    return (f"BAO_{name}", f"VAULT_{name}", *more)


SYSTEM = System(
    name="vault",
    title="Vault",
    url="vaultAddress",
    settings=(
        Setting("vaultAddress", _both("ADDR")),
        Setting("vaultNamespace", _both("NAMESPACE"), sign_in=False),
        Setting("vaultToken", _both("TOKEN"), secret=True),
        Setting("vaultAuthMethod", _both("AUTH_METHOD")),
        # GitLab's names. See https://docs.gitlab.com/ci/secrets/hashicorp_vault
        Setting("vaultAuthMount", _both("AUTH_PATH")),
        Setting("vaultAuthRole", _both("AUTH_ROLE")),
        Setting("vaultAuthNamespace", _both("AUTH_NAMESPACE")),
        Setting("vaultRoleId", _both("ROLE_ID")),
        Setting("vaultSecretId", _both("SECRET_ID"), secret=True),
        # GitLab's documentation calls the variable VAULT_ID_TOKEN. The last name is that of Terraform and pulumi-vault.
        Setting("vaultJwt", _both("ID_TOKEN", "TERRAFORM_VAULT_AUTH_JWT"), secret=True),
        Setting("vaultJwtFile", _both("JWT_FILE")),
        Setting("vaultJwtAudience", _both("JWT_AUDIENCE")),
        Setting("vaultCaCert", _both("CACERT"), sign_in=False),
        Setting("vaultCaPath", _both("CAPATH"), sign_in=False),
        Setting("vaultClientCert", _both("CLIENT_CERT"), sign_in=False),
        Setting("vaultClientKey", _both("CLIENT_KEY"), sign_in=False),
        Setting("vaultTlsServerName", _both("TLS_SERVER_NAME"), sign_in=False),
    ),
    connect=_connect,
    development={"vaultToken": DEVELOPMENT_TOKEN},
)
