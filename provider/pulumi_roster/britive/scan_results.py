"""Defines the rows that look-ups return: the accounts, permissions and groups that a scan found.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 7 to 17

Fields have the service's names in snake_case, with these exceptions. An object's own id is ``id``. The service calls
the id of a permission or group ``appPermissionId`` in some rows and ``permissionId`` in others; here it is ``id``, and
``permission_id`` in a link. An application is ``application``, never ``app``. Times are in RFC 3339.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field
from pydantic.alias_generators import to_camel

from ..schema.results import EmptyIfNull, Id, OptionalId, OptionalText, Result

__all__ = [
    "MappedUser",
    "ScannedAccount",
    "ScannedGroup",
    "ScannedId",
    "ScannedLink",
    "ScannedNativeIds",
    "ScannedPermission",
    "ScannedReference",
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


References = Annotated[list[ScannedReference], EmptyIfNull]


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

    Without ``include_members``, ``permissions`` and ``groups`` are empty. Only legacy calls return the last five
    fields.
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
    permissions: References = field(default_factory=list)
    groups: References = field(default_factory=list)
    user_id: OptionalId = None
    first_seen: OptionalText = None
    last_seen: OptionalText = None
    updated: OptionalText = None
    extended_attributes: dict[str, Any] | None = None


class ScannedPermission(_Row):
    """A permission.

    Without ``include_members``, ``accounts``, ``permissions`` and ``groups`` are empty. Only legacy calls return the
    last five fields.
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
    accounts: References = field(default_factory=list)
    permissions: References = field(default_factory=list)
    groups: References = field(default_factory=list)
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
    """A link from an account or group to a permission that it has, or to a group that it is in.

    ``account_id`` or ``group_id`` identifies the first end, and the other one is ``None``. ``permission_id`` identifies
    the second end, and ``permission_type`` says whether that is a permission or a group.
    """

    account_id: OptionalId = None
    account_name: OptionalText = None
    group_id: OptionalId = None
    group_name: OptionalText = None
    permission_id: Id
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
