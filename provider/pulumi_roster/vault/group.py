"""A group as Vault shows it, and the rules of its fields:
https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Particular: what is empty reads null, ``[]`` or ``{}``, depending on its history; a key that is left out of a write
keeps its value, while null empties it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ..errors import SettingsError
from ..http.client import Client, Reply
from ..schema.fields import Len, Text, Unordered, folded
from .connection import NAMESPACE_HEADER

__all__ = [
    "BY_ID",
    "BY_NAME",
    "MEMBER_LISTS",
    "GroupId",
    "GroupName",
    "GroupRow",
    "GroupType",
    "Ids",
    "Metadata",
    "Policies",
    "asked_namespace",
    "group_of",
    "read_group",
    "require_namespace",
]

BY_ID, BY_NAME = "/v1/identity/group/id/{}", "/v1/identity/group/name/{}"
MEMBER_LISTS = ("member_entity_ids", "member_group_ids")

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


def _once(policies: list[str]) -> list[str]:
    """As the service keeps them: without empty ones, each once whatever its case."""
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

Policies = Annotated[list[Annotated[Text, AfterValidator(_policy)]], AfterValidator(_once), Unordered]
Metadata = Annotated[
    dict[Annotated[str, AfterValidator(_metadata_key)], Annotated[str, AfterValidator(_metadata_value)]], Len(0, 64)
]

_List = Annotated[list[str], BeforeValidator(lambda value: value or []), Unordered]


class GroupRow(BaseModel):
    """What the service says of a group. What is empty is an empty list or map here, never ``None``.

    The service tells null for what is empty. A reply that lacks a list is none of its own: taken for empty, the list
    would be written back without what it holds.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    type: str
    metadata: Annotated[dict[str, str], BeforeValidator(lambda value: value or {})]
    policies: _List
    member_entity_ids: _List
    member_group_ids: _List
    parent_group_ids: _List = Field(default_factory=list)
    creation_time: str = ""
    last_update_time: str = ""
    modify_index: int = 0
    namespace_id: str = ""

    def is_bare(self) -> bool:
        """Whether nothing has been put into it yet, nor it into another."""
        return not any(
            (self.metadata, self.policies, self.member_entity_ids, self.member_group_ids, self.parent_group_ids)
        )

    def members(self, name: str) -> list[str]:
        """One of :data:`MEMBER_LISTS`."""
        found: list[str] = getattr(self, name)
        return found


def read_group(api: Client, id: str) -> GroupRow:
    """A group by its id.

    :raises NotFound: it does not exist.
    """
    return require_namespace(api, group_of(api.get(BY_ID, id)))


def group_of(reply: Reply) -> GroupRow:
    """The group that a reply holds."""
    data: Any = reply.fields().get("data")
    return reply.parse_row(GroupRow, data if isinstance(data, Mapping) else {})


def asked_namespace(api: Client) -> str:
    """The namespace that every call asks for, or ""."""
    return (api.dialect.headers or {}).get(NAMESPACE_HEADER, "")


def require_namespace(api: Client, row: GroupRow) -> GroupRow:
    """Vault's community edition passes over the namespace that it is asked for, and works in its only one.

    :raises SettingsError: that is what happened.
    """
    if asked_namespace(api) and row.namespace_id == "root":
        raise SettingsError(
            f"this Vault knows no namespaces: it took the root one for {asked_namespace(api)!r}",
            hint="leave roster:vaultNamespace out, or use Vault Enterprise or OpenBao",
        )
    return row
