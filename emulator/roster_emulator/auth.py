"""Exchanges, checks and revokes tokens.

- The token ``roster-dev`` may do everything.
- The APIs exchange any API key, or client id and secret, for a token: a JWT signed with a secret of this store.
- A key or token that begins with ``viewer-`` may only read. A key that is empty or begins with ``bad-`` is refused.
- Any other token is unknown.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roster_emulator.store import Store
from roster_emulator.switches import Switches

DEVELOPMENT_TOKEN = "roster-dev"
VIEWER = "viewer-"
BAD = "bad-"


@dataclass(frozen=True)
class Caller:
    """The owner of a token. ``claims`` are the claims of an exchanged token. They are empty for other tokens."""

    name: str
    may_write: bool
    claims: Mapping[str, Any]


def refused(key: str) -> bool:
    """Return whether the token exchange refuses a key."""
    return not key.strip() or key.startswith(BAD)


def subject(key: str) -> str:
    """Return a stable name for the owner of a key, which does not contain the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:10].upper()


class Tokens:
    """The tokens of one emulator."""

    def __init__(self, store: Store, switches: Switches, now: Callable[[], float]) -> None:
        self._store, self._switches, self._now = store, switches, now
        self._revoked: set[str] = set()

    def issue(self, key: str, **claims: object) -> tuple[str, int, int]:
        """Exchange a key for a token. Return the token, its lifetime in seconds, and its end in epoch seconds."""
        issued, lifetime = int(self._now()), self._switches.token_lifetime
        serial = int(self._store.meta("token_serial") or 0) + 1
        self._store.set_meta("token_serial", str(serial))
        body = {
            **claims,
            "sub": subject(key),
            "jti": serial,
            "role": "viewer" if key.startswith(VIEWER) else "editor",
            "iat": issued,
            "exp": issued + lifetime,
        }
        signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT', 'kid': 'roster-emulator'})}.{_encode(body)}"
        return f"{signed}.{self._sign(signed)}", lifetime, issued + lifetime

    def caller(self, token: str | None) -> Caller | None:
        """Return the owner of a token; ``None`` if the token is unknown, expired or revoked."""
        if not token or token in self._revoked:
            return None
        if token == DEVELOPMENT_TOKEN:
            return Caller(token, True, {})
        if token.startswith(VIEWER):
            return Caller(f"{VIEWER}{subject(token)}", False, {})
        claims = self._claims(token)
        if claims is None or claims["exp"] <= self._now() or claims["jti"] <= int(self._store.meta("token_floor") or 0):
            return None
        return Caller(claims["sub"], claims["role"] != "viewer", claims)

    def revoke(self, token: str | None = None) -> None:
        """Revoke one token until the next restart or reset, or every token exchanged so far."""
        if token is None:
            self._store.set_meta("token_floor", self._store.meta("token_serial") or "0")
        else:
            self._revoked.add(token)

    def clear(self) -> None:
        """Accept again the tokens that ``revoke`` refused individually."""
        self._revoked.clear()

    def _claims(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(signed).encode(), signature.encode("utf-8", "replace")):
            return None
        # The signature is ours, so the body is too.
        body = signed.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return claims

    def _sign(self, signed: str) -> str:
        secret = self._store.meta("token_secret")
        if secret is None:
            secret = secrets.token_hex(32)
            self._store.set_meta("token_secret", secret)
        return _text(hmac.new(bytes.fromhex(secret), signed.encode("utf-8", "replace"), hashlib.sha256).digest())


def _encode(value: object) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
