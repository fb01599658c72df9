"""Objects and members of other people, in each system, which no run may touch. Made before the run begins."""

from __future__ import annotations

from collections.abc import Callable

from roster_emulator import Running
from support import appsec_api, vault_api
from support.britive_api import britive_environment, britive_group, britive_map, britive_root, britive_tree

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
    groups = list(vault_api.named(world).values())
    others = vault_api.entities(world, 2)
    for group in groups:
        vault_api.change(world, group, member_entity_ids=others)
    for name in NAMES:
        vault_api.group(world, name, member_entity_ids=others, policies=["strangers"])


def _appsec(world: Running) -> None:
    for group in appsec_api.appsec(world, "GET"):
        appsec_api.change(
            world, group["id"], description="of others", members=[*group["members"], "user-901", "user-902"]
        )
    for name in NAMES:
        appsec_api.group(world, name, "user-901", "user-902")


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
