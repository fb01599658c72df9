"""Rows of ``cases.py``: the kinds of Britive."""

from __future__ import annotations

from roster_emulator import Running
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
from support.life import Case


def _groups(world: Running) -> tuple[str, str]:
    root = britive_root(world)
    return britive_group(world, root, "one"), britive_group(world, root, "two")


def _environments(world: Running) -> tuple[str, str]:
    root = britive_root(world)
    return britive_environment(world, root, "one"), britive_environment(world, root, "two")


CASES = [
    Case(
        "britive.EnvironmentGroup",
        prepare=lambda world: britive_root(world),
        inputs=lambda made: {"app_id": APP, "name": "Platform"},
        updates=[
            {"description": "Of the platform team"},
            {"name": "Platform 2"},
            {"description": "", "name": "Ünïted"},
        ],
        replaces=[
            (lambda made: {"parent_id": "another"}, True),
            (lambda made: {"app_id": "app-other"}, False),
        ],
        drift=lambda world, id, made: britive_change_group(world, id, name="by hand", description="by hand"),
        remove=lambda world, id, made: britive_delete_group(world, id),
    ),
    Case(
        "britive.Environment",
        prepare=_groups,
        inputs=lambda made: {"app_id": APP, "name": "Production", "parent_group_id": made[0]},
        updates=[{"description": "What customers use"}, {"name": "Live"}, {"name": "live", "description": ""}],
        replaces=[
            (lambda made: {"parent_group_id": made[1]}, True),
            (lambda made: {"app_id": "app-other"}, False),
        ],
        drift=lambda world, id, made: britive_change_environment(world, id, displayName="by hand"),
        remove=lambda world, id, made: britive_delete_environment(world, id),
    ),
    Case(
        "britive.AccountMapping",
        prepare=_environments,
        inputs=lambda made: {"app_id": APP, "environment_id": made[0], "account_id": 2800, "user_id": "user-alice"},
        updates=[{"save_to_all_envs": True}, {"save_to_all_envs": False}, {"force_checkin_paps": True}],
        replaces=[
            (lambda made: {"environment_id": made[1]}, True),
            (lambda made: {"account_id": "2801"}, False),
            (lambda made: {"user_id": "user-bob"}, False),
            (lambda made: {"app_id": "app-other"}, False),
        ],
        remove=lambda world, id, made: britive_unmap(world, made[0], 2800, "user-alice"),
    ),
]
