"""Signs in to Vault or OpenBao with AppRole, a JSON Web Token or a Kubernetes service account.

Source: https://developer.hashicorp.com/vault/api-docs/auth ("AppRole", "JWT/OIDC", "Kubernetes", "Tokens"). OpenBao's
API is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import InvalidIdentifier, ServiceError, SettingsError, Unauthorized
from ..http.addresses import segment
from ..http.github_oidc import github_token, in_github_actions
from ..http.grants import Grant, Granted, Steps, TokenRequest, require_text
from ..http.settings import Connection
from .dialect import error_words

__all__ = ["METHODS", "TOKEN_HEADER", "Login", "Method", "method_of", "report_all"]

TOKEN_HEADER = "X-Vault-Token"

_KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


@dataclass(frozen=True)
class Method:
    """One way to sign in, with the settings of one connection.

    :param title: its name in messages.
    :param credentials: returns the fields that the login sends. Roster calls it at each login, because the tokens in
        files and those of GitHub change.
    :param hint: what to do if Vault refuses the credentials.
    :param path: the encoded path at which it is mounted, below ``/v1/auth``.
    """

    title: str
    credentials: Callable[[], dict[str, str]]
    hint: str
    path: str = ""


class Login(Grant):
    """Exchanges the credentials of a method for a token, renews that token, and revokes it at the end.

    :param address: the address of Vault.
    :param headers: sent with every request, such as the namespace.
    """

    # Vault never answers 401. It answers 403 to an expired or revoked token, but also if a policy is missing.
    refusals = frozenset({403})

    def __init__(self, method: Method, address: str, headers: Mapping[str, str]) -> None:
        self._method = method
        self._auth = f"{address}/v1/auth"
        self._headers = dict(headers)

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
        if current.renewable:
            try:
                renewed = _granted((yield self._own(current.token, "POST", "renew-self")))
                # Near its maximum lifetime, Vault grants less and less. Then sign in again.
                if renewed.lifetime > current.lifetime / 2:
                    return renewed
            except ServiceError:
                pass  # the token has expired or was revoked
        return (yield from self.sign_in())

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
    report_all(lambda: connection.require("vaultRoleId"), lambda: connection.require("vaultSecretId"))
    fields = {
        "role_id": require_text(connection.get("vaultRoleId"), "role ID"),
        "secret_id": require_text(connection.get("vaultSecretId"), "secret ID"),
    }
    hint = "check roster:vaultRoleId, and roster:vaultSecretId, which may have expired or been used too often"
    return Method("AppRole", lambda: fields, hint)


def _jwt(connection: Connection) -> Method:
    role, token = connection.get("vaultAuthRole"), _web_token(connection)
    # Without a role, Vault uses the default role of the mount.
    given = {"role": role} if role else {}
    hint = "check roster:vaultAuthRole, with its bound audiences and claims"
    return Method("JWT", lambda: {**given, "jwt": token()}, hint)


def _web_token(connection: Connection) -> Callable[[], str]:
    """Return a function that gives a JSON Web Token: the configured one, that of a file, or a new one of GitHub."""
    fixed, file = connection.get("vaultJwt"), connection.get("vaultJwtFile")
    if fixed and file:
        raise SettingsError(
            "vaultJwt and vaultJwtFile are both set: Roster does not guess which identity you mean",
            hint="remove one of them from the configuration or the environment",
        )
    if fixed:
        require_text(fixed, "JWT")
        return lambda: fixed
    if file:
        return _file_reader(file)
    if in_github_actions():
        return lambda: github_token(connection.get("vaultJwtAudience"), connection.limits)
    try:
        connection.require("vaultJwt", "vaultJwtFile")
    except SettingsError as error:
        error.hint += "; in GitHub Actions, add `permissions: id-token: write` to the job instead"
        raise
    raise AssertionError("unreachable")


def _kubernetes(connection: Connection) -> Method:
    file = connection.get("vaultJwtFile") or _KUBERNETES_TOKEN
    report_all(lambda: connection.require("vaultAuthRole"), lambda: _file_reader(file))
    role, token = connection.get("vaultAuthRole"), _file_reader(file)
    hint = "check roster:vaultAuthRole, with its bound service accounts and namespaces"
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
    report_all(lambda: _path(connection, name), lambda: METHODS[name](connection))
    method = METHODS[name](connection)
    return replace(method, path=_path(connection, name), hint=f"{method.hint}, and roster:vaultAuthMount")


def _path(connection: Connection, default: str) -> str:
    mount = connection.get("vaultAuthMount").strip("/").removeprefix("auth/") or default
    try:
        return "/".join(segment(part) for part in mount.split("/"))
    except InvalidIdentifier:
        raise SettingsError(
            f"roster:vaultAuthMount must be the path of an auth method, such as {default}, got {mount!r}"
        ) from None


def report_all(*checks: Callable[[], object]) -> None:
    """Run checks of the settings, and raise one error for all that fail."""
    errors: list[SettingsError] = []
    for check in checks:
        try:
            check()
        except SettingsError as error:
            errors.append(error)
    if errors:
        raise SettingsError(
            "; ".join(error.message for error in errors), hint="; ".join(error.hint for error in errors if error.hint)
        )


def _file_reader(path: str) -> Callable[[], str]:
    """Return a function that reads a token from a file each time, because the writer of the file replaces the token.

    :raises SettingsError: the file cannot be read now.
    """

    def read() -> str:
        try:
            token = Path(path).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(
                f"roster:vaultJwtFile must be a file that contains a token, got {path}: {why}",
                hint="set roster:vaultJwtFile to the file's path",
            ) from None
        if not token:
            raise SettingsError(f"roster:vaultJwtFile must be a file that contains a token, got {path}: it is empty")
        return token

    read()
    return read
