"""Models the identity groups of Vault. Policies, metadata and members are links.

A declaration does not manage a list that it leaves out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs
from support import vault_api

GROUP, MEMBERS = "vault.IdentityGroup", "vault.IdentityGroupMembers"

NAMES = ["platform", "Platform", "on call / night", "auditors", "release", "guests", "développeurs"]
NAMES_OF_OTHERS = ["others", "others too", "platform", "guests"]
POLICIES = ["deploy", "Read", "audit"]
METADATA = [{"owner": "platform"}, {"owner": "others", "cost/center": "42"}, {}]
ENTITIES = ["entity-alice", "entity-bob", "entity-carol", "entity-dave"]
SORTS = {"policies": "policy", "member_entity_ids": "entity", "member_group_ids": "group", "metadata": "metadata"}


class Vault(SystemModel):
    """One namespace."""

    system = "vault"
    slots: ClassVar = {**{f"group{n}": GROUP for n in range(4)}, **{f"members{n}": MEMBERS for n in range(3)}}
    not_retried: ClassVar = {500}
    references = ("group_id", "member_group_ids")

    def prepare(self) -> None:
        self.emulator.seed(vault={"entities": [{"name": name} for name in ENTITIES[2:]]})

    def snapshot(self) -> Snapshot:
        stored = self.rows("groups")
        groups = {row["id"]: {"name": row["folded"], "type": row["type"]} for row in stored}
        links = [Link("policy", row["id"], name.lower()) for row in stored for name in json.loads(row["policies"])]
        for row in stored:
            links += [
                Link("metadata", row["id"], f"{key}={value}") for key, value in json.loads(row["metadata"]).items()
            ]
        links += [Link("entity", row["group_id"], row["entity_id"]) for row in self.rows("group_entities")]
        # Vault keeps a link to a deleted parent, which has no effect.
        links += [
            Link("group", row["parent_id"], row["child_id"])
            for row in self.rows("group_parents")
            if row["parent_id"] in groups
        ]
        return Snapshot(groups, tuple(links))

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], now: Snapshot) -> Values | None:
        own: list[str | Ref] = [*refs(program, "group")]
        others = list(now.objects)
        entities = st.none() | st.lists(st.sampled_from(ENTITIES), max_size=3, unique=True)
        if self.slots[slot] == GROUP:
            # A group contains only groups that were declared before it, so that there is no cycle.
            below = [ref for ref in own if isinstance(ref, Ref) and ref.slot < slot] + others
            groups = st.lists(st.sampled_from(below), max_size=2, unique_by=repr) if below else st.just([])
            if draw(st.integers(0, 5)) == 0:
                return {
                    "name": draw(st.sampled_from(NAMES)),
                    "type": "external",
                    "member_entity_ids": None,
                    "member_group_ids": None,
                }
            return {
                "name": draw(st.sampled_from(NAMES)),
                "type": "internal",
                "policies": draw(st.none() | st.lists(st.sampled_from(POLICIES), unique=True)),
                "metadata": draw(st.none() | st.sampled_from(METADATA)),
                "member_entity_ids": draw(entities),
                "member_group_ids": draw(st.none() | groups),
            }
        if not own + others:
            return None
        into = draw(st.sampled_from(own + others))
        below = [ref for ref in own if isinstance(into, Ref) and isinstance(ref, Ref) and ref.slot < into.slot]
        return {
            "group_id": into,
            "member_entity_ids": draw(entities) or [],
            "member_group_ids": draw(st.none() | st.lists(st.sampled_from(below), unique_by=repr)) if below else None,
            "exclusive": draw(st.booleans()),
        }

    def is_consistent(self, program: Sequence[Declaration]) -> bool:
        targets = [one.given["group_id"] for one in program if one.kind == MEMBERS]
        whole = {
            one.slot
            for one in program
            if one.kind == GROUP
            and (
                one.given["type"] == "external"
                or one.given["member_entity_ids"] is not None
                or one.given["member_group_ids"] is not None
            )
        }
        external = {one.slot for one in program if one.kind == GROUP and one.given["type"] == "external"}
        listed = [
            one
            for one in program
            if one.slot in external and any(one.given.get(name) is not None for name in SORTS if "member" in name)
        ]
        late = any(
            isinstance(ref, Ref)
            and isinstance(one.given.get("group_id"), Ref)
            and ref.slot >= one.given["group_id"].slot
            for one in program
            for ref in one.given.get("member_group_ids") or []
        ) or any(isinstance(one.given.get("group_id"), str) and one.given.get("member_group_ids") for one in program)
        return (
            len({repr(target) for target in targets}) == len(targets)
            and not whole & {target.slot for target in targets if isinstance(target, Ref)}
            and not listed
            and not late
        )

    def fields(self, kind: str, values: Values) -> Fields | None:
        return {"name": values["name"].lower(), "type": values["type"]} if kind == GROUP else None

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        holder = id if kind == GROUP else values["group_id"]
        found = set[Link]()
        for name, sort in SORTS.items():
            listed = values.get(name) or []
            if sort == "metadata":
                found |= {Link(sort, holder, f"{key}={value}") for key, value in dict(listed).items()}
            else:
                found |= {Link(sort, holder, one.lower() if sort == "policy" else one) for one in listed}
        return found

    def is_exclusive(self, kind: str, id: str, values: Values, link: Link, now: Snapshot) -> bool:
        if kind == MEMBERS and not values["exclusive"]:
            return False
        return link.holder == (id if kind == GROUP else values["group_id"]) and not self.leaves_alone(
            kind, values, link
        )

    def leaves_alone(self, kind: str, values: Values, link: Link) -> bool:
        return all(values.get(name) is None for name, sort in SORTS.items() if sort == link.sort)

    def key(self, kind: str, values: Values) -> object:
        return values["name"].lower()

    # -- others

    def act_as_others(self, draw: Draw[Any], now: Snapshot) -> None:
        free = sorted({*NAMES_OF_OTHERS} - {fields["name"] for fields in now.objects.values()})
        groups = list(now.objects)
        changes = ["join", "join", "leave", "policy", "edit", "nest", "delete"] if groups else []
        action = draw(st.sampled_from(["create"] * bool(free) + changes))
        if action == "create":
            vault_api.group(self.emulator, draw(st.sampled_from(free)))
            return
        id = draw(st.sampled_from(groups))
        group = vault_api.shown(self.emulator, id)
        members = {*group["member_entity_ids"]}
        if action == "delete":
            vault_api.remove(self.emulator, id)
        elif action == "edit":
            edits: list[dict[str, Any]] = [{"metadata": {"owner": "others"}}, {"metadata": {}}]
            edits += [{"name": "others"}] if "others" in free else []
            vault_api.change(self.emulator, id, **draw(st.sampled_from(edits)))
        elif action == "policy":
            policies = draw(st.sets(st.sampled_from([*POLICIES, "others"])))
            vault_api.change(self.emulator, id, policies=sorted(policies))
        elif group["type"] == "internal" and action in ("join", "leave"):
            entity = {draw(st.sampled_from(ENTITIES))}
            members = members | entity if action == "join" else members - entity
            vault_api.change(self.emulator, id, member_entity_ids=sorted(members))
        elif group["type"] == "internal":
            # Only a group without groups goes into a group that is in no group, so that there is no cycle.
            nested = {link.member for link in now.links if link.sort == "group"}
            holding = {link.holder for link in now.links if link.sort == "group"}
            leaves = [one for one in self.others if one in now.objects and one not in holding and one != id]
            if leaves and id not in nested:
                children = {*group["member_group_ids"], draw(st.sampled_from(leaves))}
                vault_api.change(self.emulator, id, member_group_ids=sorted(children))

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        found = list(others)
        for name, sort in SORTS.items():
            gone = {link.member for link in found if isinstance(link, Link) and link.sort == sort}
            if gone and "member" in name:
                there = {*vault_api.shown(self.emulator, id)[name]}
                vault_api.change(self.emulator, id, **{name: sorted(there - gone)})
