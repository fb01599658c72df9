"""IBM Cloud IAM access groups, their members and dynamic rules: https://cloud.ibm.com/apidocs/iam-access-groups

Oddities of this API, and where each is dealt with: edits name a revision (``client.edit``); calls of many items answer
207 (``items``); names need not be unique (``lifecycle``, safe create); a new object may not show at once
(``lifecycle``).
"""

from pulumi_roster.ibm.access_group import AccessGroup, AccessGroupState
from pulumi_roster.ibm.access_group_members import AccessGroupMembers
from pulumi_roster.ibm.access_group_membership import AccessGroupMembership
from pulumi_roster.ibm.access_group_rule import AccessGroupRule, AccessGroupRuleState, Condition, ConditionDict
from pulumi_roster.ibm.lookups import get_access_group, is_member, list_access_groups, list_members, list_rules
from pulumi_roster.ibm.member import Member, MemberDict
from pulumi_roster.ibm.member_access_groups import MemberAccessGroups
from pulumi_roster.ibm.member_details import MemberDetails

__all__ = [
    "AccessGroup",
    "AccessGroupMembers",
    "AccessGroupMembership",
    "AccessGroupRule",
    "AccessGroupRuleState",
    "AccessGroupState",
    "Condition",
    "ConditionDict",
    "Member",
    "MemberAccessGroups",
    "MemberDetails",
    "MemberDict",
    "get_access_group",
    "is_member",
    "list_access_groups",
    "list_members",
    "list_rules",
]


def __dir__() -> list[str]:
    return __all__
