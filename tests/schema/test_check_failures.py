"""Tests which inputs fail validation, and the messages."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime import rpc

from pulumi_roster.ibm.access_group_rule import AccessGroupRuleArgs
from pulumi_roster.schema.unknown import UNKNOWN, contains_unknown
from pulumi_roster.schema.validation import validate
from support.thing import GOOD, ThingArgs, failures_of, paths_of

# -- all check failures come together, each with its path


def test_valid_inputs_get_their_defaults() -> None:
    inputs, failures = validate(ThingArgs, GOOD)
    assert failures == []
    assert inputs == {**GOOD, "kind": "big", "count": 1, "hidden": False, "parts": [], "label": ""}


def test_all_check_failures_come_together() -> None:
    given = {
        "name": "much too long a name",
        "kind": "huge",
        "count": 25,
        "parts": [{"name": "ok"}, {"name": "", "size": "1"}, {"size": 2, "colour": "red"}, "x"],
        "nmae": "typo",
    }
    found = {failure.path: failure.reason for failure in validate(ThingArgs, given)[1]}
    assert list(found) == [
        "nmae",
        "home",
        "name",
        "kind",
        "count",
        "parts[1].name",
        "parts[1].size",
        "parts[2].name",
        "parts[2].colour",
        "parts[3]",
    ]
    assert "did you mean 'name'" in found["nmae"]
    assert found["home"] == "is required"
    assert found["name"] == "must be 1 to 10 characters, got 20"
    assert found["kind"] == "must be 'big' or 'small', got 'huge'"
    assert found["count"] == "must be at most 24, got 25"


def test_a_rule_between_fields_can_fail() -> None:
    assert failures_of(name="forbidden", hidden=True) == [("name", "may not be hidden")]
    assert failures_of(name="forbidden", hidden=UNKNOWN) == []


def test_a_rule_between_fields_fails_together_with_other_fields() -> None:
    assert paths_of(name="forbidden", hidden=True, count=99) == ["count", "name"]


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "\x7f", "\x1b[2J", "\t"])
def test_a_line_of_text_must_not_contain_control_characters(text: str) -> None:
    [(path, reason)] = failures_of(name=text)
    assert path == "name"
    assert reason.startswith("must not contain control characters")


@pytest.mark.parametrize("text", ["ä", "日本", "a b", "😀", "..", "%2F"])
def test_a_line_of_text_may_contain_any_letter(text: str) -> None:
    assert failures_of(name=text) == []


def test_a_text_with_an_unpaired_surrogate_fails() -> None:
    assert failures_of(name="\ud800") == [("name", "contains an unpaired surrogate, got '\\ud800'")]


def test_a_long_value_is_shown_by_its_beginning() -> None:
    [(_, reason)] = failures_of(kind="x" * 5000)
    assert len(reason) < 200
    assert "(5000 characters)" in reason


def test_an_unknown_property_without_a_similar_name_lists_all_properties() -> None:
    [(path, reason)] = failures_of(zzzzzz=1)
    assert path == "zzzzzz"
    assert all(name in reason for name in ThingArgs.model_fields)


def test_none_means_the_default() -> None:
    assert validate(ThingArgs, {**GOOD, "kind": None, "words": None}) == validate(ThingArgs, GOOD)


# -- strictness: no type is converted to another


VALUES: dict[str, list[Any]] = {
    "name": ["text"],
    "count": [5],
    "share": [0.5, 5],  # a field of type float accepts a whole number
    "hidden": [True],
    "words": [["a"]],
    "parts": [[{"name": "a"}]],
}
ALL = ["text", "5", "true", "", 5, 0.5, True, ["a"], ["text"], [{"name": "a"}], {"name": "a"}, [5], [[]]]


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize("value", ALL, ids=repr)
def test_no_type_is_converted_to_another(field: str, value: Any) -> None:
    good = {
        "name": isinstance(value, str) and value != "",
        "count": value == 5 and type(value) is int,
        "share": type(value) in (int, float),
        "hidden": value is True,
        "words": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "parts": value == [{"name": "a"}],
    }[field]
    assert (failures_of(**{field: value}) == []) is good


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, values in VALUES.items() for value in values])
def test_the_right_type_passes(field: str, value: Any) -> None:
    assert failures_of(**{field: value}) == []


# -- values that are not known yet


def test_the_unknown_value_is_the_one_of_pulumi() -> None:
    assert UNKNOWN == rpc.UNKNOWN


@pytest.mark.parametrize("field", [name for name in ThingArgs.model_fields if name != "connection"])
def test_an_unknown_value_stays_as_it_is(field: str) -> None:
    inputs, failures = validate(ThingArgs, {**GOOD, field: UNKNOWN})
    assert failures == []
    assert inputs[field] == UNKNOWN


@pytest.mark.parametrize(
    "parts",
    [
        [UNKNOWN],
        [{"name": UNKNOWN}],
        [{"name": "a", "size": UNKNOWN}],
        [{"name": "a"}, UNKNOWN, {"name": UNKNOWN, "size": UNKNOWN}],
        [{"name": "b"}, {"name": "a", "size": UNKNOWN}],
    ],
    ids=repr,
)
def test_an_unknown_value_inside_another_stays_as_it_is(parts: Any) -> None:
    inputs, failures = validate(ThingArgs, {**GOOD, "parts": parts})
    assert failures == []
    assert inputs["parts"] == parts


def test_values_beside_an_unknown_one_can_fail() -> None:
    assert paths_of(name=UNKNOWN, count=25) == ["count"]
    assert paths_of(parts=[UNKNOWN, {"name": ""}, {"name": UNKNOWN, "size": "1", "colour": 1}]) == [
        "parts[1].name",
        "parts[2].size",
        "parts[2].colour",
    ]


def test_values_beside_an_unknown_one_can_fail_in_an_object_that_validates_itself() -> None:
    given = {"access_group_id": UNKNOWN, "name": "n", "expiration": 25, "realm_name": UNKNOWN}
    conditions = [{"claim": UNKNOWN, "operator": "LIKE", "value": 1}, {"claim": "c", "operator": "IN", "value": "x"}]
    found = [failure.path for failure in validate(AccessGroupRuleArgs, {**given, "conditions": conditions})[1]]
    assert found[0] == "expiration"
    assert any(path.startswith("conditions[0]") for path in found)
    assert any(path.startswith("conditions[1]") for path in found)


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        (UNKNOWN, True),
        ([UNKNOWN], True),
        ({"a": [{"b": UNKNOWN}]}, True),
        ((1, (UNKNOWN,)), True),
        (f"x{UNKNOWN}", False),
        ({UNKNOWN: 1}, False),
        ([], False),
        (None, False),
        (0, False),
    ],
    ids=repr,
)
def test_an_unknown_value_is_found_at_any_depth(value: Any, unknown: bool) -> None:
    assert contains_unknown(value) is unknown
