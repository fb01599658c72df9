"""Gets tokens of IBM Cloud IAM: of the owner of an API key, or of a trusted profile.

A trusted profile is an identity with its own rights. Another identity, or a compute resource such as a pod, assumes it.

Source: https://cloud.ibm.com/apidocs/iam-identity-token-api ("Create an IAM access token"), and the vendor's clients
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ServiceError, Unauthorized
from ..http.grants import Grant, Granted, Steps, TokenRequest, require_text
from ..http.token_file import token_in

__all__ = ["ApiKey", "AssumedProfile", "ComputeResource", "ConfiguredToken", "Profile"]

# IBM Cloud makes an id from "Profile-" and a UUID. A profile's name may begin with "Profile-" too.
_ID = re.compile(r"crn:.*|(iam-)?Profile-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_GRANT_TYPE = "urn:ibm:params:oauth:grant-type:"


@dataclass(frozen=True)
class Profile:
    """A trusted profile.

    :param label: its id, CRN or name, as the user has configured it, for messages.
    :param fields: the fields of a token request that name it.
    """

    label: str
    fields: Mapping[str, str]

    @staticmethod
    def by_id(id: str) -> Profile:
        """Return the profile with this id, or with this CRN."""
        return Profile(id, {"profile_crn" if id.startswith("crn:") else "profile_id": require_text(id, "profile id")})

    @staticmethod
    def by_any(given: str) -> Profile:
        """Return the profile with this id, CRN or name.

        IBM Cloud looks for the name in the account of the compute resource that assumes the profile.
        """
        return Profile.by_id(given) if _ID.fullmatch(given) else Profile.by_name(given, "")

    @staticmethod
    def by_name(name: str, account_id: str) -> Profile:
        """Return the profile with this name.

        :param account_id: the account of the profile, or "" for that of the compute resource which assumes it.
        """
        fields = {"profile_name": require_text(name, "profile name")}
        return Profile(name, {**fields, "account": account_id} if account_id else fields)


class _Grant(Grant):
    """Requests tokens from ``/identity/token``.

    :param url: the address of IBM Cloud IAM.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/identity/token"

    def words(self, body: Any) -> object:
        message, details = body.get("errorMessage") or "", body.get("errorDetails")
        return f"{message} ({details})" if details else message

    def _request(
        self, grant_type: str, secret_name: str, secret: Mapping[str, str], fields: Mapping[str, str]
    ) -> Steps[Granted]:
        form = {"grant_type": _GRANT_TYPE + grant_type, **secret, **fields}
        answer = yield TokenRequest(self._url, secret_name, form=form, secrets=tuple(secret.values()))
        token = answer["access_token"]
        if not isinstance(token, str):
            raise TypeError("a token is a string")
        return Granted(token, float(answer.get("expires_in", 3600)))

    def _assume(self, grant_type: str, secret: Mapping[str, str], profile: Profile, who: str) -> Steps[Granted]:
        try:
            return (yield from self._request(grant_type, "trusted profile", secret, profile.fields))
        except ServiceError as error:
            if error.status not in (400, 401, 403, 404):
                raise
            raise Unauthorized(
                f"the trusted profile {profile.label!r} could not be assumed ({error.status})",
                status=error.status,
                response=error.response,
                transaction_id=error.transaction_id,
                hint=f"check that the profile exists, and that it trusts {who}",
            ) from None


class ApiKey(_Grant):
    """Exchanges an API key for a token of its owner.

    :raises SettingsError: the key is not valid text.
    """

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url)
        self._key = require_text(key, "IBM Cloud API key")

    def sign_in(self) -> Steps[Granted]:
        return (yield from self._request("apikey", "IBM Cloud API key", {"apikey": self._key}, {}))


class ConfiguredToken(Grant):
    """Gives the token that the user has configured. Roster cannot renew it.

    :raises SettingsError: the token is not valid text.
    """

    def __init__(self, token: str) -> None:
        self._token = require_text(token, "IBM Cloud token")

    def sign_in(self) -> Steps[Granted]:
        yield from ()  # sends no request, but makes this method a generator
        return Granted(self._token)


class AssumedProfile(_Grant):
    """Assumes a trusted profile with the token of another identity. A renewal repeats both steps.

    :param identity: gives that token.
    :param who: the other identity, as the hint of an error names it.
    """

    def __init__(self, url: str, profile: Profile, identity: Grant, who: str) -> None:
        super().__init__(url)
        self._profile, self._identity, self._who = profile, identity, who

    def sign_in(self) -> Steps[Granted]:
        of_identity = yield from self._identity.sign_in()
        return (yield from self._assume("assume", {"access_token": of_identity.token}, self._profile, self._who))


class ComputeResource(_Grant):
    """Assumes a trusted profile with the token that IBM Cloud has given to a compute resource, such as a pod.

    :param token: the token, or ``@`` and the path of a file with it, as for ``ibmcloud login --cr-token``. IBM Cloud
        replaces the file before its token expires, so each sign-in reads it again.
    :param called: the name of the token's setting in messages.
    :raises SettingsError: the file cannot be read, or it is empty.
    """

    def __init__(self, url: str, profile: Profile, token: str, called: str) -> None:
        super().__init__(url)
        self._profile, self._token, self._called = profile, token, called
        self._read()

    def sign_in(self) -> Steps[Granted]:
        return (yield from self._assume("cr-token", {"cr_token": self._read()}, self._profile, "the compute resource"))

    def _read(self) -> str:
        if not self._token.startswith("@"):
            return require_text(self._token, "token of the compute resource")
        return token_in(self._token[1:], self._called)
