"""Defines what the look-ups of Vault and OpenBao return. Times are in RFC 3339.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from pydantic import BeforeValidator

from ..schema.results import EmptyDictIfNull, EmptyIfNull, Id, OptionalId, OptionalText, Result

__all__ = ["IdentityGroupAliasResult", "IdentityGroupResult"]


class IdentityGroupAliasResult(Result):
    """The alias of an external group: the name of the group in an auth method, which ``mount_accessor`` identifies."""

    id: Id
    name: str
    canonical_id: Id
    mount_accessor: str
    mount_path: OptionalText = None
    mount_type: OptionalText = None
    metadata: Annotated[dict[str, str], EmptyDictIfNull] = field(default_factory=dict)
    merged_from_canonical_ids: Annotated[list[str], EmptyIfNull] = field(default_factory=list)
    creation_time: OptionalText = None
    last_update_time: OptionalText = None


class IdentityGroupResult(Result):
    """An identity group.

    ``type`` is ``internal`` or ``external``. Logins provide the members of an external group. ``modify_index`` grows
    with each write.
    """

    id: Id
    name: str
    type: str
    metadata: dict[str, str]
    policies: list[str]
    member_entity_ids: list[str]
    member_group_ids: list[str]
    parent_group_ids: list[str]
    alias: Annotated[IdentityGroupAliasResult | None, BeforeValidator(lambda alias: alias or None)] = None
    creation_time: OptionalText = None
    last_update_time: OptionalText = None
    modify_index: int
    namespace_id: OptionalId = None
