"""Vault and OpenBao identity groups: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Oddities of this API, and where each is dealt with: creating changes what is there (``identity_group``); an update of
what is absent answers 400, and 500 what is not accepted (``connection``); what is empty reads null (``group``); lists
are written whole, without compare-and-set (``group_members``, ``contention``).
"""

from pulumi_roster.vault.group_members import GroupMembers
from pulumi_roster.vault.identity_group import IdentityGroup, IdentityGroupState
from pulumi_roster.vault.lookups import get_identity_group, list_identity_groups

__all__ = [
    "GroupMembers",
    "IdentityGroup",
    "IdentityGroupState",
    "get_identity_group",
    "list_identity_groups",
]


def __dir__() -> list[str]:
    return __all__
