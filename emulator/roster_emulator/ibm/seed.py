"""Adds data: ``POST /_emulator/seed`` with ``{"ibm": {"groups": [...], "members": [...], "identities": [...]}}``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from roster_emulator.ibm import groups, members, rules
from roster_emulator.ibm.http_rules import Rule
from roster_emulator.ibm.token_exchange import DEFAULT_ACCOUNT, DEVELOPER
from roster_emulator.state import State


class Member(BaseModel):
    """A membership. The type follows from the prefix of the iam_id."""

    model_config = ConfigDict(extra="forbid")
    iam_id: str
    membership_type: Literal["static", "dynamic"] = "static"


class Membership(Member):
    """A membership in an existing group."""

    group_id: str


class Group(BaseModel):
    """A group with its content. A plain string stands for a static member."""

    model_config = ConfigDict(extra="forbid")
    name: str
    description: str = ""
    account_id: str = DEFAULT_ACCOUNT
    id: str | None = None
    members: list[str | Member] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)


class Identity(BaseModel):
    """The details of an identity that ``verbose`` shows. One that is not ``known`` cannot be added to a group."""

    model_config = ConfigDict(extra="forbid")
    iam_id: str
    name: str = ""
    email: str | None = None
    description: str | None = None
    known: bool = True


class Data(BaseModel):
    """The data that ``POST /_emulator/seed`` takes."""

    model_config = ConfigDict(extra="forbid")
    groups: list[Group] = Field(default_factory=list)
    members: list[Membership] = Field(default_factory=list)
    identities: list[Identity] = Field(default_factory=list)


def seed(state: State, data: Any) -> dict[str, Any]:
    """Add the data. Return the ids of the new groups and rules, in their order."""
    wanted, rule_ids = Data.model_validate(data), []
    group_ids = []
    for group in wanted.groups:
        row = groups.create(state, group.account_id, group.name, group.description, DEVELOPER, group.id)
        group_ids.append(row["id"])
        for member in group.members:
            _join(state, row["id"], Member(iam_id=member) if isinstance(member, str) else member)
        for rule in group.rules:
            conditions = [condition.model_dump() for condition in rule.conditions]
            content = rules.Content(rule.name, rule.expiration, rule.realm_name, conditions)
            rule_ids.append(rules.create(state, row["id"], content, DEVELOPER)["id"])
    for membership in wanted.members:
        _join(state, membership.group_id, membership)
    for one in wanted.identities:
        state.store.run(
            "INSERT OR REPLACE INTO ibm_identities VALUES (?, ?, ?, ?, ?)",
            *(one.iam_id, one.name or one.iam_id, one.email, one.description, int(one.known)),
        )
    return {"groups": group_ids, "rules": rule_ids}


def _join(state: State, group_id: str, member: Member) -> None:
    kind = members.kind_of(member.iam_id) or "user"
    members.put(state, group_id, member.iam_id, kind, member.membership_type, DEVELOPER)
