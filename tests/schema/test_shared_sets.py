"""Tests the sets that several writers share: the managed items and the items of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pulumi_roster.errors import UnmanagedContent
from pulumi_roster.schema.shared_sets import merged, refuse_unmanaged, shown

sets = some.frozensets(some.sampled_from("abcde"))


@given(sets, sets, sets)
def test_a_change_removes_only_our_items_and_adds_all_that_we_want(
    there: frozenset[str], before: frozenset[str], wanted: frozenset[str]
) -> None:
    after = merged(there, before, wanted)
    assert after == sorted(set(after))
    for item in "abcde":
        if item in wanted:
            assert item in after
        elif item in before:
            assert item not in after
        else:
            assert (item in after) == (item in there), "items of others must stay as they are"


@given(sets, sets)
def test_unmanaged_items_show_only_in_an_exclusive_set(there: frozenset[str], declared: frozenset[str]) -> None:
    assert shown(there, declared, exclusive=False) == sorted(there & declared)
    assert shown(there, declared, exclusive=True) == sorted(there)


def test_a_refusal_names_up_to_twenty_unmanaged_items() -> None:
    assert refuse_unmanaged(["a"], ["a", "b"], adopt=False, what="") == []
    assert refuse_unmanaged(["a", "c"], ["a"], adopt=True, what="") == ["c"]
    with pytest.raises(
        UnmanagedContent, match=r"(?s)the group has members that are not in the list: b, c\n.*adopt=True"
    ):
        refuse_unmanaged(["a", "c", "b"], ["a"], adopt=False, what="the group has members")
    with pytest.raises(UnmanagedContent, match=r"9, and 4 more"):
        refuse_unmanaged((f"x{number:02}" for number in range(24)), [], adopt=False, what="it")
