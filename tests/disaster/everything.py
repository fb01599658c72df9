"""A program that declares every kind, what was there before it, and what there must be after it.

It has two stages: ``first`` makes everything, ``later`` changes everything (and replaces what can be replaced).
"""

from __future__ import annotations

import json
from typing import Any

# Written into a project as it is. DISASTER_ADOPT names the resources that take over what a killed run has left.
PROGRAM = """
import os

later = os.environ["DISASTER_STAGE"] == "later"
adopted = os.environ["DISASTER_ADOPT"].split()

shared_ibm = roster.ibm.get_access_group(name="shared").id
shared_vault = roster.vault.get_identity_group(name="shared").id
shared_appsec = roster.appsec.get_identity_group(name="shared").id

group = roster.ibm.AccessGroup(
    "ibm-group",
    name="operators" if later else "platform",
    description="On call",
    adopt="ibm-group" in adopted,
)
roster.ibm.AccessGroupMembers(
    "ibm-members",
    access_group_id=group.id,
    members=["IBMid-anna", "IBMid-cara" if later else "IBMid-bert"],
)
roster.ibm.AccessGroupMembership(
    "ibm-membership",
    access_group_id=group.id,
    iam_id="iam-Profile-ops" if later else "iam-Profile-audit",
)
roster.ibm.MemberAccessGroups(
    "ibm-groups",
    iam_id="iam-ServiceId-deploy",
    access_group_ids=[shared_ibm] if later else [group.id, shared_ibm],
)
roster.ibm.AccessGroupRule(
    "ibm-rule",
    access_group_id=group.id,
    name="sso",
    expiration=8 if later else 12,
    realm_name="https://idp.example.com/saml",
    conditions=[roster.ibm.Condition(claim="groups", operator="CONTAINS", value="platform")],
    adopt="ibm-rule" in adopted,
)

vault_group = roster.vault.IdentityGroup(
    "vault-group",
    name="operators" if later else "platform",
    policies=["deploy", "read"] if later else ["deploy"],
    metadata={"owner": "platform"},
    member_entity_ids=["entity-alice"],
    adopt="vault-group" in adopted,
)
roster.vault.GroupMembers(
    "vault-members",
    group_id=shared_vault,
    member_entity_ids=[] if later else ["entity-bob"],
    member_group_ids=[vault_group.id],
)

roster.appsec.IdentityGroup(
    "appsec-group",
    name="operators" if later else "platform",
    description="On call",
    members=["anna@example.com", "cara@example.com" if later else "bert@example.com"],
    adopt="appsec-group" in adopted,
)
roster.appsec.GroupMembers(
    "appsec-members",
    group_id=shared_appsec,
    members=["cara@example.com" if later else "bert@example.com"],
)

stage = roster.britive.EnvironmentGroup(
    "britive-group",
    app_id="app-demo",
    name="stage",
    description="Before production" if later else "",
    adopt="britive-group" in adopted,
)
live = roster.britive.EnvironmentGroup(
    "britive-live",
    app_id="app-demo",
    name="live",
    adopt="britive-live" in adopted,
)
environment = roster.britive.Environment(
    "britive-environment",
    app_id="app-demo",
    name="stage-eu",
    description="Europe",
    parent_group_id=live.id if later else stage.id,
    adopt="britive-environment" in adopted,
)
roster.britive.AccountMapping(
    "britive-mapping",
    app_id="app-demo",
    environment_id=environment.id,
    account_id=2801,
    user_id="user-bob",
)
"""

