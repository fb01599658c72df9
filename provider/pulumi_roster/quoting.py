"""What others say, made fit to be shown: one line, of bounded length, without our credentials.

The auth of a request leaves in ``extensions["secrets"]`` what must not be shown, should a service repeat it.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

__all__ = ["quoted"]

# Less than this is no credential, and would make holes in every text.
_SHORTEST = 4


def quoted(text: object, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """A text of somebody else's, to be shown.

    Line breaks, terminal codes and the like become blanks, so that it cannot pass for a text of ours.

    :param secrets: what must not be shown, plain or percent-encoded.
    :param limit: characters.
    """
    shown = str(text)[: 20 * limit]
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= _SHORTEST:
            shown = shown.replace(form, "[redacted]")
    shown = " ".join("".join(char if char.isprintable() else " " for char in shown).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."
