"""Manages IBM Cloud IAM access groups, their members and their dynamic rules.

Source: https://cloud.ibm.com/apidocs/iam-access-groups

Peculiarities of this API, and the module that handles each: an update names a revision (``http.client``); a call with
many items answers 207 (``bulk_calls``); names need not be unique, and a new object may be absent from reads for a while
(``lifecycle``).
"""

from pulumi_roster.ibm.access_group import AccessGroup
from pulumi_roster.ibm.access_group_members import AccessGroupMembers
from pulumi_roster.ibm.access_group_membership import AccessGroupMembership
from pulumi_roster.ibm.access_group_rule import AccessGroupRule, Condition, ConditionDict
from pulumi_roster.ibm.lookups import (
    get_access_group,
    is_access_group_member,
    list_access_group_members,
    list_access_group_rules,
    list_access_groups,
)
from pulumi_roster.ibm.member import Member, MemberDict
from pulumi_roster.ibm.member_access_groups import MemberAccessGroups
from pulumi_roster.ibm.results import (
    AccessGroupMemberResult,
    AccessGroupResult,
    AccessGroupRuleResult,
    ConditionResult,
)

__all__ = [
    "AccessGroup",
    "AccessGroupMemberResult",
    "AccessGroupMembers",
    "AccessGroupMembership",
    "AccessGroupResult",
    "AccessGroupRule",
    "AccessGroupRuleResult",
    "Condition",
    "ConditionDict",
    "ConditionResult",
    "Member",
    "MemberAccessGroups",
    "MemberDict",
    "get_access_group",
    "is_access_group_member",
    "list_access_group_members",
    "list_access_group_rules",
    "list_access_groups",
]


def __dir__() -> list[str]:
    return __all__
