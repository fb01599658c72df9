"""Defines the members of an access group, and the rules of their ids.

A member is a user (``IBMid-...``), a service id (``iam-ServiceId-...``) or a trusted profile (``iam-Profile-...``).

Source: https://cloud.ibm.com/apidocs/iam-access-groups ("Add members to an access group", "List access group members")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pulumi
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from typing_extensions import NotRequired, TypedDict

from ..schema.fields import Len, Text
from ..schema.unknown import UNKNOWN

__all__ = [
    "AccessGroupId",
    "IamId",
    "Member",
    "MemberArgs",
    "MemberDict",
    "MemberState",
    "MemberType",
    "member_type",
    "with_type",
]

PUBLIC_ACCESS_GROUP = "AccessGroupId-PublicAccess"

MemberType = Literal["user", "service", "profile"]

_TYPES: dict[str, MemberType] = {"IBMid-": "user", "iam-ServiceId-": "service", "iam-Profile-": "profile"}


def member_type(iam_id: str) -> MemberType | None:
    """Return the type that the prefix of an iam_id shows, or ``None``."""
    return next((kind for prefix, kind in _TYPES.items() if iam_id.startswith(prefix)), None)


def with_type(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an identity. If no type is given, add the one that the prefix of the ``iam_id`` shows."""
    iam_id = given.get("iam_id")
    implied = member_type(iam_id) if isinstance(iam_id, str) else None
    return {**given, "type": implied} if implied and given.get("type") is None else dict(given)


_IAM_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9._:@+/=-]+")


def _iam_id(text: str) -> str:
    if not _IAM_ID.fullmatch(text):
        raise ValueError("must look like IBMid-..., iam-ServiceId-... or iam-Profile-...")
    return text


def _access_group_id(text: str) -> str:
    if text == PUBLIC_ACCESS_GROUP:
        raise ValueError("must not be the public access group, whose members and rules cannot be changed")
    return text


IamId = Annotated[Text, Len(1, 200), AfterValidator(_iam_id)]
"""The id of an identity."""

AccessGroupId = Annotated[Text, Len(1, 200), AfterValidator(_access_group_id)]
"""The id of an access group, except the public access group."""


class MemberState(BaseModel):
    """An identity as the service returns it, with any id and type."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    iam_id: str
    type: str = ""


class MemberArgs(MemberState):
    """An identity and its type, by default the one that the prefix of the id shows."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    iam_id: IamId
    type: MemberType  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = {"iam_id": given}
        if not isinstance(given, Mapping):
            return given
        iam_id, kind = given.get("iam_id"), given.get("type")
        if not isinstance(iam_id, str) or not _IAM_ID.fullmatch(iam_id):
            return {"type": "user", **given}  # the check failure of the id is enough
        implied = member_type(iam_id)
        if kind is None and implied is None:
            raise ValueError(
                f"must have a type, because the iam_id {iam_id!r} does not show it: set user, service or profile"
            )
        if kind is None:
            return {**given, "type": implied}
        if implied is not None and kind not in (implied, UNKNOWN):
            raise ValueError(f"must have the type {implied!r} for {iam_id}, got {kind!r}")
        return given


@pulumi.input_type
class Member:
    """One member of an access group."""

    iam_id: pulumi.Input[str]
    type: pulumi.Input[MemberType] | None

    def __init__(self, iam_id: pulumi.Input[str], type: pulumi.Input[MemberType] | None = None) -> None:
        """Describe one member.

        :param iam_id: ``IBMid-...``, ``iam-ServiceId-...`` or ``iam-Profile-...``.
        :param type: ``user``, ``service`` or ``profile``, by default derived from the prefix of the iam_id.
        """
        pulumi.set(self, "iam_id", iam_id)
        if type is not None:
            pulumi.set(self, "type", type)


class MemberDict(TypedDict):
    """A dictionary that stands for a :class:`Member`."""

    iam_id: pulumi.Input[str]
    type: NotRequired[pulumi.Input[MemberType] | None]