SOMEBODY_ELSES: dict[str, Any] = {
    "ibm": {
        "groups": [
            {
                "name": "shared",
                "description": "Somebody else's",
                "members": ["IBMid-stranger"],
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
    },
    "vault": {"groups": [{"name": "shared", "policies": ["theirs"], "member_entity_ids": ["entity-alice"]}]},
    "appsec": {"groups": [{"name": "shared", "description": "Theirs", "members": ["stranger@example.com"]}]},
    "britive": {
        "applications": [
            {
                "appContainerId": "app-theirs",
                "accounts": [{"accountId": 9000, "nativeName": "stranger"}],
                "environmentGroups": [{"id": "their-root", "name": "root"}],
                "environments": [{"id": "their-environment", "name": "theirs", "parentGroupId": "their-root"}],
                "mappings": [{"account": 9000, "user": "user-carol", "environment": "their-environment"}],
            }
        ]
    },
}
"""Seeded before the first run. What is ours is written beside and into it, nothing of it may change."""

Rows = list[tuple[Any, ...]]
World = dict[str, Rows]

_THEIR_RULE = ("shared", "theirs", 1, "https://idp.example.org/saml", "team EQUALS theirs")

BEFORE: World = {
    "ibm groups": [("shared", "Somebody else's")],
    "ibm members": [("shared", "IBMid-stranger")],
    "ibm rules": [_THEIR_RULE],
    "vault groups": [("shared", "internal", ["theirs"], {})],
    "vault members": [("shared", "entity-alice")],
    "appsec groups": [("shared", "Theirs", ["stranger@example.com"])],
    "britive groups": [("app-theirs", "root", "", "")],
    "britive environments": [("app-theirs", "theirs", "", "root")],
    "britive mappings": [("app-demo", "", 2804, "user-erin"), ("app-theirs", "theirs", 9000, "user-carol")],
}

# The root group of an application is nobody's: it is made when the first environment needs it, and stays.
AFTERWARDS: World = {
    **BEFORE,
    "britive groups": [("app-demo", "root", "", ""), *BEFORE["britive groups"]],
}

FIRST: World = {
    "ibm groups": [("platform", "On call"), *BEFORE["ibm groups"]],
    "ibm members": [
        ("platform", "IBMid-anna"),
        ("platform", "IBMid-bert"),
        ("platform", "iam-Profile-audit"),
        ("platform", "iam-ServiceId-deploy"),
        ("shared", "IBMid-stranger"),
        ("shared", "iam-ServiceId-deploy"),
    ],
    "ibm rules": [
        ("platform", "sso", 12, "https://idp.example.com/saml", "groups CONTAINS platform"),
        *BEFORE["ibm rules"],
    ],
    "vault groups": [("platform", "internal", ["deploy"], {"owner": "platform"}), *BEFORE["vault groups"]],
    "vault members": [
        ("platform", "entity-alice"),
        ("shared", "entity-alice"),
        ("shared", "entity-bob"),
        ("shared", "platform"),
    ],
    "appsec groups": [
        ("platform", "On call", ["anna@example.com", "bert@example.com"]),
        ("shared", "Theirs", ["bert@example.com", "stranger@example.com"]),
    ],
    "britive groups": [
        ("app-demo", "live", "", "root"),
        ("app-demo", "root", "", ""),
        ("app-demo", "stage", "", "root"),
        *BEFORE["britive groups"],
    ],
    "britive environments": [("app-demo", "stage-eu", "Europe", "stage"), *BEFORE["britive environments"]],
    "britive mappings": [
        ("app-demo", "", 2804, "user-erin"),
        ("app-demo", "stage-eu", 2801, "user-bob"),
        ("app-theirs", "theirs", 9000, "user-carol"),
    ],
}

LATER: World = {
    "ibm groups": [("operators", "On call"), *BEFORE["ibm groups"]],
    "ibm members": [
        ("operators", "IBMid-anna"),
        ("operators", "IBMid-cara"),
        ("operators", "iam-Profile-ops"),
        ("shared", "IBMid-stranger"),
        ("shared", "iam-ServiceId-deploy"),
    ],
    "ibm rules": [
        ("operators", "sso", 8, "https://idp.example.com/saml", "groups CONTAINS platform"),
        *BEFORE["ibm rules"],
    ],
    "vault groups": [("operators", "internal", ["deploy", "read"], {"owner": "platform"}), *BEFORE["vault groups"]],
    "vault members": [("operators", "entity-alice"), ("shared", "entity-alice"), ("shared", "operators")],
    "appsec groups": [
        ("operators", "On call", ["anna@example.com", "cara@example.com"]),
        ("shared", "Theirs", ["cara@example.com", "stranger@example.com"]),
    ],
    "britive groups": [
        ("app-demo", "live", "", "root"),
        ("app-demo", "root", "", ""),
        ("app-demo", "stage", "Before production", "root"),
        *BEFORE["britive groups"],
    ],
    "britive environments": [("app-demo", "stage-eu", "Europe", "live"), *BEFORE["britive environments"]],
    "britive mappings": FIRST["britive mappings"],
}

DECLARED = {"first": FIRST, "later": LATER}


def world(dump: dict[str, Any]) -> World:
    """Everything that an emulator holds in groups and environments, as people name it: no ids, no times."""
    ibm, vault, appsec, britive = (dump[name] for name in ("ibm", "vault", "appsec", "britive"))
    access = {row["id"]: row["name"] for row in ibm["groups"]}
    identity = {row["id"]: row["name"] for row in vault["groups"]}
    nodes = {row["id"]: row["name"] for row in (*britive["environment_group"], *britive["environment"])}
    found: World = {
        "ibm groups": [(row["name"], row["description"]) for row in ibm["groups"]],
        "ibm members": [(access[row["group_id"]], row["iam_id"]) for row in ibm["members"]],
        "ibm rules": [
            (access[row["group_id"]], row["name"], row["expiration"], row["realm_name"], _conditions(row["conditions"]))
            for row in ibm["rules"]
        ],
        "vault groups": [
            (row["name"], row["type"], json.loads(row["policies"]), json.loads(row["metadata"]) or {})
            for row in vault["groups"]
        ],
        "vault members": [
            *((identity[row["group_id"]], row["entity_id"]) for row in vault["group_entities"]),
            # A parent or child that is gone keeps its id here.
            *(
                (identity.get(row["parent_id"], row["parent_id"]), identity.get(row["child_id"], row["child_id"]))
                for row in vault["group_parents"]
            ),
        ],
        "appsec groups": [
            (row["name"], row["description"], sorted(json.loads(row["members"]))) for row in appsec["groups"]
        ],
        "britive groups": [
            (row["app_id"], row["name"], row["description"] or "", nodes.get(row["parent_id"], row["parent_id"]))
            for row in britive["environment_group"]
        ],
        "britive environments": [
            (row["app_id"], row["name"], row["description"] or "", nodes[row["parent_group_id"]])
            for row in britive["environment"]
        ],
        "britive mappings": [
            (row["app_id"], nodes.get(row["environment_id"], row["environment_id"]), row["account_id"], row["user_id"])
            for row in britive["mapping"]
        ],
    }
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def _conditions(text: str) -> str:
    return " and ".join(f"{row['claim']} {row['operator']} {json.loads(row['value'])}" for row in json.loads(text))
