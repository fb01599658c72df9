"""Tests the normal form of values, in which equal values are equal, and the marks of fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_roster.schema.fields import normal, same, sorted_set
from pulumi_roster.schema.marks import FromConnection, Key, ProviderOnly, Replace, Scope, is_provider_only, marked
from pulumi_roster.schema.model import default_of
from pulumi_roster.schema.validation import validate
from support.thing import ThingArgs, ThingState

# -- normal form


LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f")
NAMES = st.text(LETTERS, min_size=1, max_size=10)
PARTS = st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"size": st.integers(1, 3)}), max_size=6)
THINGS = st.fixed_dictionaries(
    {"home": NAMES, "name": NAMES},
    optional={
        "words": st.lists(NAMES, max_size=6),
        "parts": PARTS,
        "count": st.integers(1, 24),
        "hidden": st.booleans(),
    },
)


@given(thing=THINGS)
def test_validating_twice_changes_nothing(thing: dict[str, Any]) -> None:
    once, failures = validate(ThingArgs, thing)
    assert failures == []
    assert validate(ThingArgs, once) == (once, [])
    for name, value in once.items():
        assert normal(ThingArgs, name, value) == value or name == "label"


@given(thing=THINGS, data=st.data())
def test_the_order_of_a_set_has_no_meaning(thing: dict[str, Any], data: st.DataObject) -> None:
    other = dict(thing)
    for name in ("words", "parts"):
        if name in thing:
            more = data.draw(st.lists(st.sampled_from(thing[name]), max_size=3)) if thing[name] else []
            other[name] = data.draw(st.permutations(thing[name] + more))
    assert validate(ThingArgs, other) == validate(ThingArgs, thing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(one=JSON, other=JSON)
def test_same_means_equal_as_json(one: Any, other: Any) -> None:
    assert same(one, one)
    assert same(one, json.loads(json.dumps(one)))
    assert same(one, other) is same(other, one)
    if same(one, other):
        assert one == other
        assert type(one) is type(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, "1"), (True, "true"), (None, False), (None, ""), ([1], [True]), ([], {})],
)
def test_values_that_only_python_calls_equal_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same({"a": [one]}, {"a": [other]})


def test_the_order_of_fields_has_no_meaning() -> None:
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_a_set_keeps_values_that_differ_as_json() -> None:
    assert sorted_set([1, True, "1", 1, "true"]) == ["1", "true", 1, True]
    assert [type(item) for item in sorted_set([True, 1])] == [int, bool]


@given(items=st.lists(JSON, max_size=8), data=st.data())
def test_the_normal_form_of_a_set_does_not_depend_on_the_order_of_its_items(
    items: list[Any], data: st.DataObject
) -> None:
    once = sorted_set(items)
    again = sorted_set(data.draw(st.permutations(items + items)))
    assert same(once, again)
    assert all(any(same(item, kept) for kept in once) for item in items)


def test_case_is_folded_if_the_service_ignores_it() -> None:
    assert normal(ThingArgs, "label", "ÄB") == normal(ThingArgs, "label", "äb")
    assert normal(ThingArgs, "label", "strasse") != normal(ThingArgs, "label", "straße")
    assert normal(ThingArgs, "name", "AB") != normal(ThingArgs, "name", "ab")


def test_a_value_of_another_version_stays_as_it_is() -> None:
    assert normal(ThingArgs, "count", 99) == 99
    assert normal(ThingArgs, "parts", [{"name": "a", "colour": "red"}]) == [{"name": "a", "colour": "red"}]
    assert normal(ThingArgs, "words", None) is None


# -- marks


def test_a_mark_is_found_as_class_and_as_instance() -> None:
    replace = marked(ThingArgs, Replace)
    assert list(replace) == ["home", "kind"]
    assert (kind := replace["kind"]) is not None
    assert kind.delete_first is True
    assert replace["home"] is None
    assert list(marked(ThingArgs, Key)) == ["name"]
    assert list(marked(ThingArgs, Scope)) == ["home"]
    assert marked(ThingArgs, FromConnection) == {"home": FromConnection("thingHome")}
    assert list(marked(ThingArgs, ProviderOnly)) == ["connection", "adopt", "quick"]
    assert is_provider_only(ThingArgs, "quick")
    assert not is_provider_only(ThingArgs, "name")


def test_a_state_has_the_marks_of_its_arguments() -> None:
    for mark in (Replace, Key, Scope, ProviderOnly):
        assert list(marked(ThingState, mark)) == list(marked(ThingArgs, mark))


def test_defaults_are_those_of_the_fields() -> None:
    assert default_of(ThingArgs, "kind") == "big"
    assert default_of(ThingArgs, "parts") == []
    assert default_of(ThingArgs, "words") is None
    assert default_of(ThingArgs, "name") is None
