"""AppSec+ identity groups: the vendor's page "Identity Groups API".

Oddities of this API, and where each is dealt with: an update is the whole object, and there is no revision to name
(``group``, ``contention``); 409 says that a name is taken (``identity_group``, ``group``).
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
