"""Defines what the look-ups of IBM Cloud IAM return. Times are in RFC 3339.

Source: https://cloud.ibm.com/apidocs/iam-access-groups
"""

from __future__ import annotations

from typing import Any

from ..schema.results import Id, OptionalId, OptionalText, Result

__all__ = ["AccessGroupMemberResult", "AccessGroupResult", "AccessGroupRuleResult", "ConditionResult"]


class AccessGroupResult(Result):
    """An access group."""

    id: Id
    name: str
    description: str | None = None
    account_id: Id
    created_at: OptionalText = None
    created_by_id: OptionalId = None
    last_modified_at: OptionalText = None
    last_modified_by_id: OptionalId = None


class AccessGroupMemberResult(Result):
    """A member of an access group.

    ``type`` is ``user``, ``service`` or ``profile``. ``membership_type`` is ``static``, or ``dynamic`` for a member
    that a rule added. Only users have an e-mail address.
    """

    iam_id: Id
    type: OptionalText = None
    membership_type: OptionalText = None
    name: OptionalText = None
    email: OptionalText = None
    description: str | None = None
    created_at: OptionalText = None
    created_by_id: OptionalId = None


class ConditionResult(Result):
    """A condition of a dynamic rule. ``value`` is a string, number or boolean, or a list of these for ``IN``."""

    claim: str
    operator: str
    value: Any


class AccessGroupRuleResult(Result):
    """A dynamic rule of an access group. ``expiration`` is in hours. A rule without a name has the name ``None``."""

    id: Id
    access_group_id: Id
    name: OptionalText = None
    expiration: int
    realm_name: str
    conditions: list[ConditionResult]
    account_id: OptionalId = None
    created_at: OptionalText = None
    created_by_id: OptionalId = None
    last_modified_at: OptionalText = None
    last_modified_by_id: OptionalId = None
