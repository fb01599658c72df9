from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pulumi_roster.errors import NotOurs
from pulumi_roster.schema.shared_sets import merged, refuse_unmanaged, shown

sets = some.frozensets(some.sampled_from("abcde"))


@given(sets, sets, sets)
def test_only_what_we_had_is_taken_out_and_all_that_we_want_is_in(
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
            assert (item in after) == (item in there), "what others do is theirs"


@given(sets, sets)
def test_strangers_show_in_an_exclusive_set_only(there: frozenset[str], declared: frozenset[str]) -> None:
    assert shown(there, declared, exclusive=False) == sorted(there & declared)
    assert shown(there, declared, exclusive=True) == shown(there, None, exclusive=False) == sorted(there)


def test_strangers_are_named_and_not_more_than_twenty() -> None:
    assert refuse_unmanaged(["a"], ["a", "b"], adopt=False, what="") == []
    assert refuse_unmanaged(["a", "c"], ["a"], adopt=True, what="") == ["c"]
    with pytest.raises(NotOurs, match=r"(?s)the group has members that are not in the list: b, c\n.*adopt=True"):
        refuse_unmanaged(["a", "c", "b"], ["a"], adopt=False, what="the group has members")
    with pytest.raises(NotOurs, match=r"9, and 4 more"):
        refuse_unmanaged((f"x{number:02}" for number in range(24)), [], adopt=False, what="it")
