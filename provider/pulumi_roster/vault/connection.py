"""Connects to Vault or OpenBao: address, namespace, certificates and token.

Source: https://developer.hashicorp.com/vault/api-docs ("Transport", "Authentication", "Namespaces")
"""

from __future__ import annotations

import os
from dataclasses import replace

import httpx

from ..errors import SettingsError
from ..http.auth import Exchange, Token
from ..http.client import Client
from ..http.keys import DEVELOPMENT_TOKEN, Setting, System
from ..http.report_all import report_all
from ..http.settings import Connection
from ..http.tls_and_proxies import NamedFile, Tls, tls_from_files
from ..http.token_file import token_in
from .dialect import DIALECT, NEEDED_RIGHTS
from .sign_in import METHODS, TOKEN_HEADER, Login, Method, method_of, namespace_headers

__all__ = ["SYSTEM"]

_SKIP_VERIFY = ("BAO_SKIP_VERIFY", "VAULT_SKIP_VERIFY")
_TOKEN_FILE = "~/.vault-token"


def _connect(connection: Connection) -> Client:
    address, headers, method, tls = report_all(
        connection.address,
        lambda: namespace_headers(connection, "vaultNamespace"),
        lambda: _credentials(connection),
        lambda: _tls(connection),
    )
    if isinstance(method, Token):
        auth: httpx.Auth = method
        refused = f"check {connection.called('vaultToken')}, which may have expired; its policies need {NEEDED_RIGHTS}"
    else:
        auth = Exchange(Login(method, address), connection.limits, scheme="", header=TOKEN_HEADER)
        refused = f"the policies of this {method.title} login need {NEEDED_RIGHTS}"
    dialect = replace(DIALECT, headers=headers, hints={**DIALECT.hints, 403: refused, **_hints(connection)})
    # After a write with an unknown outcome, Roster looks for its result instead of repeating the write, so the client
    # never retries a 500. A 412 means that this server lags behind the one that answered before.
    limits = replace(connection.limits, retried=connection.limits.retried - {500} | {412})
    return Client(address, auth, dialect, limits, tls=tls)


def _credentials(connection: Connection) -> Token | Method:
    name = connection.get("vaultAuthMethod").lower()
    if not name:
        _refuse_keys_of_a_login(connection)
    # The emulator needs no credentials, so a stack may keep its method and run with the emulator.
    if name in ("", "token") or connection.get("vaultToken") == DEVELOPMENT_TOKEN:
        return Token(_token(connection), scheme="", header=TOKEN_HEADER)
    if name not in METHODS:
        called = connection.called("vaultAuthMethod")
        raise SettingsError(f"{called} must be one of {', '.join(['token', *METHODS])}, got {name!r}")
    connection.way(("vaultToken",), ("vaultAuthMethod",))
    return method_of(connection, name)


def _refuse_keys_of_a_login(connection: Connection) -> None:
    """Refuse keys that only a login uses, because the owner of a token would act instead of that login."""
    keys = SYSTEM.sign_in_keys - {"vaultToken", "vaultAuthMethod"}
    if given := [
        setting.key for setting in SYSTEM.settings if setting.key in keys and connection.is_given(setting.key)
    ]:
        method = connection.called("vaultAuthMethod")
        raise SettingsError(
            f"{' and '.join(map(connection.found, given))} need a method that signs in, and {method} is not set",
            hint=f"set {method} to {', '.join(METHODS)}, or to token if another program uses these values",
        )


def _token(connection: Connection) -> str:
    if token := connection.get("vaultToken").strip():
        return token
    # `vault login` writes this file. A server of another account must not see the token.
    if connection.uses_environment and os.path.isfile(os.path.expanduser(_TOKEN_FILE)):
        return token_in(_TOKEN_FILE, "`vault login`")
    error = connection.missing("vaultToken")
    error.hint += f"; or sign in with {', '.join(METHODS)}: set {connection.called('vaultAuthMethod')}"
    raise error


def _tls(connection: Connection) -> Tls:
    def file(key: str) -> NamedFile | None:
        path = connection.get(key)
        return NamedFile(connection.called(key), os.path.expanduser(path)) if path else None

    return tls_from_files(
        authority=file("vaultCaCert"),
        authorities=file("vaultCaPath"),
        certificate=file("vaultClientCert"),
        key=file("vaultClientKey"),
        server_name=connection.get("vaultTlsServerName"),
    )


def _hints(connection: Connection) -> dict[int | str, str]:
    called = connection.called
    return {
        400: "correct the declaration; if the response names a path, a route or a namespace, check "
        f"{called('vaultAddress')} and {called('vaultNamespace')}",
        "certificate": _certificate_hint(),
        "client certificate": "Vault needs a client certificate that it trusts: check "
        f"{called('vaultClientCert')} and {called('vaultClientKey')}",
    }


def _certificate_hint() -> str:
    hint = "check the address, or, if Vault uses your own certificate authority, set VAULT_CACERT to its certificate"
    ignored = [name for name in _SKIP_VERIFY if os.environ.get(name)]
    return f"{hint}; Roster ignores {' and '.join(ignored)}, and always verifies certificates" if ignored else hint


def _both(name: str) -> tuple[str, ...]:
    """Return the variables of OpenBao and Vault. OpenBao's own tools read ``BAO_*`` first, then ``VAULT_*``."""
    return (f"BAO_{name}", f"VAULT_{name}")


SYSTEM = System(
    name="vault",
    title="Vault",
    url="vaultAddress",
    settings=(
        Setting("vaultAddress", _both("ADDR")),
        Setting("vaultNamespace", _both("NAMESPACE"), sign_in=False),
        Setting("vaultToken", _both("TOKEN"), secret=True),
        # A name that no tool of the vendors reads begins with ROSTER_VAULT.
        Setting("vaultAuthMethod", ("ROSTER_VAULT_AUTH_METHOD",)),
        # GitLab's names. See https://docs.gitlab.com/ci/secrets/hashicorp_vault
        Setting("vaultAuthMount", ("VAULT_AUTH_PATH",)),
        Setting("vaultAuthRole", ("VAULT_AUTH_ROLE",)),
        Setting("vaultAuthNamespace", ("ROSTER_VAULT_AUTH_NAMESPACE",)),
        Setting("vaultRoleId", ("ROSTER_VAULT_ROLE_ID",)),
        Setting("vaultSecretId", ("ROSTER_VAULT_SECRET_ID",), secret=True),
        # GitLab's documentation uses the first name, Terraform and pulumi-vault the second.
        Setting("vaultJwt", ("VAULT_ID_TOKEN", "TERRAFORM_VAULT_AUTH_JWT"), secret=True),
        Setting("vaultJwtFile", ("ROSTER_VAULT_JWT_FILE",)),
        Setting("vaultJwtAudience", ("ROSTER_VAULT_JWT_AUDIENCE",)),
        Setting("vaultCaCert", _both("CACERT"), sign_in=False),
        Setting("vaultCaPath", _both("CAPATH"), sign_in=False),
        Setting("vaultClientCert", _both("CLIENT_CERT"), sign_in=False),
        Setting("vaultClientKey", _both("CLIENT_KEY"), sign_in=False),
        Setting("vaultTlsServerName", _both("TLS_SERVER_NAME"), sign_in=False),
    ),
    connect=_connect,
    development={"vaultToken": DEVELOPMENT_TOKEN},
)
