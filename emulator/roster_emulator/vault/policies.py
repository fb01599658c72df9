"""Normalises lists of policies."""

from __future__ import annotations

from collections.abc import Iterable

from roster_emulator.vault.errors import bad


def for_group(policies: Iterable[str], openbao: bool) -> list[str]:
    """Return the policies sorted, without duplicates in any case. OpenBao makes them lower-case."""
    first: dict[str, str] = {}
    for policy in policies:
        first.setdefault(policy.lower(), policy)
    return for_entity(first.values(), openbao)


def for_entity(policies: Iterable[str], openbao: bool) -> list[str]:
    """Return the policies sorted, without duplicates. OpenBao makes them lower-case."""
    kept = {policy.lower() if openbao else policy for policy in policies} - {""}
    if "root" in kept:
        raise bad("policies cannot contain root")
    return sorted(kept)
