"""The life of each kind of AppSec+."""

from __future__ import annotations

from support.appsec_api import change, group, remove
from support.life import Case

CASES = [
    Case(
        "appsec.IdentityGroup",
        inputs=lambda made: {"name": "Security Team"},
        updates=[
            {"description": "Reviews every release"},
            {"members": ["user-102", "anna@example.com", "user-101", "user-102"]},
            {"name": "Security engineers", "members": ["user-101"]},
            {"members": [], "description": ""},
        ],
        drift=lambda world, id, made: change(world, id, description="changed by hand", members=["user-999"]),
        remove=lambda world, id, made: remove(world, id),
    ),
    Case(
        "appsec.GroupMembers",
        prepare=lambda world: (group(world, "", "stranger"), group(world)),
        inputs=lambda made: {"group_id": made[0], "members": ["user-102", "user-101"]},
        updates=[{"members": ["user-101", "anna@example.com"]}, {"members": []}, {"members": ["user-103"]}],
        replaces=[(lambda made: {"group_id": made[1]}, False)],
        drift=lambda world, id, made: change(world, id, members=["stranger"]),
        remove=lambda world, id, made: remove(world, id),
    ),
]
