"""Every kind's life, as a table. A new kind costs a row here."""

from __future__ import annotations

from support.cases.appsec import CASES as APPSEC
from support.cases.britive import CASES as BRITIVE
from support.cases.vault import CASES as VAULT
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_group, ibm_remove
from support.life import Case

ANNA, BERT, CARA = "IBMid-1100000AAA", "IBMid-1100000BBB", "IBMid-1100000CCC"
ROBOT, PROFILE = "iam-ServiceId-11111111-aaaa", "iam-Profile-22222222-bbbb"


CASES = [
    Case(
        "ibm.AccessGroup",
        inputs=lambda made: {"name": "platform-admins"},
        updates=[
            {"description": "On call for the platform"},
            {"name": "platform-operators"},
            {"description": "", "name": "Platform"},
            {"force_delete": True},
        ],
        replaces=[(lambda made: {"account_id": "acc-other"}, False)],
        drift=lambda world, id, made: ibm_change(world, f"/groups/{id}", "PATCH", description="changed by hand"),
        remove=lambda world, id, made: ibm(world, "DELETE", f"/groups/{id}"),
    ),
    Case(
        "ibm.AccessGroupMembers",
        prepare=lambda world: (ibm_group(world, "one"), ibm_group(world, "two")),
        inputs=lambda made: {"access_group_id": made[0], "members": [BERT, {"iam_id": ANNA, "type": "user"}, ROBOT]},
        updates=[{"members": [PROFILE, ANNA]}, {"members": []}, {"members": [CARA, ANNA, CARA]}, {"exclusive": True}],
        replaces=[(lambda made: {"access_group_id": made[1]}, False)],
        drift=lambda world, id, made: ibm_remove(world, id, ANNA),
        remove=lambda world, id, made: ibm(world, "DELETE", f"/groups/{id}?force=true"),
    ),
    Case(
        "ibm.AccessGroupMembership",
        prepare=lambda world: (ibm_group(world, "one"), ibm_group(world, "two")),
        inputs=lambda made: {"access_group_id": made[0], "iam_id": ANNA},
        replaces=[
            (lambda made: {"access_group_id": made[1]}, False),
            (lambda made: {"iam_id": BERT}, False),
        ],
        remove=lambda world, id, made: ibm_remove(world, made[0], ANNA),
    ),
    Case(
        "ibm.MemberAccessGroups",
        prepare=lambda world: [ibm_group(world, f"group {number}") for number in range(4)],
        inputs=lambda made: {"iam_id": ANNA, "access_group_ids": [made[1], made[0]]},
        updates=[
            lambda made: {"access_group_ids": made[1:]},
            lambda made: {"access_group_ids": []},
            lambda made: {"access_group_ids": made[:3], "exclusive": True},
        ],
        replaces=[(lambda made: {"iam_id": BERT}, False), (lambda made: {"account_id": "acc-other"}, False)],
        drift=lambda world, id, made: ibm_add(world, made[3], ANNA),
    ),
    Case(
        "ibm.AccessGroupRule",
        prepare=lambda world: (ibm_group(world, "one"), ibm_group(world, "two")),
        inputs=lambda made: {
            "access_group_id": made[0],
            "name": "sso",
            "expiration": 12,
            "realm_name": "https://idp.example.com/saml",
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
        drift=lambda world, id, made: ibm_change(world, f"/groups/{made[0]}/rules/{id}", "PUT", expiration=3),
        remove=lambda world, id, made: ibm(world, "DELETE", f"/groups/{made[0]}/rules/{id}"),
    ),
    *APPSEC,
    *BRITIVE,
    *VAULT,
]
