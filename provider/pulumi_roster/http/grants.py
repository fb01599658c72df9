"""Declares how a secret becomes a token: :class:`Grant`, and :class:`OAuthForm`, the form of OAuth 2.0.

A grant only names its requests, and reads their replies. :class:`..http.auth.Exchange` sends the requests, classifies
errors, and decides when it needs a token.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import SettingsError

__all__ = ["Grant", "Granted", "OAuthForm", "Steps", "TokenRequest", "require_text"]


@dataclass(frozen=True)
class TokenRequest:
    """One request of a grant. The client may send it twice, so a second token must do no harm.

    :param url: absolute, on the host of the service.
    :param secret_name: the name of the secret in errors, such as "API key".
    :param method: the HTTP method.
    :param form: the fields of a form to send.
    :param json: the JSON to send, if there is no form.
    :param headers: sent in addition to the common ones.
    :param secrets: the credentials in this request, which no message may show.
    :param hint: what to do if the service refuses the secret.
    """

    url: str
    secret_name: str
    method: str = "POST"
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    hint: str = ""


@dataclass(frozen=True)
class Granted:
    """A token.

    :param lifetime: in seconds; ``math.inf`` for a token that does not expire.
    :param renewable: whether ``Grant.renew`` can extend it without the secret.
    :param revocable: whether ``Grant.revoke`` can end it.
    """

    token: str = field(repr=False)
    lifetime: float = math.inf
    renewable: bool = False
    revocable: bool = False


T = TypeVar("T")
Steps = Generator[TokenRequest, Any, T]
"""Yields requests one after the other. Each ``yield`` returns the JSON of the reply, or raises ``ServiceError`` if the
service refused. A ``KeyError`` or the like means that the reply is malformed."""


class Grant(ABC):
    """One way to get a token."""

    refusals: frozenset[int] = frozenset({401})
    """The statuses with which the service refuses a token that has expired or was revoked."""

    @abstractmethod
    def sign_in(self) -> Steps[Granted]:
        """Exchange the secret for a token."""

    def renew(self, current: Granted) -> Steps[Granted]:
        """Return a token with a new lifetime, before the current one expires. By default, sign in again."""
        return (yield from self.sign_in())

    def is_valid(self, token: str) -> Steps[bool]:
        """Return whether the token is valid although the service refused it, so that a new one would not help.

        By default, such a token is not valid. Override this method if ``refusals`` has more than one meaning.
        """
        yield from ()  # sends no request, but makes this method a generator
        return False

    def revoke(self, current: Granted) -> TokenRequest | None:
        """Return the request that ends a token that nobody needs any more. By default, the token just expires."""
        return None

    def refuses(self, status: int, words: str) -> bool:
        """Return whether an error reply to a request of this grant means that the secret is wrong."""
        return status in (400, 401, 403)

    def words(self, body: Any) -> object:
        """Return the reason in the JSON of an error reply, by default none. It may raise a ``KeyError`` or the like."""
        return ""


class OAuthForm(Grant):
    """Posts a form, and reads ``access_token`` and ``expires_in``, as in OAuth 2.0.

    :param url: the token endpoint, absolute.
    :param form: the fields to post, the secret among them.
    :param secret_name: the name of the secret in errors, such as "API key".
    :param error_field: the field of an error reply that contains the reason, if it is not one of OAuth's.
    :raises SettingsError: the secret cannot be sent.
    """

    def __init__(
        self, url: str, form: Mapping[str, str], *, secret_name: str, error_field: str = "error_description"
    ) -> None:
        for value in form.values():
            require_text(value, secret_name)
        secrets = tuple(value for name, value in form.items() if name != "grant_type")
        self._request = TokenRequest(url, secret_name, form=dict(form), secrets=secrets)
        self._error_fields = (error_field, "error_description", "error")

    def sign_in(self) -> Steps[Granted]:
        answer = yield self._request
        return Granted(answer["access_token"], float(answer.get("expires_in", 3600)))

    def words(self, body: Any) -> object:
        return next((body[name] for name in self._error_fields if body.get(name)), "")


def require_text(value: str, secret_name: str) -> str:
    """Return a credential that can be sent as UTF-8.

    :raises SettingsError: it contains half a character. The message does not show it.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError(f"the configured {secret_name} is not valid text") from None
    return value
