"""Compares the differences of declarations with AppSec+'s rules: names and members are compared exactly."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session

CONFIG = {"roster:appsecUrl": "https://api.appsecplus.example.com", "roster:appsecToken": "t"}
SESSION = Session(Settings(CONFIG.get, {}))
GROUP, MEMBERS = (
    Lifecycle(handler_class("appsec.IdentityGroup"), SESSION),
    Lifecycle(handler_class("appsec.GroupMembers"), SESSION),
)

names = some.sampled_from(["a", "A", "a ", "ab", "é"])
people = some.lists(some.sampled_from(["a", "A", "b", "b ", "c"]), max_size=4)


def differs(lifecycle: Lifecycle, old: dict[str, Any], new: dict[str, Any]) -> bool:
    held, faults = lifecycle.check(old)
    wanted, more = lifecycle.check(new)
    assert faults == more == []
    assert not lifecycle.diff(held, held).changed
    return bool(lifecycle.diff(held, wanted).changed)


@given(names, names, names | some.none(), names | some.none())
def test_names_and_descriptions_are_compared_exactly(
    one: str, other: str, why: str | None, because: str | None
) -> None:
    told = differs(GROUP, {"name": one, "description": why}, {"name": other, "description": because})
    assert told == (one != other or (why or "") != (because or ""))


@given(people, people | some.none())
def test_members_are_sets(one: list[str], other: list[str] | None) -> None:
    told = differs(GROUP, {"name": "n", "members": one}, {"name": "n", "members": other})
    assert told == (other is not None and set(one) != set(other))
    if other is not None:
        told = differs(MEMBERS, {"group_id": "n", "members": one}, {"group_id": "n", "members": other})
        assert told == (set(one) != set(other))
