"""Lists the kinds of Britive: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.britive_api import (
    APP,
    britive_change_environment,
    britive_change_group,
    britive_delete_environment,
    britive_delete_group,
    britive_environment,
    britive_group,
    britive_root,
    britive_unmap,
)
from support.cases.case import Case, InProgram, System

TREE = "/api/apps/{app}/root-environment-group"
ENVIRONMENT = "/api/apps/{app}/environments/{environment}"
USERS = f"{ENVIRONMENT}/accounts/{{key}}/users"


def two_groups(server: Any) -> tuple[str, str]:
    root = britive_root(server)
    return britive_group(server, root, "one"), britive_group(server, root, "two")


def two_environments(server: Any) -> tuple[str, str]:
    root = britive_root(server)
    return britive_environment(server, root, "one"), britive_environment(server, root, "two")


CASES = [
    Case(
        "britive.EnvironmentGroup",
        InProgram(
            """
            britive_group = roster.britive.EnvironmentGroup(
                "britive-group",
                application_id="app-demo",
                name="stage",
                description="Before production" if later else "",
                adopt="britive-group" in adopted,
            )
            britive_live = roster.britive.EnvironmentGroup(
                "britive-live",
                application_id="app-demo",
                name="live",
                adopt="britive-live" in adopted,
            )
            """,
            first=["britive group live of app-demo in root: ", "britive group stage of app-demo in root: "],
            later=[
                "britive group live of app-demo in root: ",
                "britive group stage of app-demo in root: Before production",
            ],
            writes={
                "first": {f"POST {TREE}/groups": 3},  # the first group creates the root group too
                "later": {f"PATCH {TREE}/groups/{{group}}": 1},
                "destroy": {"DELETE /api/apps/{app}/environment-groups/{group}": 2},
            },
        ),
        prepare=lambda server: britive_root(server),
        inputs=lambda made: {"application_id": APP, "name": "Platform"},
        updates=[
            {"description": "Of the platform team"},
            {"name": "Platform 2"},
            {"description": "", "name": "Ünïted"},
        ],
        replaces=[
            (lambda made: {"parent_id": "another"}, True),
            (lambda made: {"application_id": "app-other"}, False),
        ],
        drift=lambda server, id, made: britive_change_group(server, id, name="by hand", description="by hand"),
        remove=lambda server, id, made: britive_delete_group(server, id),
    ),
    Case(
        "britive.Environment",
        InProgram(
            """
            britive_environment = roster.britive.Environment(
                "britive-environment",
                application_id="app-demo",
                name="stage-eu",
                description="Europe",
                parent_group_id=britive_live.id if later else britive_group.id,
                adopt="britive-environment" in adopted,
            )
            """,
            first=["britive environment stage-eu of app-demo in stage: Europe"],
            later=["britive environment stage-eu of app-demo in live: Europe"],
            writes={
                "first": {f"POST {TREE}/environments": 1},
                "later": {f"DELETE {ENVIRONMENT}": 1, f"POST {TREE}/environments": 1},
                "destroy": {f"DELETE {ENVIRONMENT}": 1},
            },
        ),
        prepare=two_groups,
        inputs=lambda made: {"application_id": APP, "name": "Production", "parent_group_id": made[0]},
        updates=[{"description": "What customers use"}, {"name": "Live"}, {"name": "live", "description": ""}],
        replaces=[
            (lambda made: {"parent_group_id": made[1]}, True),
            (lambda made: {"application_id": "app-other"}, False),
        ],
        drift=lambda server, id, made: britive_change_environment(server, id, displayName="by hand"),
        remove=lambda server, id, made: britive_delete_environment(server, id),
    ),
    Case(
        "britive.AccountMapping",
        InProgram(
            """
            roster.britive.AccountMapping(
                "britive-mapping",
                application_id="app-demo",
                environment_id=britive_environment.id,
                account_id="2801",
                user_id="user-bob",
            )
            """,
            first=["britive mapping user-bob to 2801 of app-demo in stage-eu"],
            later=["britive mapping user-bob to 2801 of app-demo in stage-eu"],
            writes={
                "first": {f"POST {USERS}": 1},
                "later": {f"DELETE {USERS}/{{user}}": 1, f"POST {USERS}": 1},
                "destroy": {f"DELETE {USERS}/{{user}}": 1},
            },
        ),
        prepare=two_environments,
        inputs=lambda made: {
            "application_id": APP,
            "environment_id": made[0],
            "account_id": "2800",
            "user_id": "user-alice",
        },
        updates=[{"all_environments": True}, {"all_environments": False}, {"force_checkin": True}],
        replaces=[
            (lambda made: {"environment_id": made[1]}, True),
            (lambda made: {"account_id": "2801"}, False),
            (lambda made: {"user_id": "user-bob"}, False),
            (lambda made: {"application_id": "app-other"}, False),
        ],
        remove=lambda server, id, made: britive_unmap(server, made[0], 2800, "user-alice"),
    ),
]

OTHERS: dict[str, Any] = {
    "applications": [
        {
            "appContainerId": "app-theirs",
            "accounts": [{"accountId": 9000, "nativeName": "theirs"}],
            "environmentGroups": [{"id": "their-root", "name": "root"}],
            "environments": [{"id": "their-environment", "name": "theirs", "parentGroupId": "their-root"}],
            "mappings": [{"account": 9000, "user": "user-carol", "environment": "their-environment"}],
        }
    ]
}

ROOT = "britive group root of app-demo in nothing: "
"""The root group of an application belongs to nobody. The first group or environment creates it, and it stays."""


def describe(tables: Mapping[str, Any]) -> list[str]:
    groups, environments = tables["environment_group"], tables["environment"]
    names = {"": "nothing", **{row["id"]: row["name"] for row in (*groups, *environments)}}

    def node(row: Mapping[str, Any], parent: str) -> str:
        return f"{row['name']} of {row['app_id']} in {names[row[parent]]}: {row['description'] or ''}"

    return [
        *(f"britive group {node(row, 'parent_id')}" for row in groups),
        *(f"britive environment {node(row, 'parent_group_id')}" for row in environments),
        *(
            f"britive mapping {row['user_id']} to {row['account_id']} of {row['app_id']}"
            f" in {names.get(row['environment_id'], row['environment_id'])}"
            for row in tables["mapping"]
        ),
    ]


BRITIVE = System(
    CASES,
    OTHERS,
    other_lines=[
        "britive group root of app-theirs in nothing: ",
        "britive environment theirs of app-theirs in root: ",
        "britive mapping user-erin to 2804 of app-demo in nothing",
        "britive mapping user-carol to 9000 of app-theirs in theirs",
    ],
    describe=describe,
)
