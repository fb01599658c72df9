"""Britive environments, environment groups and account mappings: https://docs.britive.com/v1/docs/manage-environments

Oddities of this API, and where each is dealt with: errors are told by a code, not by the status (``connection``);
groups and environments come in one call (``tree``); a new application has no root group (``root``); the document's
mapping call names no user (``account_mapping``).
"""

from pulumi_roster.britive.account_mapping import AccountMapping, AccountMappingState
from pulumi_roster.britive.environment import Environment
from pulumi_roster.britive.environment_group import EnvironmentGroup
from pulumi_roster.britive.lookups import (
    list_accounts,
    list_environment_groups,
    list_environments,
    list_groups,
    list_permissions,
    summarize_environment_groups,
    summarize_environments,
)
from pulumi_roster.britive.relations import (
    list_account_groups,
    list_account_permissions,
    list_group_accounts,
    list_group_permissions,
    list_permission_accounts,
    list_permission_groups,
)
from pulumi_roster.britive.scanned import Account, Group, Link, MappedUser, NativeIds, Permission, Related, Summary
from pulumi_roster.britive.tree import EnvironmentGroupState, EnvironmentState

__all__ = [
    "Account",
    "AccountMapping",
    "AccountMappingState",
    "Environment",
    "EnvironmentGroup",
    "EnvironmentGroupState",
    "EnvironmentState",
    "Group",
    "Link",
    "MappedUser",
    "NativeIds",
    "Permission",
    "Related",
    "Summary",
    "list_account_groups",
    "list_account_permissions",
    "list_accounts",
    "list_environment_groups",
    "list_environments",
    "list_group_accounts",
    "list_group_permissions",
    "list_groups",
    "list_permission_accounts",
    "list_permission_groups",
    "list_permissions",
    "summarize_environment_groups",
    "summarize_environments",
]


def __dir__() -> list[str]:
    return __all__
