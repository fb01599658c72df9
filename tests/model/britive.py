"""Models Britive's environments and groups as objects, and the mappings of accounts as links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs
from support.britive_api import (
    britive_change_environment,
    britive_change_group,
    britive_delete_environment,
    britive_delete_group,
    britive_environment,
    britive_group,
    britive_map,
    britive_root,
    britive_unmap,
)

GROUP, ENVIRONMENT, MAPPING = "britive.EnvironmentGroup", "britive.Environment", "britive.AccountMapping"

APP = "app-demo"
NAMES = ["dev", "Dev", "production / eu"]
ACCOUNTS, USERS = ["2800", "2801"], ["user-alice", "user-bob"]
ABOVE = {GROUP: "parent_id", ENVIRONMENT: "parent_group_id"}


class Britive(SystemModel):
    """The model of one application. Its first object also creates its root group."""

    system = "britive"
    slots: ClassVar = {
        **{f"group{n}": GROUP for n in range(3)},
        **{f"place{n}": ENVIRONMENT for n in range(2)},
        **{f"use{n}": MAPPING for n in range(2)},
    }
    references = ("parent_id", "parent_group_id", "environment_id")

    def snapshot(self) -> Snapshot:
        objects: dict[str, Fields] = {}
        for table, above, kind in (
            ("environment_group", "parent_id", GROUP),
            ("environment", "parent_group_id", ENVIRONMENT),
        ):
            for row in self.rows(table):
                fields = {
                    "holder": row[above],
                    "kind": kind,
                    "name": row["name"],
                    "description": row["description"] or "",
                }
                objects[row["id"]] = fields
        links = [
            Link("use", row["environment_id"], f"{row['account_id']}/{row['user_id']}")
            for row in self.rows("mapping")
            if not row["automatic"]
        ]
        return Snapshot(objects, tuple(links))

    def is_root(self, fields: Fields) -> bool:
        return not fields["holder"]

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], now: Snapshot) -> Values | None:
        kind = self.slots[slot]
        places: list[str | Ref] = [*refs(program, "place")]
        places += [id for id, fields in now.objects.items() if fields["kind"] == ENVIRONMENT]
        if kind == MAPPING:
            if not places:
                return None
            return {
                "application_id": APP,
                "environment_id": draw(st.sampled_from(places)),
                "account_id": draw(st.sampled_from(ACCOUNTS)),
                "user_id": draw(st.sampled_from(USERS)),
                "force_checkin": draw(st.booleans()),
            }
        above: list[str | Ref | None] = [None]
        # A group is only inside groups that were declared before it.
        above += [ref for ref in refs(program, "group") if ref.slot < slot]
        above += [id for id, fields in now.objects.items() if fields["kind"] == GROUP and fields["holder"]]
        return {
            "application_id": APP,
            "name": draw(st.sampled_from(NAMES)),
            "description": draw(st.sampled_from(["", "Of the platform team"])),
            ABOVE[kind]: draw(st.sampled_from(above)),
        }

    def is_consistent(self, program: Sequence[Declaration]) -> bool:
        uses = [
            repr([one.given[name] for name in ("environment_id", "account_id", "user_id")])
            for one in program
            if one.kind == MAPPING
        ]
        return len({*uses}) == len(uses)

    def fields(self, kind: str, values: Values) -> Fields | None:
        if kind == MAPPING:
            return None
        # Without a parent, a new object goes under the root group, and an existing object stays where it is.
        return {
            "holder": values.get(ABOVE[kind]),
            "kind": kind,
            "name": values["name"],
            "description": values.get("description", ""),
        }

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        if kind != MAPPING:
            return set()
        return {Link("use", values["environment_id"], f"{values['account_id']}/{values['user_id']}")}

    def deletes_content(self, kind: str, outputs: Values) -> bool:
        return kind != GROUP

    def key(self, kind: str, values: Values) -> object:
        holder = values["holder"] if "holder" in values else values.get(ABOVE[kind]) or self._root()
        return (values.get("kind", kind), holder, values["name"])

    def _root(self) -> str:
        return next((id for id, fields in self.snapshot().objects.items() if fields["holder"] == ""), "<root>")

    # -- others

    def act_as_others(self, draw: Draw[Any], now: Snapshot) -> None:
        groups = [id for id, fields in now.objects.items() if fields["kind"] == GROUP]
        environments = [id for id, fields in now.objects.items() if fields["kind"] == ENVIRONMENT]
        if not groups:
            britive_root(self.emulator)
            return
        actions = ["create group", "create environment", "edit group", "delete group"]
        actions += ["map", "map", "delete environment", "edit environment"] if environments else []
        action = draw(st.sampled_from([*actions, *(["unmap"] if now.rows else [])]))
        name, group = draw(st.sampled_from([*NAMES, "others"])), draw(st.sampled_from(groups))
        environment = draw(st.sampled_from(environments or [""]))
        if action == "create group":
            britive_group(self.emulator, group, name, description="others")
        elif action == "create environment":
            britive_environment(self.emulator, group, name, description="others")
        elif action == "map":
            link = Link("use", environment, f"{draw(st.sampled_from(ACCOUNTS))}/{draw(st.sampled_from(USERS))}")
            if link not in now.links:
                britive_map(self.emulator, environment, *link.member.split("/"))
        elif action == "unmap":
            link = draw(st.sampled_from(now.rows))
            britive_unmap(self.emulator, link.holder, *link.member.split("/"))
        elif action == "delete environment":
            britive_delete_environment(self.emulator, environment)
        elif action == "edit environment":
            britive_change_environment(self.emulator, environment, displayName=name)
        elif now.objects[group]["holder"]:  # nobody changes the root group
            if action == "edit group":
                britive_change_group(self.emulator, group, name=name)
            elif not any(fields["holder"] == group for fields in now.objects.values()):
                britive_delete_group(self.emulator, group)

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        for one in others:
            if isinstance(one, str) and now.objects[one]["kind"] == ENVIRONMENT:
                britive_delete_environment(self.emulator, one)
            elif isinstance(one, str):
                self.clear(one, now, [id for id, fields in now.objects.items() if fields["holder"] == one])
                britive_delete_group(self.emulator, one)
