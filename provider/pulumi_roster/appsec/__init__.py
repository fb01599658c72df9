"""Manages AppSec+ identity groups and their members.

Source: the vendor's page "Identity Groups API"

Peculiarities of this API, and the module that handles each: an update replaces the whole object, and objects have no
revision (``group_calls``); status 409 means that a name is taken (``identity_group``, ``group_calls``).
"""

from pulumi_roster.appsec.identity_group import IdentityGroup
from pulumi_roster.appsec.identity_group_members import IdentityGroupMembers
from pulumi_roster.appsec.lookups import get_identity_group, list_identity_groups
from pulumi_roster.appsec.results import IdentityGroupResult

__all__ = [
    "IdentityGroup",
    "IdentityGroupMembers",
    "IdentityGroupResult",
    "get_identity_group",
    "list_identity_groups",
]


def __dir__() -> list[str]:
    return __all__
