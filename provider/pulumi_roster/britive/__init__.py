"""Manages Britive environments, environment groups and account mappings.

Source: https://docs.britive.com/v1/docs/manage-environments

Peculiarities of this API, and the module that handles each: the code in the body identifies an error;
the status does not (``connection``); one call lists groups and environments (``application``); a new application has no
root group (``root_group``); the documented mapping call names no user (``account_mapping``).
"""

from pulumi_roster.britive.account_mapping import AccountMapping
from pulumi_roster.britive.environment import Environment
from pulumi_roster.britive.environment_group import EnvironmentGroup
from pulumi_roster.britive.link_lookups import (
    list_account_groups,
    list_account_permissions,
    list_group_accounts,
    list_group_permissions,
    list_permission_accounts,
    list_permission_groups,
)
from pulumi_roster.britive.lookups import (
    list_accounts,
    list_environment_group_summaries,
    list_environment_groups,
    list_environment_summaries,
    list_environments,
    list_groups,
    list_permissions,
)
from pulumi_roster.britive.results import EnvironmentGroupResult, EnvironmentResult, EnvironmentSummary
from pulumi_roster.britive.scan_results import (
    MappedUser,
    ScannedAccount,
    ScannedGroup,
    ScannedLink,
    ScannedNativeIds,
    ScannedPermission,
    ScannedReference,
)

__all__ = [
    "AccountMapping",
    "Environment",
    "EnvironmentGroup",
    "EnvironmentGroupResult",
    "EnvironmentResult",
    "EnvironmentSummary",
    "MappedUser",
    "ScannedAccount",
    "ScannedGroup",
    "ScannedLink",
    "ScannedNativeIds",
    "ScannedPermission",
    "ScannedReference",
    "list_account_groups",
    "list_account_permissions",
    "list_accounts",
    "list_environment_group_summaries",
    "list_environment_groups",
    "list_environment_summaries",
    "list_environments",
    "list_group_accounts",
    "list_group_permissions",
    "list_groups",
    "list_permission_accounts",
    "list_permission_groups",
    "list_permissions",
]


def __dir__() -> list[str]:
    return __all__
