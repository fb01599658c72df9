"""Lists the kinds of Vault: one row each, for the emulator and for a real server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from support.cases.case import Case, InProgram, System
from support.vault_api import change, entities, group, remove

GROUP = "/v1/identity/group/id/{id}"

CASES = [
    Case(
        "vault.IdentityGroup",
        InProgram(
            """
            vault_group = roster.vault.IdentityGroup(
                "vault-group",
                name="operators" if later else "platform",
                policies=["deploy", "read"] if later else ["deploy"],
                metadata={"owner": "platform"},
                member_entity_ids=["entity-alice"],
                adopt="vault-group" in adopted,
            )
            """,
            first=[
                "vault group platform: internal, policies ['deploy'], metadata {'owner': 'platform'}",
                "vault member entity-alice of platform",
            ],
            later=[
                "vault group operators: internal, policies ['deploy', 'read'], metadata {'owner': 'platform'}",
                "vault member entity-alice of operators",
            ],
            writes={
                "first": {"POST /v1/identity/group": 1},
                "later": {f"POST {GROUP}": 1},
                "destroy": {f"DELETE {GROUP}": 1},
            },
        ),
        prepare=lambda server: [*entities(server, 2), group(server), group(server)],
        inputs=lambda made: {"name": "platform", "policies": ["deploy"]},
        updates=[
            {"policies": ["reader", "Auditor", "deploy"]},
            {"metadata": {"owner": "platform", "cost/center": "42"}},
            lambda made: {"member_entity_ids": [made[1], made[0]], "member_group_ids": made[2:]},
            {"name": "Platform Admins / on call", "metadata": {"owner": "böse"}},
            lambda made: {"member_entity_ids": [made[0]], "policies": []},
            {"member_entity_ids": [], "member_group_ids": [], "metadata": {}},
        ],
        replaces=[
            (lambda made: {"type": "external", "member_entity_ids": None, "member_group_ids": None}, True),
            (
                lambda made: {"type": "external", "name": "b", "member_entity_ids": None, "member_group_ids": None},
                False,
            ),
        ],
        drift=lambda server, id, made: change(server, id, policies=["more"], member_entity_ids=made[:2]),
        remove=lambda server, id, made: remove(server, id),
    ),
    Case(
        "vault.IdentityGroupMembers",
        InProgram(
            """
            roster.vault.IdentityGroupMembers(
                "vault-members",
                group_id=vault_shared,
                member_entity_ids=[] if later else ["entity-bob"],
                member_group_ids=[vault_group.id],
                exclusive=False,
            )
            """,
            first=["vault member entity-bob of shared", "vault member platform of shared"],
            later=["vault member operators of shared"],
            writes={
                "first": {f"POST {GROUP}": 2},  # one for each list
                "later": {f"POST {GROUP}": 1},
                "destroy": {f"POST {GROUP}": 1},
            },
            lookup='vault_shared = roster.vault.get_identity_group(name="shared").id',
        ),
        prepare=lambda server: [group(server), group(server), group(server), *entities(server, 3)],
        inputs=lambda made: {"exclusive": False, "group_id": made[0], "member_entity_ids": [made[3]]},
        updates=[
            lambda made: {"member_entity_ids": made[4:]},
            lambda made: {"member_group_ids": [made[2]]},
            {"member_entity_ids": []},
            lambda made: {"member_entity_ids": made[3:5], "exclusive": True},
        ],
        replaces=[(lambda made: {"group_id": made[1]}, False)],
        drift=lambda server, id, made: change(server, id, member_entity_ids=made[4:]),
        remove=lambda server, id, made: remove(server, id),
    ),
]

OTHERS: dict[str, Any] = {"groups": [{"name": "shared", "policies": ["theirs"], "member_entity_ids": ["entity-alice"]}]}


def describe(tables: Mapping[str, Any]) -> list[str]:
    names = {row["id"]: row["name"] for row in tables["groups"]}
    return [
        *(
            f"vault group {row['name']}: {row['type']}, policies {json.loads(row['policies'])},"
            f" metadata {json.loads(row['metadata']) or {}}"
            for row in tables["groups"]
        ),
        *(f"vault member {row['entity_id']} of {names[row['group_id']]}" for row in tables["group_entities"]),
        *(
            # Vault keeps the id of a parent or a child that is gone.
            f"vault member {names.get(row['child_id'], row['child_id'])}"
            f" of {names.get(row['parent_id'], row['parent_id'])}"
            for row in tables["group_parents"]
        ),
    ]


VAULT = System(
    CASES,
    OTHERS,
    other_lines=[
        "vault group shared: internal, policies ['theirs'], metadata {}",
        "vault member entity-alice of shared",
    ],
    describe=describe,
)
