"""State and rules of dynamic rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from roster_emulator.ibm.errors import Refusal
from roster_emulator.ibm.groups import get as get_group
from roster_emulator.ibm.groups import new_etag
from roster_emulator.state import State
from roster_emulator.store import Row


@dataclass(frozen=True)
class Content:
    """What a caller says about a rule; ``value`` of a condition is JSON as text."""

    name: str
    expiration: int
    realm_name: str
    conditions: Sequence[Mapping[str, str]]


def get(state: State, group_id: str, rule_id: str) -> Row:
    """A rule of a group."""
    get_group(state, group_id, "")
    row = state.store.one("SELECT * FROM ibm_rules WHERE id = ? AND group_id = ?", rule_id, group_id)
    if row is None:
        raise Refusal(404, "rule_not_found", f"Failed to find the specified rule: {rule_id}")
    return row


def list_all(state: State, group_id: str) -> list[Row]:
    """Every rule of a group; there are no pages."""
    get_group(state, group_id, "")
    return state.store.all("SELECT * FROM ibm_rules WHERE group_id = ? ORDER BY rowid", group_id)


def create(state: State, group_id: str, content: Content, author: str) -> Row:
    """Adds a rule to a group."""
    if len(list_all(state, group_id)) >= state.switches.rule_limit:
        raise Refusal(403, "rule_limit_exceeded", f"Limit of {state.switches.rule_limit} rules per group is reached.")
    now, rule_id = state.timestamp(), f"ClaimRule-{uuid4()}"
    state.store.run(
        "INSERT INTO ibm_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(rule_id, group_id, *_values(content), new_etag(), now, author, now, author),
    )
    return get(state, group_id, rule_id)


def replace(state: State, group_id: str, rule_id: str, etag: str, content: Content, author: str) -> Row:
    """Replaces the whole rule: a name that is not given is cleared."""
    if etag != get(state, group_id, rule_id)["etag"]:
        raise Refusal(412, "incorrect_etag", "If-Match header contains incorrect/invalid etag.")
    state.store.run(
        "UPDATE ibm_rules SET name = ?, expiration = ?, realm_name = ?, conditions = ?, etag = ?, "
        "last_modified_at = ?, last_modified_by_id = ? WHERE id = ?",
        *(*_values(content), new_etag(), state.timestamp(), author, rule_id),
    )
    return get(state, group_id, rule_id)


def delete(state: State, group_id: str, rule_id: str) -> None:
    """Deletes a rule."""
    get(state, group_id, rule_id)
    state.store.run("DELETE FROM ibm_rules WHERE id = ?", rule_id)


def _values(content: Content) -> tuple[Any, ...]:
    conditions = json.dumps([dict(condition) for condition in content.conditions])
    return content.name, content.expiration, content.realm_name, conditions
