"""Describes how Vault and OpenBao report errors.

Source: https://developer.hashicorp.com/vault/api-docs ("Error response")
"""

from __future__ import annotations

import re
from typing import Any

from ..http.client import Dialect

__all__ = ["DIALECT", "NEEDED_RIGHTS", "error_words"]

NEEDED_RIGHTS = (
    "update on identity/group, and read, update and delete on identity/group/*; "
    "only list_identity_groups needs list on identity/group/id too"
)

# Vault answers these messages with status 500, although the request is wrong.
_REFUSALS = re.compile(
    r"invalid entity ID|invalid member group ID|is same as the ID of the group|invalid group metadata"
    r"|cyclic relationship"
)


def error_words(body: Any) -> str:
    """Return the messages in the body of an error."""
    words = "; ".join(str(error) for error in body["errors"])
    # "1 error occurred:\n\t* the words\n\n"
    return " ".join(re.sub(r"\d+ errors? occurred:|\s\* ", " ", words).split())[:500]


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
    error=lambda body: ("", error_words(body)),
    meaning=_meaning,
    hints={
        404: "the object no longer exists; run `pulumi refresh` to update the state",
        412: "this server lags behind the others; run again",
        429: "the rate limit did not end in time; run again later",
        500: "read Vault's log, and run again",
        503: "Vault is sealed, or no node is active; run again when it is unsealed",
    },
)
