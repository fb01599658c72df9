"""Lists the kinds of IBM Cloud IAM: one row each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.cases.case import Case, InProgram, System
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_group, ibm_remove

ANNA, BERT, CARA = "IBMid-1100000AAA", "IBMid-1100000BBB", "IBMid-1100000CCC"
SERVICE, PROFILE = "iam-ServiceId-11111111-aaaa", "iam-Profile-22222222-bbbb"
REALM = "https://idp.example.com/saml"

MEMBERS = "/v2/groups/{access_group_id}/members"
RULES = "/v2/groups/{access_group_id}/rules"


def two_groups(server: Any) -> tuple[str, str]:
    return ibm_group(server, "one"), ibm_group(server, "two")


CASES = [
    Case(
        "ibm.AccessGroup",
        InProgram(
            """
            ibm_group = roster.ibm.AccessGroup(
                "ibm-group",
                name="operators" if later else "platform",
                description="On call",
                adopt="ibm-group" in adopted,
            )
            """,
            first=["ibm group platform: On call"],
            later=["ibm group operators: On call"],
            writes={
                "first": {"POST /v2/groups": 1},
                "later": {"PATCH /v2/groups/{access_group_id}": 1},
                "destroy": {"DELETE /v2/groups/{access_group_id}": 1},
            },
        ),
        inputs=lambda made: {"name": "platform-admins"},
        updates=[
            {"description": "On call for the platform"},
            {"name": "platform-operators"},
            {"description": "", "name": "Platform"},
            {"force_delete": True},
        ],
        replaces=[(lambda made: {"account_id": "acc-other"}, False)],
        drift=lambda server, id, made: ibm_change(server, f"/groups/{id}", "PATCH", description="changed by hand"),
        remove=lambda server, id, made: ibm(server, "DELETE", f"/groups/{id}"),
    ),
    Case(
        "ibm.AccessGroupMembers",
        InProgram(
            """
            roster.ibm.AccessGroupMembers(
                "ibm-members",
                access_group_id=ibm_group.id,
                members=["IBMid-anna", "IBMid-cara" if later else "IBMid-bert"],
                exclusive=False,
            )
            """,
            first=["ibm member IBMid-anna of platform", "ibm member IBMid-bert of platform"],
            later=["ibm member IBMid-anna of operators", "ibm member IBMid-cara of operators"],
            writes={
                "first": {f"PUT {MEMBERS}": 1},
                "later": {f"PUT {MEMBERS}": 1, f"POST {MEMBERS}/delete": 1},
                "destroy": {f"POST {MEMBERS}/delete": 1},
            },
        ),
        prepare=two_groups,
        inputs=lambda made: {
            "exclusive": False,
            "access_group_id": made[0],
            "members": [BERT, {"iam_id": ANNA, "type": "user"}, SERVICE],
        },
        updates=[{"members": [PROFILE, ANNA]}, {"members": []}, {"members": [CARA, ANNA, CARA]}, {"exclusive": True}],
        replaces=[(lambda made: {"access_group_id": made[1]}, False)],
        drift=lambda server, id, made: ibm_remove(server, id, ANNA),
        remove=lambda server, id, made: ibm(server, "DELETE", f"/groups/{id}?force=true"),
    ),
    Case(
        "ibm.AccessGroupMembership",
        InProgram(
            """
            roster.ibm.AccessGroupMembership(
                "ibm-membership",
                access_group_id=ibm_group.id,
                iam_id="iam-Profile-ops" if later else "iam-Profile-audit",
            )
            """,
            first=["ibm member iam-Profile-audit of platform"],
            later=["ibm member iam-Profile-ops of operators"],
            writes={
                "first": {f"PUT {MEMBERS}": 1},
                "later": {f"PUT {MEMBERS}": 1, f"POST {MEMBERS}/delete": 1},
                "destroy": {f"POST {MEMBERS}/delete": 1},
            },
        ),
        prepare=two_groups,
        inputs=lambda made: {"access_group_id": made[0], "iam_id": ANNA},
        replaces=[
            (lambda made: {"access_group_id": made[1]}, False),
            (lambda made: {"iam_id": BERT}, False),
        ],
        remove=lambda server, id, made: ibm_remove(server, made[0], ANNA),
    ),
    Case(
        "ibm.MemberAccessGroups",
        InProgram(
            """
            roster.ibm.MemberAccessGroups(
                "ibm-groups",
                iam_id="iam-ServiceId-deploy",
                access_group_ids=[ibm_shared] if later else [ibm_group.id, ibm_shared],
                exclusive=False,
            )
            """,
            first=["ibm member iam-ServiceId-deploy of platform", "ibm member iam-ServiceId-deploy of shared"],
            later=["ibm member iam-ServiceId-deploy of shared"],
            writes={
                "first": {"PUT /v2/groups/_allgroups/members/{iam_id}": 1},
                "later": {f"DELETE {MEMBERS}/{{iam_id}}": 1},
                "destroy": {f"DELETE {MEMBERS}/{{iam_id}}": 1, f"POST {MEMBERS}/delete": 1},
            },
            lookup='ibm_shared = roster.ibm.get_access_group(name="shared").id',
        ),
        prepare=lambda server: [ibm_group(server, f"group {number}") for number in range(4)],
        inputs=lambda made: {"exclusive": False, "iam_id": ANNA, "access_group_ids": [made[1], made[0]]},
        updates=[
            lambda made: {"access_group_ids": made[1:]},
            lambda made: {"access_group_ids": []},
            lambda made: {"access_group_ids": made[:3], "exclusive": True},
        ],
        replaces=[(lambda made: {"iam_id": BERT}, False), (lambda made: {"account_id": "acc-other"}, False)],
        drift=lambda server, id, made: ibm_add(server, made[3], ANNA),
    ),
    Case(
        "ibm.AccessGroupRule",
        InProgram(
            """
            roster.ibm.AccessGroupRule(
                "ibm-rule",
                access_group_id=ibm_group.id,
                name="sso",
                expiration=8 if later else 12,
                realm_name="https://idp.example.com/saml",
                conditions=[roster.ibm.Condition(claim="groups", operator="CONTAINS", value="platform")],
                adopt="ibm-rule" in adopted,
            )
            """,
            first=["ibm rule sso of platform: 12 h, https://idp.example.com/saml, groups CONTAINS platform"],
            later=["ibm rule sso of operators: 8 h, https://idp.example.com/saml, groups CONTAINS platform"],
            writes={
                "first": {f"POST {RULES}": 1},
                "later": {f"PUT {RULES}/{{rule_id}}": 1},
                "destroy": {f"DELETE {RULES}/{{rule_id}}": 1},
            },
        ),
        prepare=two_groups,
        inputs=lambda made: {
            "access_group_id": made[0],
            "name": "sso",
            "expiration": 12,
            "realm_name": REALM,
            "conditions": [{"claim": "groups", "operator": "CONTAINS", "value": "platform"}],
        },
        updates=[
            {"expiration": 24},
            {"name": "single sign-on", "realm_name": "appid://one"},
            {
                "conditions": [
                    {"claim": "level", "operator": "EQUALS", "value": 1},
                    {"claim": "active", "operator": "NOT_EQUALS", "value": True},
                    {"claim": "team", "operator": "IN", "value": ["b", "a", 3]},
                ]
            },
            {"conditions": [{"claim": "level", "operator": "EQUALS", "value": True}]},
            {"name": ""},
        ],
        replaces=[(lambda made: {"access_group_id": made[1]}, False)],
        drift=lambda server, id, made: ibm_change(server, f"/groups/{made[0]}/rules/{id}", "PUT", expiration=3),
        remove=lambda server, id, made: ibm(server, "DELETE", f"/groups/{made[0]}/rules/{id}"),
    ),
]

OTHERS: dict[str, Any] = {
    "groups": [
        {
            "name": "shared",
            "description": "Owned by others",
            "members": ["IBMid-other"],
            "rules": [
                {
                    "name": "theirs",
                    "expiration": 1,
                    "realm_name": "https://idp.example.org/saml",
                    "conditions": [{"claim": "team", "operator": "EQUALS", "value": '"theirs"'}],
                }
            ],
        }
    ]
}


def describe(tables: Mapping[str, Any]) -> list[str]:
    names = {row["id"]: row["name"] for row in tables["groups"]}

    def conditions(text: str) -> str:
        return " and ".join(f"{row['claim']} {row['operator']} {json.loads(row['value'])}" for row in json.loads(text))

    return [
        *(f"ibm group {row['name']}: {row['description']}" for row in tables["groups"]),
        *(f"ibm member {row['iam_id']} of {names[row['group_id']]}" for row in tables["members"]),
        *(
            f"ibm rule {row['name']} of {names[row['group_id']]}: {row['expiration']} h, {row['realm_name']},"
            f" {conditions(row['conditions'])}"
            for row in tables["rules"]
        ),
    ]


IBM = System(
    CASES,
    OTHERS,
    other_lines=[
        "ibm group shared: Owned by others",
        "ibm member IBMid-other of shared",
        "ibm rule theirs of shared: 1 h, https://idp.example.org/saml, team EQUALS theirs",
    ],
    describe=describe,
)
