"""IBM Cloud IAM access groups, their members and dynamic rules: https://cloud.ibm.com/apidocs/iam-access-groups

Oddities of this API, and where each is dealt with: edits name a revision (``client.edit``); calls of many items answer
207 (``items``); names need not be unique (``lifecycle``, safe create); a new object may not show at once
(``lifecycle``).
"""

from .access_group import AccessGroup, AccessGroupState
from .access_group_members import AccessGroupMembers
from .access_group_membership import AccessGroupMembership
from .access_group_rule import AccessGroupRule, AccessGroupRuleState, Condition
from .connection import SYSTEM as _SYSTEM  # noqa: F401  # registers the system
from .lookups import get_access_group, is_member, list_access_groups, list_members, list_rules
from .member import Member
from .member_access_groups import MemberAccessGroups
from .member_details import MemberDetails

__all__ = [
    "AccessGroup",
    "AccessGroupMembers",
    "AccessGroupMembership",
    "AccessGroupRule",
    "AccessGroupRuleState",
    "AccessGroupState",
    "Condition",
    "Member",
    "MemberAccessGroups",
    "MemberDetails",
    "get_access_group",
    "is_member",
    "list_access_groups",
    "list_members",
    "list_rules",
]
