"""Reads groups, in the form in which Vault returns them.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Peculiarities: Vault returns an empty field as null, ``[]`` or ``{}``, depending on its history; a write does not change
a field that the request omits, and clears a field that is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..errors import SettingsError
from ..http.client import Client, Reply
from ..schema.fields import Unordered
from .sign_in import NAMESPACE_HEADER

__all__ = [
    "BY_ID",
    "BY_NAME",
    "MEMBER_LISTS",
    "GroupRow",
    "configured_namespace",
    "group_of",
    "read_group",
    "require_namespace",
]

BY_ID, BY_NAME = "/v1/identity/group/id/{}", "/v1/identity/group/name/{}"
MEMBER_LISTS = ("member_entity_ids", "member_group_ids")

_List = Annotated[list[str], BeforeValidator(lambda value: value or []), Unordered]


class GroupRow(BaseModel):
    """A group as the service returns it, with an empty list or map in place of null.

    A reply that lacks a list is an error: if the list counted as empty, the next write would empty it.
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

    def is_empty(self) -> bool:
        """Return whether the group has no content and no other group contains it."""
        return not any(
            (self.metadata, self.policies, self.member_entity_ids, self.member_group_ids, self.parent_group_ids)
        )

    def members(self, name: str) -> list[str]:
        """Return one of :data:`MEMBER_LISTS`."""
        found: list[str] = getattr(self, name)
        return found


def read_group(api: Client, id: str) -> GroupRow:
    """Read a group by its id.

    :raises NotFound: the group does not exist.
    """
    return require_namespace(api, group_of(api.get(BY_ID, id)))


def group_of(reply: Reply) -> GroupRow:
    """Return the group that a reply contains."""
    data: Any = reply.fields().get("data")
    return reply.parse_row(GroupRow, data if isinstance(data, Mapping) else {})


def configured_namespace(api: Client) -> str:
    """Return the namespace that the client sends with every call, or ""."""
    return api.dialect.headers.get(NAMESPACE_HEADER, "")


def require_namespace(api: Client, row: GroupRow) -> GroupRow:
    """Check that a group is in the configured namespace. Vault's community edition ignores the namespace of a call.

    :raises SettingsError: Vault ignored the namespace.
    """
    if configured_namespace(api) and row.namespace_id == "root":
        raise SettingsError(
            f"this Vault does not support namespaces: it used root instead of {configured_namespace(api)!r}",
            hint="remove roster:vaultNamespace, or use Vault Enterprise or OpenBao",
        )
    return row
