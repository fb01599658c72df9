"""Objects and members of other people, in each system, which no run may touch. Made before the run begins."""

from __future__ import annotations

from collections.abc import Callable

import raw_appsec
import raw_vault
from raw_britive import britive_environment, britive_group, britive_map, britive_root, britive_tree
from roster_emulator import Running

NAMES = ("Strangers A", "Strangers B", "Strangers C")


def move_in(world: Running, system: str) -> None:
    """Fills a system with what is not ours, beside and inside of what the test has made."""
    _MOVE_IN[system](world)


def _ibm(world: Running) -> None:
    groups = [row["id"] for row in world.dump()["ibm"]["groups"]]
    others = ["IBMid-900000001", "IBMid-900000002", "iam-ServiceId-90000000-stranger"]
    rule = {
        "name": "strangers",
        "expiration": 5,
        "realm_name": "appid://strangers",
        "conditions": [{"claim": "c", "operator": "EQUALS", "value": '"v"'}],
    }
    world.seed(
        ibm={
            "groups": [{"name": name, "members": others, "rules": [rule]} for name in NAMES],
            "members": [{"group_id": group, "iam_id": iam_id} for group in groups for iam_id in others],
        }
    )


def _vault(world: Running) -> None:
    groups = list(raw_vault.named(world).values())
    others = raw_vault.entities(world, 2)
    for group in groups:
        raw_vault.change(world, group, member_entity_ids=others)
    for name in NAMES:
        raw_vault.group(world, name, member_entity_ids=others, policies=["strangers"])


def _appsec(world: Running) -> None:
    for group in raw_appsec.appsec(world, "GET"):
        raw_appsec.change(
            world, group["id"], description="of others", members=[*group["members"], "user-901", "user-902"]
        )
    for name in NAMES:
        raw_appsec.group(world, name, "user-901", "user-902")


def _britive(world: Running) -> None:
    root = britive_root(world)
    for name in NAMES:
        britive_environment(world, britive_group(world, root, name), name)
    _, environments = britive_tree(world)
    for environment in environments:
        britive_map(world, environment["id"], 2803, "user-carol", "user-dave")


_MOVE_IN: dict[str, Callable[[Running], None]] = {
    "ibm": _ibm,
    "vault": _vault,
    "appsec": _appsec,
    "britive": _britive,
}
