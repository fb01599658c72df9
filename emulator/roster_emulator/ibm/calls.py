"""Reads the parts of a call that the routes of the IBM API share."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from roster_emulator.api import Call
from roster_emulator.ibm.errors import invalid
from roster_emulator.ibm.token_exchange import DEFAULT_ACCOUNT, DEVELOPER

BATCH = 50


def author(call: Call) -> str:
    """Return the iam_id under which the caller acts."""
    return str(call.caller.claims.get("iam_id", DEVELOPER)) if call.caller else DEVELOPER


def own_account(call: Call) -> str:
    """Return the account of the caller's token."""
    claims = call.caller.claims if call.caller else {}
    return str(claims.get("account", {}).get("bss", DEFAULT_ACCOUNT))


def account(call: Call) -> str:
    """Return the query's ``account_id``, which is required."""
    named = call.query.get("account_id", "")
    if not named.strip():
        raise invalid("account_id is required")
    return named


def flag(call: Call, name: str) -> bool:
    """Return a boolean of the query, false if absent."""
    value = call.query.get(name, "false").lower()
    if value not in ("true", "false"):
        raise invalid(f"{name} must be true or false")
    return value == "true"


def choice(call: Call, name: str, default: str | None, allowed: Sequence[str]) -> str | None:
    """Return a word of the query, which must be one of ``allowed``."""
    value = call.query.get(name, default)
    if value is not None and value not in allowed:
        raise invalid(f"{name} must be one of {', '.join(allowed)}")
    return value


def revision(call: Call) -> str:
    """Return the ``If-Match`` header, which is required."""
    etag = call.headers.get("if-match")
    if not etag:
        raise invalid("If-Match header is required")
    return etag


def distinct(values: Sequence[str], what: str) -> None:
    """Refuse an empty list, a list of more than 50, and a list with duplicates."""
    if not 1 <= len(values) <= BATCH:
        raise invalid(f"1 to {BATCH} {what} are allowed in one call")
    if len(set(values)) != len(values):
        raise invalid(f"duplicate {what}")


def link(call: Call, *segments: str) -> str:
    """Return an absolute address under ``/v2``, on the host that the caller used."""
    path = "/".join(quote(segment, safe="") for segment in segments)
    return f"http://{call.headers.get('host', '')}/v2/{path}"
