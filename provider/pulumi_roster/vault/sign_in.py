"""Signs in to Vault or OpenBao with AppRole, a JSON Web Token or a Kubernetes service account.

Source: https://developer.hashicorp.com/vault/api-docs/auth ("AppRole", "JWT/OIDC", "Kubernetes", "Tokens"). OpenBao's
API is the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import InvalidIdentifier, ServiceError, SettingsError, Unauthorized
from ..http.addresses import segment
from ..http.github_oidc import github_token, in_github_actions
from ..http.grants import Grant, Granted, Steps, TokenRequest, require_text
from ..http.report_all import report_all
from ..http.settings import Connection
from ..http.token_file import token_in
from .dialect import error_words

__all__ = ["METHODS", "NAMESPACE_HEADER", "TOKEN_HEADER", "Login", "Method", "method_of", "namespace_headers"]

TOKEN_HEADER = "X-Vault-Token"
NAMESPACE_HEADER = "X-Vault-Namespace"

_KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


@dataclass(frozen=True)
class Method:
    """One way to sign in, with the settings of one connection.

    :param title: its name in messages.
    :param credentials: returns the fields that the login sends. Roster calls it at each login, because the tokens in
        files and those of GitHub change.
    :param hint: what to do if Vault refuses the credentials.
    :param path: the encoded path at which it is mounted, below ``/v1/auth``.
    :param headers: sent with every request, such as the namespace.
    """

    title: str
    credentials: Callable[[], dict[str, str]]
    hint: str
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Login(Grant):
    """Exchanges the credentials of a method for a token, renews that token, and revokes it at the end.

    :param address: the address of Vault.
    """

    # Vault never answers 401. It answers 403 to an expired or revoked token, but also if a policy is missing.
    refusals = frozenset({403})

    def __init__(self, method: Method, address: str) -> None:
        self._method = method
        self._auth = f"{address}/v1/auth"
        self._headers = dict(method.headers)

    def sign_in(self) -> Steps[Granted]:
        fields = self._method.credentials()
        answer = yield TokenRequest(
            f"{self._auth}/{self._method.path}/login",
            f"{self._method.title} login",
            json=fields,
            headers=self._headers,
            secrets=tuple(value for name, value in fields.items() if name != "role"),
            hint=self._method.hint,
        )
        return _granted(answer)

    def renew(self, current: Granted) -> Steps[Granted]:
        # A renewal keeps the token, and needs no credentials: a secret ID may be used up, and a JWT may have expired.
        renewed: Granted | None = None
        if current.renewable:
            try:
                renewed = _granted((yield self._own(current.token, "POST", "renew-self")))
            except ServiceError:
                pass  # the token has expired or was revoked
            else:
                # Near the maximum lifetime of the token, Vault grants less and less. Then sign in again.
                if renewed.lifetime > current.lifetime / 2:
                    return renewed
        try:
            return (yield from self.sign_in())
        except ServiceError:
            if renewed is None:
                raise
            return renewed  # it is still valid for a while, which may be long enough

    def is_valid(self, token: str) -> Steps[bool]:
        # A 403 usually means that a policy is missing. A new login would not help then, and may use up a secret ID. So
        # ask Vault about the token: its default policy lets a token look itself up.
        try:
            yield self._own(token, "GET", "lookup-self")
        except ServiceError as error:
            return not isinstance(error, Unauthorized)
        return True

    def revoke(self, current: Granted) -> TokenRequest | None:
        return self._own(current.token, "POST", "revoke-self") if current.revocable else None

    def words(self, body: Any) -> object:
        return error_words(body)

    def refuses(self, status: int, words: str) -> bool:
        # Vault 1.13 answers 500 to a wrong secret ID, and 400 to a wrong role ID.
        return super().refuses(status, words) or (status == 500 and "invalid secret id" in words)

    def _own(self, token: str, method: str, path: str) -> TokenRequest:
        return TokenRequest(
            f"{self._auth}/token/{path}",
            "token",
            method=method,
            headers={**self._headers, TOKEN_HEADER: token},
            secrets=(token,),
        )


def _granted(answer: Any) -> Granted:
    auth = answer["auth"]
    # A lifetime of 0 means that the token does not expire. Vault keeps no record of a batch token, so nobody can revoke
    # it.
    return Granted(
        auth["client_token"],
        float(auth["lease_duration"]) or math.inf,
        renewable=bool(auth.get("renewable")),
        revocable=auth.get("token_type") != "batch",
    )


def _approle(connection: Connection) -> Method:
    role_id, secret_id = report_all(
        lambda: require_text(connection.require("vaultRoleId"), "role ID"),
        lambda: require_text(connection.require("vaultSecretId"), "secret ID"),
    )
    hint = (
        f"check {connection.called('vaultRoleId')}, and {connection.called('vaultSecretId')}, which may have expired "
        "or been used too often"
    )
    return Method("AppRole", lambda: {"role_id": role_id, "secret_id": secret_id}, hint)


def _jwt(connection: Connection) -> Method:
    role, token = connection.get("vaultAuthRole"), _web_token(connection)
    # Without a role, Vault uses the default role of the mount.
    given = {"role": role} if role else {}
    hint = f"check {connection.called('vaultAuthRole')}, with its bound audiences and claims"
    return Method("JWT", lambda: {**given, "jwt": token()}, hint)


def _web_token(connection: Connection) -> Callable[[], str]:
    """Return a function that gives a JSON Web Token: the configured one, that of a file, or a new one of GitHub."""
    way = connection.way(("vaultJwt",), ("vaultJwtFile",))
    if way == "vaultJwt":
        fixed = require_text(connection.get("vaultJwt"), "JWT")
        return lambda: fixed
    if way == "vaultJwtFile":
        return _file_reader(connection, connection.get("vaultJwtFile"))
    if in_github_actions():
        return lambda: github_token(connection.get("vaultJwtAudience"), connection.limits)
    error = connection.missing("vaultJwt", "vaultJwtFile")
    error.hint += "; in GitHub Actions, add `permissions: id-token: write` to the job instead"
    raise error


def _kubernetes(connection: Connection) -> Method:
    role, token = report_all(
        lambda: connection.require("vaultAuthRole"),
        lambda: _file_reader(connection, connection.get("vaultJwtFile") or _KUBERNETES_TOKEN),
    )
    hint = f"check {connection.called('vaultAuthRole')}, with its bound service accounts and namespaces"
    return Method("Kubernetes", lambda: {"role": role, "jwt": token()}, hint)


METHODS: Mapping[str, Callable[[Connection], Method]] = {
    "approle": _approle,
    "jwt": _jwt,
    "kubernetes": _kubernetes,
}
"""The values of ``vaultAuthMethod`` that sign in. The other value is ``token``."""


def method_of(connection: Connection, name: str) -> Method:
    """Return a method of :data:`METHODS` with the settings of a connection.

    :raises SettingsError: settings of this method are missing, or a file cannot be read. Nothing was sent.
    """
    # The namespace of the auth method may be a parent of the one to manage. "root" names the root namespace.
    own = "vaultAuthNamespace" if connection.get("vaultAuthNamespace") else "vaultNamespace"
    path, headers, method = report_all(
        lambda: _path(connection, name),
        lambda: namespace_headers(connection, own),
        lambda: METHODS[name](connection),
    )
    return replace(method, path=path, headers=headers, hint=f"{method.hint}, and {connection.called('vaultAuthMount')}")


def namespace_headers(connection: Connection, key: str) -> dict[str, str]:
    """Return the headers that every request has, with the namespace that a key names.

    :raises SettingsError: it is not the path of a namespace.
    """
    namespace = connection.get(key).strip().strip("/")
    if not re.fullmatch(r"[\x21-\x7e]*", namespace):
        raise SettingsError(f"{connection.called(key)} must be the path of a namespace, got {namespace!r}")
    named = {NAMESPACE_HEADER: namespace} if namespace not in ("", "root") else {}
    return {"X-Vault-Request": "true", **named}


def _path(connection: Connection, default: str) -> str:
    mount = connection.get("vaultAuthMount").strip("/").removeprefix("auth/") or default
    try:
        return "/".join(segment(part) for part in mount.split("/"))
    except InvalidIdentifier:
        called = connection.called("vaultAuthMount")
        raise SettingsError(f"{called} must be the path of an auth method, such as {default}, got {mount!r}") from None


def _file_reader(connection: Connection, path: str) -> Callable[[], str]:
    """Return a function that reads a token from a file each time.

    :raises SettingsError: the file cannot be read now.
    """

    def read() -> str:
        return token_in(path, connection.called("vaultJwtFile"))

    read()
    return read
