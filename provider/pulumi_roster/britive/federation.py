"""Signs in to Britive with the OIDC token of a pipeline, which Britive accepts as it is (workload identity federation).

Source: the federation providers of the vendor's Python client
"""

from __future__ import annotations

import base64
import json
import re

from ..errors import SettingsError, UnexpectedReply
from ..http.github_oidc import github_token, in_github_actions
from ..http.grants import Grant, Granted, Steps
from ..http.limits import Limits

__all__ = ["SCHEME", "GitHubToken", "workload_token"]

_JWT = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*", re.ASCII)

SCHEME = "WorkloadToken"
"""The authentication scheme of a workload token."""


def workload_token(oidc_token: str) -> str:
    """Return the form in which Britive takes an OIDC token."""
    return f"OIDC::{oidc_token}"


class GitHubToken(Grant):
    """Gives the OIDC token of a job in GitHub Actions, and a new one before it expires.

    :param audience: the audience that the tenant expects; by default GitHub's, the address of the repository's owner.
    :param called: the name of the setting that chooses this way, in messages.
    :raises SettingsError: this process is not in a job that may ask for a token.
    """

    def __init__(self, audience: str, limits: Limits, called: str) -> None:
        if not in_github_actions():
            raise SettingsError(
                f"{called} is 'github', but this is not a job of GitHub Actions that may ask for an OIDC token",
                hint=f"add `permissions: id-token: write` to the job, or remove {called}",
            )
        self._audience, self._limits = audience, limits

    def sign_in(self) -> Steps[Granted]:
        # The request goes to GitHub, and not to Britive. This line only makes the method a generator.
        yield from ()
        token = github_token(self._audience, self._limits)
        return Granted(workload_token(token), _lifetime(token))


def _lifetime(token: str) -> float:
    """Return the seconds for which a new OIDC token is valid. Britive verifies the token; Roster need not."""
    try:
        if (parts := _JWT.fullmatch(token)) is None:
            raise ValueError
        body = parts[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return float(claims["exp"]) - float(claims["iat"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise UnexpectedReply(
            "GitHub Actions gave a string that is not an OIDC token", hint="nothing was done; run the job again"
        ) from None
