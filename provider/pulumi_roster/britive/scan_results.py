"""Defines the rows that look-ups return: the accounts, permissions and groups that a scan found.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 7 to 17

Fields have the service's names in snake_case, with these exceptions. An object's own id is ``id``. The service calls
the id of a permission or group ``appPermissionId`` in some rows and ``permissionId`` in others; here it is ``id``. In a
link, it is ``permission_id`` or ``group_id``. An application is ``application``, never ``app``. Times are in RFC 3339.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Literal, get_args

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic.alias_generators import to_camel

from ..schema.results import EmptyIfNull, Id, OptionalId, OptionalText, Result

__all__ = [
    "End",
    "MappedUser",
    "ScannedAccount",
    "ScannedGroup",
    "ScannedId",
    "ScannedLink",
    "ScannedNativeIds",
    "ScannedPermission",
    "ScannedReference",
    "link_row",
]


def _digits(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,29}", value):
        return value
    # Pulumi sends numbers as floating point, which is exact up to this size. Beyond, the digits are already lost.
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1 and 0 <= value < 2**53:
        raise ValueError(f'must be a string: write "{int(value)}"')
    raise ValueError('must be a string of digits without leading zeros, such as "2800"')


ScannedId = Annotated[str, BeforeValidator(_digits)]
"""The id of an account, a permission or a group, as an argument."""


class _Row(Result):
    @staticmethod
    def _name_in_rows(name: str) -> str:
        return to_camel(name.replace("application", "app"))


class ScannedReference(_Row):
    """A permission, group or account in the row of another object. ``type`` is the service's.

    ``name`` is the name of a permission or group in the row of an account; other rows have ``native_name`` instead.
    """

    id: Annotated[Id, Field(validation_alias=AliasChoices("id", "accountId", "appPermissionId", "permissionId"))]
    tenant_application_id: OptionalId = None
    name: OptionalText = None
    native_name: OptionalText = None
    native_id: OptionalText = None
    type: OptionalText = None
    scan_status: OptionalText = None
    inherited: Any = None


class MappedUser(_Row):
    """A user of the tenant who may use an account."""

    id: Annotated[Id, Field(validation_alias=AliasChoices("id", "userId"))]
    username: OptionalText = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    name: OptionalText = None
    email: OptionalText = None
    status: OptionalText = None
    type: OptionalText = None


class ScannedAccount(_Row):
    """An account. ``mapped_users`` are the users who may use it in this environment.

    ``permissions`` are those that the account has directly, and ``groups`` are those that it is in. Without
    ``include_members``, both are ``None``: the look-up did not ask for them. A list is also ``None`` if the service
    leaves it out. Only ``legacy_api`` returns the last five fields; otherwise they are ``None``.
    """

    id: Annotated[Id, Field(validation_alias=AliasChoices("id", "accountId"))]
    native_name: OptionalText = None
    native_id: OptionalText = None
    description: str | None = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    type: OptionalText = None
    status: OptionalText = None
    scan_status: OptionalText = None
    privileged: bool | None = None
    registrable: bool | None = None
    created: OptionalText = None
    modified: OptionalText = None
    scanned: OptionalText = None
    mapped_users: Annotated[list[MappedUser], EmptyIfNull] = field(default_factory=list)
    permissions: list[ScannedReference] | None = None
    groups: list[ScannedReference] | None = None
    user_id: OptionalId = None
    first_seen: OptionalText = None
    last_seen: OptionalText = None
    updated: OptionalText = None
    extended_attributes: dict[str, Any] | None = None


class ScannedPermission(_Row):
    """A permission.

    ``accounts`` and ``groups`` are those that have the permission; for a group, ``accounts`` are those that are in it.
    ``permissions`` are those that a group has. Without ``include_members``, the three are ``None``: the look-up did not
    ask for them. A list is also ``None`` if the service leaves it out. Only ``legacy_api`` returns the last five
    fields; otherwise they are ``None``.
    """

    id: Annotated[Id, Field(validation_alias=AliasChoices("id", "appPermissionId"))]
    name: OptionalText = None
    native_id: OptionalText = None
    description: str | None = None
    type: OptionalText = None
    status: OptionalText = None
    scan_status: OptionalText = None
    scope_registration_id: OptionalId = None
    privileged: bool | None = None
    built_in: bool | None = None
    has_definitions_changed: bool | None = None
    created: OptionalText = None
    modified: OptionalText = None
    scanned: OptionalText = None
    accounts: list[ScannedReference] | None = None
    permissions: list[ScannedReference] | None = None
    groups: list[ScannedReference] | None = None
    tenant_application_id: OptionalId = None
    first_seen: OptionalText = None
    last_seen: OptionalText = None
    updated: OptionalText = None
    extended_attributes: dict[str, Any] | None = None


class ScannedGroup(ScannedPermission):
    """A group. It has the fields of a permission."""


class ScannedNativeIds(_Row):
    """The ids of the two ends of a link in the application's own system. The third id is ``None``."""

    account_native_id: OptionalText = None
    group_native_id: OptionalText = None
    permission_native_id: OptionalText = None


class ScannedLink(_Row):
    """A link between two of an account, a permission and a group.

    An account has a permission, an account is in a group, or a group has a permission. The ids and names of these two
    are set, and those of the third are ``None``. ``permission_type`` is what the service says, such as ``role``;
    ``None`` without a permission.
    """

    account_id: OptionalId = None
    account_name: OptionalText = None
    group_id: OptionalId = None
    group_name: OptionalText = None
    permission_id: OptionalId = None
    permission_name: OptionalText = None
    permission_type: OptionalText = None
    scan_status: OptionalText = None
    inherited_scope: OptionalText = None
    native_ids: Annotated[
        ScannedNativeIds,
        BeforeValidator(lambda ids: {} if ids is None else ids),
        Field(validation_alias=AliasChoices("native_ids", "nativeId")),
    ] = field(default_factory=ScannedNativeIds)
    account_permission_scopes: Annotated[list[Any], EmptyIfNull] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        if [self.account_id, self.permission_id, self.group_id].count(None) != 1:
            raise ValueError("must have the ids of exactly two of account, permission and group")


End = Literal["account", "group", "permission"]


def link_row(row: Mapping[str, Any], ends: tuple[End, End]) -> dict[str, Any]:
    """Return the row of a link with each end in fields of its own, and without the third.

    In the row of an account and a group, the service calls the group a permission.
    """
    native = row.get("nativeId") or {}
    changed: dict[str, Any] = {"permissionType": row.get("permissionType") if "permission" in ends else None}
    native_ids: dict[str, Any] = {}
    for end in get_args(End):
        there = "permission" if end == "group" and "account" in ends else end
        changed[f"{end}Id"] = row.get(f"{there}Id") if end in ends else None
        changed[f"{end}Name"] = row.get(f"{there}Name") if end in ends else None
        native_ids[f"{end}NativeId"] = native.get(f"{there}NativeId") if end in ends else None
    return {**row, **changed, "nativeId": native_ids}
