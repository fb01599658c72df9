"""Models IBM Cloud access groups: groups and rules are objects, members are links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st

from model.engine import Declaration, Ref, Values
from model.system import Draw, Fields, Link, Snapshot, SystemModel, refs
from support.ibm_api import ibm, ibm_change, ibm_group, ibm_remove, ibm_rule

GROUP, MEMBERS, MEMBERSHIP = "ibm.AccessGroup", "ibm.AccessGroupMembers", "ibm.AccessGroupMembership"
GROUPS_OF, RULE = "ibm.MemberAccessGroups", "ibm.AccessGroupRule"

HOME, OTHER = "acc-demo", "acc-other"
NAMES = ["admins", "operators", "Admins", "on call / night"]
# Each kind of link has its own identities, because two resources with the same link would undo each other's work.
SET, SINGLE, ROVING = ["IBMid-1A", "IBMid-1B", "iam-ServiceId-1C"], ["IBMid-2A", "iam-Profile-2B"], ["IBMid-3A"]
TYPES = {"IBMid": "user", "iam-ServiceId": "service", "iam-Profile": "profile"}
CONDITIONS: list[list[Values]] = [
    [{"claim": "groups", "operator": "CONTAINS", "value": "platform"}],
    [{"claim": "team", "operator": "IN", "value": ["b", "a"]}, {"claim": "level", "operator": "EQUALS", "value": 1}],
    [{"claim": "active", "operator": "NOT_EQUALS", "value": True}],
]
REALM = "https://idp.example.com/saml"


class Ibm(SystemModel):
    """The model of two accounts."""

    system = "ibm"
    slots: ClassVar = {
        **{f"group{n}": GROUP for n in range(3)},
        **{f"members{n}": MEMBERS for n in range(2)},
        **{f"single{n}": MEMBERSHIP for n in range(2)},
        "roving0": GROUPS_OF,
        **{f"rule{n}": RULE for n in range(2)},
    }
    switches: ClassVar = {"rule_limit": 100, "page_limit": 2}
    references = ("access_group_id", "access_group_ids")

    def snapshot(self) -> Snapshot:
        groups: dict[str, Fields] = {
            row["id"]: {name: row[name] for name in ("account_id", "name", "description")}
            for row in self.rows("groups")
        }
        rules: dict[str, Fields] = {
            row["id"]: {
                "holder": row["group_id"],
                **{name: row[name] for name in ("name", "expiration", "realm_name")},
                "conditions": _conditions(json.loads(row["conditions"]), json.loads),
            }
            for row in self.rows("rules")
        }
        links = tuple(Link("member", row["group_id"], row["iam_id"]) for row in self.rows("members"))
        return Snapshot({**groups, **rules}, links)

    def declare(self, draw: Draw[Any], slot: str, program: Mapping[str, Declaration], now: Snapshot) -> Values | None:
        kind = self.slots[slot]
        if kind == GROUP:
            return {
                "name": draw(st.sampled_from(NAMES)),
                "description": draw(st.sampled_from(["", "On call", "Two\nlines"])),
                "account_id": draw(st.sampled_from([HOME, HOME, OTHER])),
                "force_delete": draw(st.booleans()),
            }
        groups: list[str | Ref] = [*refs(program, "group")]
        groups += [id for id, fields in now.objects.items() if "holder" not in fields]
        if kind == GROUPS_OF:
            groups = [ref for ref in refs(program, "group") if program[ref.slot].given["account_id"] == HOME]
            groups += [id for id, fields in now.objects.items() if fields.get("account_id") == HOME]
        if not groups:
            return None
        if kind == GROUPS_OF:
            chosen = draw(st.lists(st.sampled_from(groups), max_size=3, unique_by=repr))
            return {
                "iam_id": draw(st.sampled_from(ROVING)),
                "access_group_ids": chosen,
                "exclusive": draw(st.booleans()),
            }
        into: Values = {"access_group_id": draw(st.sampled_from(groups))}
        if kind == MEMBERS:
            members = draw(st.lists(st.sampled_from(SET), max_size=3, unique=True))
            return {**into, "members": members, "exclusive": draw(st.booleans())}
        if kind == MEMBERSHIP:
            return {**into, "iam_id": draw(st.sampled_from(SINGLE))}
        return {
            **into,
            "name": draw(st.sampled_from(["", "sso", "night"])),
            "expiration": draw(st.integers(1, 24)),
            "realm_name": REALM,
            "conditions": draw(st.sampled_from(CONDITIONS)),
        }

    def is_consistent(self, program: Sequence[Declaration]) -> bool:
        sets = [repr(one.given["access_group_id"]) for one in program if one.kind == MEMBERS]
        singles = [
            repr([one.given["access_group_id"], one.given["iam_id"]]) for one in program if one.kind == MEMBERSHIP
        ]
        whole = {
            repr(one.given["access_group_id"]) for one in program if one.kind == MEMBERS and one.given["exclusive"]
        }
        others = {repr(one.given["access_group_id"]) for one in program if one.kind == MEMBERSHIP}
        roving = [ref for one in program if one.kind == GROUPS_OF for ref in one.given["access_group_ids"]]
        homes = {Ref(one.slot) for one in program if one.kind == GROUP and one.given["account_id"] == HOME}
        return (
            len({*sets}) == len(sets)
            and len({*singles}) == len(singles)
            and not whole & (others | {repr(ref) for ref in roving})
            and all(ref in homes for ref in roving if isinstance(ref, Ref))
        )

    def fields(self, kind: str, values: Values) -> Fields | None:
        if kind == GROUP:
            return {name: values[name] for name in ("account_id", "name", "description")}
        if kind == RULE:
            return {
                "holder": values["access_group_id"],
                **{name: values[name] for name in ("name", "expiration", "realm_name")},
                "conditions": _conditions(values["conditions"], lambda value: value),
            }
        return None

    def links(self, kind: str, id: str, values: Values) -> set[Link]:
        if kind == MEMBERS:
            ids = [one if isinstance(one, str) else one["iam_id"] for one in values["members"]]
            return {Link("member", values["access_group_id"], iam_id) for iam_id in ids}
        if kind == MEMBERSHIP:
            return {Link("member", values["access_group_id"], values["iam_id"])}
        if kind == GROUPS_OF:
            return {Link("member", group, values["iam_id"]) for group in values["access_group_ids"]}
        return set()

    def is_exclusive(self, kind: str, id: str, values: Values, link: Link, now: Snapshot) -> bool:
        if not values.get("exclusive"):
            return False
        if kind == MEMBERS:
            return bool(link.holder == values["access_group_id"])
        return bool(link.member == values["iam_id"] and now.objects[link.holder]["account_id"] == HOME)

    def deletes_content(self, kind: str, outputs: Values) -> bool:
        return kind != GROUP or bool(outputs.get("force_delete"))

    def key(self, kind: str, values: Values) -> object:
        if kind == GROUP:
            return (values["account_id"], values["name"])
        if kind == RULE:
            group = values.get("holder") or values["access_group_id"]
            content = (
                values["expiration"],
                values["realm_name"],
                values["conditions"] if "holder" in values else _conditions(values["conditions"], lambda value: value),
            )
            return (group, values["name"] or content)
        return None

    def alternatives(self, kind: str) -> Mapping[str, Values]:
        return {"allow duplicate": {"allow_duplicate_name": True}} if kind == GROUP else {}

    # -- others

    def act_as_others(self, draw: Draw[Any], now: Snapshot) -> None:
        groups = [id for id, fields in now.objects.items() if "holder" not in fields]
        rules = [id for id, fields in now.objects.items() if "holder" in fields]
        actions = ["create"] + (["edit", "delete", "join", "join", "add rule"] if groups else [])
        actions += (["leave", "leave"] if now.rows else []) + (["edit rule", "delete rule"] if rules else [])
        action = draw(st.sampled_from(actions))
        group = draw(st.sampled_from(groups or [""]))
        if action == "create":
            account, description = draw(st.sampled_from([HOME, HOME, OTHER])), draw(st.sampled_from(["", "others"]))
            ibm_group(self.emulator, draw(st.sampled_from(NAMES)), description, account)
        elif action == "edit":
            change = draw(st.sampled_from([{"name": "others"}, {"name": "admins"}, {"description": "edited"}]))
            ibm_change(self.emulator, f"/groups/{group}", "PATCH", **change)
        elif action == "delete":
            ibm(self.emulator, "DELETE", f"/groups/{group}?force=true")
        elif action == "join":
            iam_id = draw(st.sampled_from([*SET, *SINGLE, *ROVING, "IBMid-9Z"]))
            member = {"iam_id": iam_id, "type": TYPES[iam_id.rpartition("-")[0]]}
            ibm(self.emulator, "PUT", f"/groups/{group}/members", {"members": [member]})
        elif action == "leave":
            link = draw(st.sampled_from(now.rows))
            ibm_remove(self.emulator, link.holder, link.member)
        elif action == "add rule":
            ibm_rule(self.emulator, group, draw(st.sampled_from(["sso", "others"])), expiration=2)
        else:
            rule = draw(st.sampled_from(rules))
            path = f"/groups/{now.objects[rule]['holder']}/rules/{rule}"
            if action == "edit rule":
                ibm_change(self.emulator, path, "PUT", expiration=draw(st.integers(1, 24)))
            else:
                ibm(self.emulator, "DELETE", path)

    def clear(self, id: str, now: Snapshot, others: Iterable[str | Link]) -> None:
        for one in others:
            if isinstance(one, Link):
                ibm_remove(self.emulator, id, one.member)
            else:
                ibm(self.emulator, "DELETE", f"/groups/{id}/rules/{one}")


def _conditions(rows: Iterable[Values], value: Any) -> list[tuple[str, str, str]]:
    """Return conditions in a form in which the order of conditions and values does not matter."""
    found = []
    for row in rows:
        what = value(row["value"])
        what = sorted(what, key=repr) if isinstance(what, list) else what
        found.append((row["claim"], row["operator"], json.dumps(what)))
    return sorted(found)
