"""Vault and OpenBao identity groups: https://developer.hashicorp.com/vault/api-docs/secret/identity/group

Oddities of this API, and where each is dealt with: creating changes what is there (``identity_group``); an update of
what is absent answers 400, and 500 what is not accepted (``connection``); what is empty reads null (``group``); lists
are written whole, without compare-and-set (``group_members``, ``contention``).
"""

from .connection import SYSTEM as _SYSTEM  # noqa: F401  # registers the system
from .group_members import GroupMembers
from .identity_group import IdentityGroup, IdentityGroupState
from .lookups import get_identity_group, list_identity_groups

__all__ = [
    "GroupMembers",
    "IdentityGroup",
    "IdentityGroupState",
    "get_identity_group",
    "list_identity_groups",
]
