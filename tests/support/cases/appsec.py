"""Lists the kinds of AppSec+: one row each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.appsec_api import change, group, remove
from support.cases.case import Case, InProgram, System

CASES = [
    Case(
        "appsec.IdentityGroup",
        InProgram(
            """
            roster.appsec.IdentityGroup(
                "appsec-group",
                name="operators" if later else "platform",
                description="On call",
                members=["anna@example.com", "cara@example.com" if later else "bert@example.com"],
                adopt="appsec-group" in adopted,
            )
            """,
            first=[
                "appsec group platform: On call",
                "appsec member anna@example.com of platform",
                "appsec member bert@example.com of platform",
            ],
            later=[
                "appsec group operators: On call",
                "appsec member anna@example.com of operators",
                "appsec member cara@example.com of operators",
            ],
            writes={
                "first": {"POST /identity-groups": 1},
                "later": {"PUT /identity-groups/{id}": 1},
                "destroy": {"DELETE /identity-groups/{id}": 1},
            },
        ),
        inputs=lambda made: {"name": "Security Team"},
        updates=[
            {"description": "Reviews every release"},
            {"members": ["user-102", "anna@example.com", "user-101", "user-102"]},
            {"name": "Security engineers", "members": ["user-101"]},
            {"members": [], "description": ""},
        ],
        drift=lambda server, id, made: change(server, id, description="changed by hand", members=["user-999"]),
        remove=lambda server, id, made: remove(server, id),
    ),
    Case(
        "appsec.IdentityGroupMembers",
        InProgram(
            """
            roster.appsec.IdentityGroupMembers(
                "appsec-members",
                group_id=appsec_shared,
                members=["cara@example.com" if later else "bert@example.com"],
                exclusive=False,
            )
            """,
            first=["appsec member bert@example.com of shared"],
            later=["appsec member cara@example.com of shared"],
            writes={stage: {"PUT /identity-groups/{id}": 1} for stage in ("first", "later", "destroy")},
            lookup='appsec_shared = roster.appsec.get_identity_group(name="shared").id',
        ),
        prepare=lambda server: (group(server, "", "unmanaged"), group(server)),
        inputs=lambda made: {"exclusive": False, "group_id": made[0], "members": ["user-102", "user-101"]},
        updates=[{"members": ["user-101", "anna@example.com"]}, {"members": []}, {"members": ["user-103"]}],
        replaces=[(lambda made: {"group_id": made[1]}, False)],
        drift=lambda server, id, made: change(server, id, members=["unmanaged"]),
        remove=lambda server, id, made: remove(server, id),
    ),
]

OTHERS: dict[str, Any] = {"groups": [{"name": "shared", "description": "Theirs", "members": ["other@example.com"]}]}


def describe(tables: Mapping[str, Any]) -> list[str]:
    rows = tables["groups"]
    return [
        *(f"appsec group {row['name']}: {row['description']}" for row in rows),
        *(f"appsec member {member} of {row['name']}" for row in rows for member in json.loads(row["members"])),
    ]


APPSEC = System(
    CASES,
    OTHERS,
    other_lines=["appsec group shared: Theirs", "appsec member other@example.com of shared"],
    describe=describe,
)
