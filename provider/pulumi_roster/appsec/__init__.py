"""AppSec+ identity groups: the vendor's page "Identity Groups API".

Oddities of this API, and where each is dealt with: an update is the whole object, and there is no revision to name
(``group``, ``contention``); 409 says that a name is taken (``identity_group``, ``group``).
"""

from pulumi_roster.appsec.group_members import GroupMembers
from pulumi_roster.appsec.identity_group import IdentityGroup, IdentityGroupState
from pulumi_roster.appsec.lookups import get_identity_group, list_identity_groups

__all__ = [
    "GroupMembers",
    "IdentityGroup",
    "IdentityGroupState",
    "get_identity_group",
    "list_identity_groups",
]


def __dir__() -> list[str]:
    return __all__
