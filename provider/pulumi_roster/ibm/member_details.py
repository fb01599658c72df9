"""A member as a look-up shows it: https://cloud.ibm.com/apidocs/iam-access-groups, "List access group members"."""

from __future__ import annotations

from .member import MemberState

__all__ = ["MemberDetails"]


class MemberDetails(MemberState):
    """One member; ``name``, ``email`` and ``description`` are "" where the service gives none."""

    membership_type: str = "static"
    name: str = ""
    email: str = ""
    description: str = ""
    created_at: str = ""
    created_by_id: str = ""
