"""Compares the differences of declarations with Vault's own rules for names, policies, metadata and members."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session

CONFIG = {"roster:vaultAddress": "https://vault.example.com", "roster:vaultToken": "t"}
SESSION = Session(Settings(CONFIG.get, {}))
GROUP, MEMBERS = (
    Lifecycle(handler_class("vault.IdentityGroup"), SESSION),
    Lifecycle(handler_class("vault.GroupMembers"), SESSION),
)

# Few letters, so that the same and nearly the same come up; among them such as change their number with their case.
letters = some.sampled_from(["a", "A", "b", "B", " ", "ß", "ss", "İ", "Σ", "ς"])
texts = some.lists(letters, min_size=1, max_size=3).map("".join)
ids = some.lists(some.sampled_from(["a", "A", "b", "c"]), max_size=4)
maps = some.dictionaries(some.sampled_from(["a", "A", "b"]), some.sampled_from(["", "x", "X", "é"]), max_size=3)
maybe = some.none


def lower(text: str) -> str:
    """Returns a text in lower case as Go does: letter by letter, each by one letter."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def differs(lifecycle: Lifecycle, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tells whether the second declaration differs from the first, which the service has stored."""
    held, faults = lifecycle.check({name: value for name, value in old.items() if value is not None})
    wanted, more = lifecycle.check({name: value for name, value in new.items() if value is not None})
    assert faults == more == []
    assert not lifecycle.diff(held, held).changed
    return bool(lifecycle.diff(held, wanted).changed)


@given(texts, texts)
def test_names_differ_except_by_case(one: str, other: str) -> None:
    assert differs(GROUP, {"name": one}, {"name": other}) == (lower(one) != lower(other))


@given(some.lists(texts, max_size=4), some.lists(texts, max_size=4))
def test_policies_are_a_set_that_ignores_case_and_blanks(one: list[str], other: list[str]) -> None:
    kept, wanted = ({lower(policy.strip()) for policy in policies} - {""} for policies in (one, other))
    told = differs(GROUP, {"name": "n", "policies": one}, {"name": "n", "policies": other})
    assert told == (kept != wanted)


@given(maps, maps | maybe())
def test_metadata_differs_by_any_value(one: dict[str, str], other: dict[str, str] | None) -> None:
    told = differs(GROUP, {"name": "n", "metadata": one}, {"name": "n", "metadata": other})
    assert told == (other is not None and one != other)


@given(ids | maybe(), ids | maybe(), ids, ids)
def test_members_are_sets(one: list[str] | None, other: list[str] | None, groups: list[str], more: list[str]) -> None:
    for lifecycle, base in ((GROUP, {"name": "n"}), (MEMBERS, {"group_id": "n"})):
        old = {**base, "member_entity_ids": one, "member_group_ids": groups}
        new = {**base, "member_entity_ids": other, "member_group_ids": more}
        changed = other is not None and (one is None or set(one) != set(other))
        assert differs(lifecycle, old, new) == (changed or set(groups) != set(more))
