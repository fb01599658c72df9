"""Makes foreign texts fit for messages: one line, of limited length, without credentials.

A service may repeat the credentials of a request in its reply. They are removed before a text is cut, because half a
credential can no longer be recognised.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["quoted", "redacted", "start_of"]

# A shorter text is not a credential. Removing it would make holes in every message.
_SHORTEST = 4

_START = 100_000


def quoted(text: object, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """Return a foreign text for a message.

    Line breaks, terminal codes and the like become spaces, so that the text cannot look like one of ours.

    :param secrets: credentials that the text must not contain, in whatever form they are written.
    :param limit: characters.
    """
    shown = _cut(str(text), 20 * limit, [*secrets])
    shown = " ".join("".join(char if char.isprintable() else " " for char in shown).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def start_of(body: bytes, secrets: Iterable[str] = ()) -> str:
    """Return the text at the beginning of a body, without credentials."""
    # httpx would use the codec that the service names, even one that does not make text.
    return _cut(body[: 2 * _START].decode("utf-8", "replace"), _START, [*secrets])


def redacted(value: Any, secrets: Iterable[str]) -> Any:
    """Return JSON without credentials. A text that is made of it cannot contain a part of one.

    :raises RecursionError: the value is nested too deeply.
    """
    forms = _forms(secrets)
    return _redacted(value, forms) if forms else value


def _cut(text: str, limit: int, secrets: list[str]) -> str:
    forms = _forms(secrets)
    shown: str = _redacted(text[:limit], forms) if forms else text[:limit]
    # The cut may leave the beginning of a credential.
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
