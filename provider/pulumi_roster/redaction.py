"""What others say, made fit to be shown: one line, of bounded length, without our credentials.

The auth of a request leaves in ``extensions["secrets"]`` what must not be shown, should a service repeat it. It is
taken out before anything else is done to a text: half a credential is recognised by nobody.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

__all__ = ["quoted", "redacted", "start_of"]

# Less than this is no credential, and would make holes in every text.
_SHORTEST = 4

_START = 100_000


def quoted(text: object, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """A text of somebody else's, to be shown.

    Line breaks, terminal codes and the like become blanks, so that it cannot pass for a text of ours.

    :param secrets: what must not be shown, however it is written.
    :param limit: characters.
    """
    shown = _cut(str(text), 20 * limit, [*secrets])
    shown = " ".join("".join(char if char.isprintable() else " " for char in shown).split())
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def start_of(body: bytes, secrets: Iterable[str] = ()) -> str:
    """The text at the beginning of a body, without credentials."""
    # Decoded here: httpx would use whatever codec the service names, those that are no text among them.
    return _cut(body[: 2 * _START].decode("utf-8", "replace"), _START, [*secrets])


def redacted(value: Any, secrets: Iterable[str]) -> Any:
    """JSON without credentials, to be worded: what is made of it later holds no part of one.

    :raises RecursionError: it is nested too deeply.
    """
    forms = _forms(secrets)
    return _redacted(value, forms) if forms else value


def _cut(text: str, limit: int, secrets: list[str]) -> str:
    forms = _forms(secrets)
    shown: str = _redacted(text[:limit], forms) if forms else text[:limit]
    # Where it is cut, the beginning of a credential may be left.
    return shown[: -len(forms[0])] if forms and len(text) > limit else shown


def _redacted(value: Any, forms: list[str]) -> Any:
    if isinstance(value, str):
        return re.sub("|".join(map(re.escape, forms)), "[redacted]", value, flags=re.IGNORECASE)
    if isinstance(value, dict):
        return {_redacted(name, forms): _redacted(item, forms) for name, item in value.items()}
    return [_redacted(item, forms) for item in value] if isinstance(value, list) else value


def _forms(secrets: Iterable[str]) -> list[str]:
    """The ways in which secrets are written: in addresses, JSON, pages and Python; the longest first."""
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
