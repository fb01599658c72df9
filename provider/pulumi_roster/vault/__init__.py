"""Manages identity groups of Vault and OpenBao, and their members.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Peculiarities of this API, and the module that handles each: the call that creates a group also updates a group of the
same name (``identity_group``); Vault replaces a list as a whole and has no compare-and-set
(``identity_group_members``); Vault returns an empty field in three forms (``group_calls``).
"""

from pulumi_roster.vault.identity_group import IdentityGroup
from pulumi_roster.vault.identity_group_members import IdentityGroupMembers
from pulumi_roster.vault.lookups import get_identity_group, list_identity_groups
from pulumi_roster.vault.results import IdentityGroupAliasResult, IdentityGroupResult

__all__ = [
    "IdentityGroup",
    "IdentityGroupAliasResult",
    "IdentityGroupMembers",
    "IdentityGroupResult",
    "get_identity_group",
    "list_identity_groups",
]


def __dir__() -> list[str]:
    return __all__
