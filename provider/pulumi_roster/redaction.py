"""Makes text from a service safe for messages: one line, of limited length, without credentials.

A service may repeat the credentials of a request in its reply. Roster removes credentials before it shortens a text,
because it cannot recognise half a credential.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["quoted", "redacted", "start_of"]

# A shorter text is not a credential. Removing it would damage every message.
_SHORTEST = 4

_START = 100_000


def quoted(text: object, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """Return a service's text in a form that is safe to show in a message.

    Line breaks, terminal codes and the like become spaces, so that the text cannot look like a line of Roster's own.

    :param secrets: credentials to remove, in all their encodings.
    :param limit: the maximum number of characters.
    """
    shown = _cut(str(text), 20 * limit, [*secrets])
    shown = " ".join("".join(char if char.isprintable() else " " for char in shown).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def start_of(body: bytes, secrets: Iterable[str] = ()) -> str:
    """Return the text at the beginning of a body, without credentials."""
    # Decode as UTF-8. httpx would use any codec that the service names, even one that does not produce text.
    return _cut(body[: 2 * _START].decode("utf-8", "replace"), _START, [*secrets])


def redacted(value: Any, secrets: Iterable[str]) -> Any:
    """Return JSON without credentials. A text built from the result contains no part of a credential.

    :raises RecursionError: the value is nested too deeply.
    """
    forms = _forms(secrets)
    return _redacted(value, forms) if forms else value


def _cut(text: str, limit: int, secrets: list[str]) -> str:
    forms = _forms(secrets)
    shown: str = _redacted(text[:limit], forms) if forms else text[:limit]
    # The cut may be in the middle of a credential, so remove as many characters as the longest credential has.
    return shown[: -len(forms[0])] if forms and len(text) > limit else shown


def _redacted(value: Any, forms: list[str]) -> Any:
    if isinstance(value, str):
        return re.sub("|".join(map(re.escape, forms)), "[redacted]", value, flags=re.IGNORECASE)
    if isinstance(value, dict):
        return {_redacted(name, forms): _redacted(item, forms) for name, item in value.items()}
    return [_redacted(item, forms) for item in value] if isinstance(value, list) else value


def _forms(secrets: Iterable[str]) -> list[str]:
    """Return the forms of secrets in addresses, JSON, HTML and Python, the longest first."""
    forms: set[str] = set()
    for secret in secrets:
        escaped = json.dumps(secret)[1:-1]
        forms |= {
            secret,
            quote(secret, safe=""),
            quote_plus(secret),
            html.escape(secret),
            html.escape(secret, quote=False),
        }
        forms |= {
            escaped,
            escaped.replace("/", "\\/"),
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
        }
    return sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
