"""Adds objects and members of other people to a system. No run may change them."""

from __future__ import annotations

from collections.abc import Callable

from roster_emulator import Running
from support import appsec_api, vault_api
from support.britive_api import britive_environment, britive_group, britive_map, britive_root, britive_tree

NAMES = ("Others A", "Others B", "Others C")


def add_objects_of_others(emulator: Running, system: str) -> None:
    """Add objects beside the existing ones, and members to the existing ones."""
    _ADD[system](emulator)


def _ibm(emulator: Running) -> None:
    groups = [row["id"] for row in emulator.dump()["ibm"]["groups"]]
    members = ["IBMid-900000001", "IBMid-900000002", "iam-ServiceId-90000000-other"]
    rule = {
        "name": "others",
        "expiration": 5,
        "realm_name": "appid://others",
        "conditions": [{"claim": "c", "operator": "EQUALS", "value": '"v"'}],
    }
    emulator.seed(
        ibm={
            "groups": [{"name": name, "members": members, "rules": [rule]} for name in NAMES],
            "members": [{"group_id": group, "iam_id": iam_id} for group in groups for iam_id in members],
        }
    )


def _vault(emulator: Running) -> None:
    groups = list(vault_api.named(emulator).values())
    members = vault_api.entities(emulator, 2)
    for group in groups:
        vault_api.change(emulator, group, member_entity_ids=members)
    for name in NAMES:
        vault_api.group(emulator, name, member_entity_ids=members, policies=["others"])


def _appsec(emulator: Running) -> None:
    for group in appsec_api.appsec(emulator, "GET"):
        members = [*group["members"], "user-901", "user-902"]
        appsec_api.change(emulator, group["id"], description="of others", members=members)
    for name in NAMES:
        appsec_api.group(emulator, name, "user-901", "user-902")


def _britive(emulator: Running) -> None:
    root = britive_root(emulator)
    for name in NAMES:
        britive_environment(emulator, britive_group(emulator, root, name), name)
    _, environments = britive_tree(emulator)
    for environment in environments:
        britive_map(emulator, environment["id"], 2803, "user-carol", "user-dave")


_ADD: dict[str, Callable[[Running], None]] = {"ibm": _ibm, "vault": _vault, "appsec": _appsec, "britive": _britive}
