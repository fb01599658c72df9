"""The life of each kind of Vault, at the emulator and at a real server."""

from __future__ import annotations

from support.life import Case
from support.vault_api import change, entities, group, remove

CASES = [
    Case(
        "vault.IdentityGroup",
        prepare=lambda world: [*entities(world, 2), group(world), group(world)],
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
        drift=lambda world, id, made: change(world, id, policies=["more"], member_entity_ids=made[:2]),
        remove=lambda world, id, made: remove(world, id),
    ),
    Case(
        "vault.GroupMembers",
        prepare=lambda world: [group(world), group(world), group(world), *entities(world, 3)],
        inputs=lambda made: {"group_id": made[0], "member_entity_ids": [made[3]]},
        updates=[
            lambda made: {"member_entity_ids": made[4:]},
            lambda made: {"member_group_ids": [made[2]]},
            {"member_entity_ids": []},
            lambda made: {"member_entity_ids": made[3:5], "exclusive": True},
        ],
        replaces=[(lambda made: {"group_id": made[1]}, False)],
        drift=lambda world, id, made: change(world, id, member_entity_ids=made[4:]),
        remove=lambda world, id, made: remove(world, id),
    ),
]
