"""Models Britive's environments and groups as objects, and the mappings of accounts as links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs

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
                "app_id": APP,
                "environment_id": draw(st.sampled_from(places)),
                "account_id": draw(st.sampled_from(ACCOUNTS)),
                "user_id": draw(st.sampled_from(USERS)),
                "force_checkin_paps": draw(st.booleans()),
            }
        above: list[str | Ref | None] = [None]
        # A group is only inside groups that were declared before it.
        above += [ref for ref in refs(program, "group") if ref.slot < slot]
        above += [id for id, fields in now.objects.items() if fields["kind"] == GROUP and fields["holder"]]
        return {
            "app_id": APP,
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
        places = [id for id, fields in now.objects.items() if fields["kind"] == ENVIRONMENT]
        if not groups:
            self._ask("POST", "root-environment-group/groups", {"name": "root", "parentId": ""})
            return
        actions = ["group", "place", *(["map", "map", "close", "edit place"] if places else [])]
        action = draw(st.sampled_from([*actions, *(["unmap"] if now.rows else []), "edit group", "remove group"]))
        name = draw(st.sampled_from([*NAMES, "others"]))
        if action == "group":
            body = {"name": name, "description": "others", "parentId": draw(st.sampled_from(groups))}
            self._ask("POST", "root-environment-group/groups", body)
        elif action == "place":
            body = {"name": name, "description": "others", "parentGroupId": draw(st.sampled_from(groups))}
            self._ask("POST", "root-environment-group/environments", body)
        elif action == "map":
            account, user = draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(USERS))
            self._ask("POST", f"environments/{draw(st.sampled_from(places))}/accounts/{account}/users", [user], but=400)
        elif action == "unmap":
            link = draw(st.sampled_from(now.rows))
            account, _, user = link.member.partition("/")
            self._ask("DELETE", f"environments/{link.holder}/accounts/{account}/users/{user}")
        elif action == "close":
            self._ask("DELETE", f"environments/{draw(st.sampled_from(places))}")
        elif action == "edit place":
            properties = [{"name": "displayName", "value": name}]
            self._ask(
                "PATCH", f"environments/{draw(st.sampled_from(places))}/properties", {"propertyTypes": properties}
            )
        else:
            id = draw(st.sampled_from(groups))
            if not now.objects[id]["holder"]:
                return
            if action == "edit group":
                self._ask("PATCH", f"root-environment-group/groups/{id}", {"name": name})
            else:
                self._ask("DELETE", f"environment-groups/{id}", but=400)

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        for one in others:
            if isinstance(one, str) and now.objects[one]["kind"] == ENVIRONMENT:
                self._ask("DELETE", f"environments/{one}")
            elif isinstance(one, str):
                self.clear(one, now, [id for id, fields in now.objects.items() if fields["holder"] == one])
                self._ask("DELETE", f"environment-groups/{one}")

    def _ask(self, method: str, path: str, json: Any = None, *, but: int = 0) -> Any:
        headers = {"Authorization": "TOKEN roster-dev"}
        reply = self.client.request(method, f"/api/apps/{APP}/{path}", json=json, headers=headers)
        assert reply.status_code < 300 or reply.status_code == but, reply.text
        return reply.json() if reply.content else None
