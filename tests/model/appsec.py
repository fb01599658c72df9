"""Models the identity groups of AppSec+. Members are links; a declaration without members does not manage them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs

GROUP, MEMBERS = "appsec.IdentityGroup", "appsec.GroupMembers"

NAMES = ["security", "Security", "release / night", "reviewers", "owners"]
THEIRS = ["others", "others too", "security", "owners"]
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
        groups = list(now.objects)
        action = draw(st.sampled_from(["make", *(["join", "join", "leave", "edit", "remove"] if groups else [])]))
        if action == "make":
            self._ask("POST", "", {"name": draw(st.sampled_from(THEIRS))})
            return
        id = draw(st.sampled_from(groups))
        if action == "remove":
            self._ask("DELETE", f"/{id}")
            return
        read = self._ask("GET", f"/{id}")
        whole = {name: read[name] for name in ("name", "description", "members")}
        one = draw(st.sampled_from([*PEOPLE, "other"]))
        if action == "join":
            whole["members"] = sorted({*whole["members"], one})
        elif action == "leave":
            whole["members"] = sorted({*whole["members"]} - {one})
        else:
            whole.update(draw(st.sampled_from([{"name": "others"}, {"description": "edited"}])))
        self._ask("PUT", f"/{id}", whole)

    def _ask(self, method: str, path: str, json: Any = None) -> Any:
        headers = {"Authorization": "Bearer roster-dev"}
        reply = self.client.request(method, f"/identity-groups{path}", json=json, headers=headers)
        # If the name is taken, nothing happens.
        assert reply.status_code < 300 or reply.status_code == 409, reply.text
        return reply.json() if reply.content else None

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        raise AssertionError("nothing hinders the deletion of a group")
