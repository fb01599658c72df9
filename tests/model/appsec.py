"""Models the identity groups of AppSec+. Members are links; a declaration without members does not manage them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs
from support import appsec_api

GROUP, MEMBERS = "appsec.IdentityGroup", "appsec.IdentityGroupMembers"

NAMES = ["security", "Security", "release / night", "reviewers", "owners"]
NAMES_OF_OTHERS = ["others", "others too", "security", "owners"]
PEOPLE = ["user-101", "anna@example.com", "4d1c", "svc:deploy"]


class AppSec(SystemModel):
    """The model of one tenant."""

    system = "appsec"
    slots: ClassVar = {**{f"group{n}": GROUP for n in range(3)}, **{f"members{n}": MEMBERS for n in range(3)}}
    references = ("group_id",)

    def snapshot(self) -> Snapshot:
        rows = self.rows("groups")
        groups = {row["id"]: {name: row[name] for name in ("name", "description")} for row in rows}
        return Snapshot(
            groups, tuple(Link("member", row["id"], member) for row in rows for member in json.loads(row["members"]))
        )

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], now: Snapshot) -> Values | None:
        people = st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True)
        if self.slots[slot] == GROUP:
            return {
                "name": draw(st.sampled_from(NAMES)),
                "description": draw(st.sampled_from(["", "Reviews", "Ünïcode"])),
                "members": draw(st.none() | people),
            }
        groups: list[str | Ref] = [*refs(program, "group"), *now.objects]
        if not groups:
            return None
        return {
            "group_id": draw(st.sampled_from(groups)),
            "members": draw(people),
            "exclusive": draw(st.booleans()),
        }

    def is_consistent(self, program: Sequence[Declaration]) -> bool:
        targets = [repr(one.given["group_id"]) for one in program if one.kind == MEMBERS]
        whole = {repr(Ref(one.slot)) for one in program if one.kind == GROUP and one.given["members"] is not None}
        return len({*targets}) == len(targets) and not whole & {*targets}

    def fields(self, kind: str, values: Values) -> Fields | None:
        return {name: values[name] for name in ("name", "description")} if kind == GROUP else None

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        holder = id if kind == GROUP else values["group_id"]
        return {Link("member", holder, member) for member in values.get("members") or []}

    def is_exclusive(self, kind: str, id: str, values: Values, link: Link, now: Snapshot) -> bool:
        if kind == MEMBERS:
            return bool(values["exclusive"]) and link.holder == values["group_id"]
        return link.holder == id and not self.leaves_alone(kind, values, link)

    def leaves_alone(self, kind: str, values: Values, link: Link) -> bool:
        return values.get("members") is None

    def key(self, kind: str, values: Values) -> object:
        return values["name"]

    # -- others

    def act_as_others(self, draw: Draw[Any], now: Snapshot) -> None:
        free = sorted({*NAMES_OF_OTHERS} - {fields["name"] for fields in now.objects.values()})
        groups = list(now.objects)
        actions = ["create"] * bool(free) + (["join", "join", "leave", "edit", "delete"] if groups else [])
        action = draw(st.sampled_from(actions))
        if action == "create":
            appsec_api.group(self.emulator, draw(st.sampled_from(free)))
            return
        id = draw(st.sampled_from(groups))
        members = {*appsec_api.shown(self.emulator, id)["members"]}
        member = draw(st.sampled_from([*PEOPLE, "other"]))
        if action == "delete":
            appsec_api.remove(self.emulator, id)
        elif action == "join":
            appsec_api.change(self.emulator, id, members=sorted(members | {member}))
        elif action == "leave":
            appsec_api.change(self.emulator, id, members=sorted(members - {member}))
        else:
            renames = [{"name": "others"}] if "others" in free else []
            appsec_api.change(self.emulator, id, **draw(st.sampled_from([*renames, {"description": "edited"}])))

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        raise AssertionError("nothing blocks the deletion of a group")
