"""Defines the rows that look-ups return: the accounts, permissions and groups that a scan found.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 7 to 17

Fields have the service's names in snake_case. A field that is missing or null has the default. Times are in RFC 3339.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

__all__ = [
    "EnvironmentSummary",
    "MappedUser",
    "ScannedAccount",
    "ScannedGroup",
    "ScannedLink",
    "ScannedNativeIds",
    "ScannedPermission",
    "ScannedReference",
]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, row: Any) -> Any:
        return {name: value for name, value in row.items() if value is not None} if isinstance(row, dict) else row


class EnvironmentSummary(_Row):
    """An environment or environment group in short form. The type is the service's, such as ``AWSAccount``."""

    id: str
    name: str
    type: str = ""


class ScannedReference(_Row):
    """A permission, group or account of the row that contains it.

    Only one of ``account_id``, ``permission_id`` and ``app_permission_id`` is set. For an account, it is
    ``account_id``. For a permission or group, it is ``app_permission_id`` in the row of an account, and
    ``permission_id`` in other rows.
    """

    account_id: int = 0
    permission_id: int = 0
    app_permission_id: int = 0
    tenant_app_id: int = 0
    name: str = ""
    native_name: str = ""
    native_id: str = ""
    type: str = ""
    scan_status: str = ""
    inherited: Any = None


class _Scanned(_Row):
    native_id: str = ""
    description: str = ""
    created: str = ""
    modified: str = ""
    status: str = ""
    scan_status: str = ""
    privileged: bool = False
    type: str = ""
    scanned: str = ""
    permissions: list[ScannedReference] = []
    groups: list[ScannedReference] = []
    # Only the legacy calls return these.
    tenant_app_id: int = 0
    first_seen: str = ""
    last_seen: str = ""
    updated: str = ""
    extended_attributes: dict[str, Any] = {}


class MappedUser(_Row):
    """A user of the tenant who may use an account."""

    user_id: str
    username: str = ""
    name: str = ""
    email: str = ""
    status: str = ""
    type: str = ""


class ScannedAccount(_Scanned):
    """An account. ``mapped_users`` are the users who may use it in this environment. ``include_members`` adds its
    permissions and groups.
    """

    account_id: int
    native_name: str = ""
    first_name: str = ""
    last_name: str = ""
    registrable: bool = False
    mapped_users: list[MappedUser] = []


class ScannedPermission(_Scanned):
    """A permission. ``include_members`` adds its accounts and groups."""

    app_permission_id: int
    name: str = ""
    built_in: bool = False
    has_definitions_changed: bool = False
    scope_registration_id: str = ""
    accounts: list[ScannedReference] = []


class ScannedGroup(ScannedPermission):
    """A group. ``include_members`` adds its accounts and permissions."""


class ScannedNativeIds(_Row):
    """The ids in the application's own system. A link connects two objects. Only the ids of these two are set; the
    third is "".
    """

    account_native_id: str = ""
    group_native_id: str = ""
    permission_native_id: str = ""


class ScannedLink(_Row):
    """A link from an account or group to a permission that it has, or to a group that it is in.

    ``account_id`` or ``group_id`` identifies the first end. ``permission_id`` identifies the second end, and
    ``permission_type`` says whether that is a permission or a group.
    """

    account_id: int = 0
    account_name: str = ""
    group_id: int = 0
    group_name: str = ""
    permission_id: int
    permission_name: str = ""
    permission_type: str = ""
    scan_status: str = ""
    inherited_scope: str = ""
    native_id: ScannedNativeIds = ScannedNativeIds()
    account_permission_scopes: list[Any] = []
