"""Defines what the look-ups of AppSec+ return.

Source: the vendor's page "Identity Groups API"
"""

from __future__ import annotations

from dataclasses import field

from ..schema.results import Id, OptionalText, Result

__all__ = ["IdentityGroupResult"]


class IdentityGroupResult(Result):
    """An identity group. ``members`` are e-mail addresses, user ids or service account ids. Times are in RFC 3339."""

    id: Id
    name: str
    description: str | None = None
    members: list[str] = field(default_factory=list)
    created_at: OptionalText = None
    updated_at: OptionalText = None
