"""Defines the types of a group's fields, with the rules that Vault applies to their values.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from ..schema.fields import Len, Text, Unordered, folded

__all__ = ["GroupId", "GroupName", "GroupType", "Ids", "Metadata", "Policies"]

GroupType = Literal["internal", "external"]


def _name(text: str) -> str:
    if text in {".", ".."}:
        raise ValueError("must not be . or .., which are steps of a path")
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f]+", text):
        raise ValueError("must be at least one character, without blanks")
    return text


def _policy(text: str) -> str:
    if text.strip().casefold() == "root":
        raise ValueError("must not be root, the policy that no group can have")
    return text.strip()


def _without_duplicates(policies: list[str]) -> list[str]:
    """Return the policies as Vault stores them: without empty names, and without names that differ only in case."""
    return list({folded(policy): policy for policy in sorted(policies, reverse=True) if policy}.values())


def _metadata_key(text: str) -> str:
    if not re.fullmatch(r"[a-zA-Z0-9=/+_-]{1,128}", text):
        raise ValueError("must have keys of 1 to 128 characters out of a-z, A-Z, 0-9 and = / + _ -")
    if text.startswith("vault-"):
        raise ValueError("must not have keys that begin with vault-, which Vault reserves")
    return text


def _metadata_value(text: str) -> str:
    if len(text.encode()) > 512:
        raise ValueError(f"must be at most 512 bytes, got {len(text.encode())}")
    return text


GroupName = Annotated[Text, Len(1), AfterValidator(_name)]
GroupId = Annotated[str, AfterValidator(_id)]
Ids = Annotated[list[GroupId], Unordered]
"""Ids of entities or of groups."""

Policies = Annotated[list[Annotated[Text, AfterValidator(_policy)]], AfterValidator(_without_duplicates), Unordered]
Metadata = Annotated[
    dict[Annotated[str, AfterValidator(_metadata_key)], Annotated[str, AfterValidator(_metadata_value)]], Len(0, 64)
]
