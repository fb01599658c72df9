from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pulumi_roster.handler import handler_class, registered_kinds
from pulumi_roster.ibm.access_group import AccessGroupArgs, AccessGroupState
from pulumi_roster.ibm.access_group_members import AccessGroupMembersArgs
from pulumi_roster.ibm.access_group_rule import AccessGroupRuleArgs, AccessGroupRuleState, _from_json
from pulumi_roster.model import (
    UNKNOWN,
    Args,
    Fault,
    FoldCase,
    FromConnection,
    Key,
    Len,
    Local,
    Replace,
    Scope,
    State,
    Text,
    Unordered,
    contains_unknown,
    default_of,
    is_local,
    lenient,
    marked,
    normal,
    same,
    sorted_set,
    validate,
)
from pulumi_roster.values import outputs_of


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Annotated[Text, Len(1, 10)]
    size: int = 1


class ThingArgs(Args):
    home: Annotated[Text, Replace, Scope, FromConnection("thingHome")]
    name: Annotated[Text, Len(1, 10), Key]
    kind: Annotated[Literal["big", "small"], Replace(delete_first=True)] = "big"
    count: Annotated[int, Field(ge=1, le=24)] = 1
    share: float | None = None
    hidden: bool = False
    words: Annotated[list[str] | None, Unordered] = None
    parts: Annotated[list[Part], Unordered] = Field(default_factory=list)
    label: Annotated[str, FoldCase] = ""
    quick: Annotated[bool, Local] = False

    def faults(self) -> Iterator[Fault]:
        if self.name == "forbidden" and self.hidden is True:
            yield Fault("name", "may not be hidden")


class ThingState(ThingArgs, State):
    created_at: str = ""


GOOD = {"home": "here", "name": "thing"}


def faults_of(**given: Any) -> list[tuple[str, str]]:
    return [(fault.path, fault.reason) for fault in validate(ThingArgs, {**GOOD, **given})[1]]


def paths_of(**given: Any) -> list[str]:
    return [path for path, _ in faults_of(**given)]


# -- what is wrong is said all together, each at its place


def test_what_is_right_has_its_defaults_filled_in() -> None:
    inputs, faults = validate(ThingArgs, GOOD)
    assert faults == []
    assert inputs == {**GOOD, "kind": "big", "count": 1, "hidden": False, "parts": [], "label": ""}


def test_all_faults_are_said_together() -> None:
    given = {
        "name": "much too long a name",
        "kind": "huge",
        "count": 25,
        "parts": [{"name": "ok"}, {"name": "", "size": "1"}, {"size": 2, "colour": "red"}, "x"],
        "nmae": "typo",
    }
    found = {fault.path: fault.reason for fault in validate(ThingArgs, given)[1]}
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
    assert found["home"] == "is required, nothing was given"
    assert found["name"] == "string should have at most 10 characters, given 'much too long a name'"
    assert found["kind"] == "input should be 'big' or 'small', given 'huge'"
    assert "given 25" in found["count"]


def test_a_rule_between_fields_is_a_fault_as_well() -> None:
    assert faults_of(name="forbidden", hidden=True) == [("name", "may not be hidden")]
    assert faults_of(name="forbidden", hidden=UNKNOWN) == []


def test_a_rule_between_fields_is_said_with_the_faults_of_others() -> None:
    assert paths_of(name="forbidden", hidden=True, count=99) == ["count", "name"]


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "\x7f", "\x1b[2J", "\t"])
def test_one_line_of_text_has_no_control_characters(text: str) -> None:
    [(path, reason)] = faults_of(name=text)
    assert path == "name"
    assert reason.startswith("control characters")


@pytest.mark.parametrize("text", ["ä", "日本", "a b", "😀", "..", "%2F"])
def test_one_line_of_text_may_hold_any_letter(text: str) -> None:
    assert faults_of(name=text) == []


def test_half_a_character_is_no_text() -> None:
    assert paths_of(name="\ud800") == ["name"]


def test_a_long_value_is_shown_by_its_beginning() -> None:
    [(_, reason)] = faults_of(name="x" * 5000)
    assert len(reason) < 200
    assert "(5000 characters)" in reason


def test_an_unknown_property_without_a_like_names_what_there_is() -> None:
    [(path, reason)] = faults_of(zzzzzz=1)
    assert path == "zzzzzz"
    assert all(name in reason for name in ThingArgs.model_fields)


def test_nothing_given_is_the_default_for_none_too() -> None:
    assert validate(ThingArgs, {**GOOD, "kind": None, "words": None}) == validate(ThingArgs, GOOD)


# -- strictness: no type stands for another

VALUES: dict[str, list[Any]] = {
    "name": ["text"],
    "count": [5],
    "share": [0.5, 5],  # a whole number is a number
    "hidden": [True],
    "words": [["a"]],
    "parts": [[{"name": "a"}]],
}
ALL = ["text", "5", "true", "", 5, 0.5, True, ["a"], ["text"], [{"name": "a"}], {"name": "a"}, [5], [[]]]


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize("value", ALL, ids=repr)
def test_no_type_stands_for_another(field: str, value: Any) -> None:
    good = {
        "name": isinstance(value, str) and value != "",
        "count": value == 5 and type(value) is int,
        "share": type(value) in (int, float),
        "hidden": value is True,
        "words": isinstance(value, list) and all(isinstance(item, str) for item in value),
        "parts": value == [{"name": "a"}],
    }[field]
    assert (faults_of(**{field: value}) == []) is good


@pytest.mark.parametrize(("field", "value"), [(name, value) for name, values in VALUES.items() for value in values])
def test_the_right_type_is_taken(field: str, value: Any) -> None:
    assert faults_of(**{field: value}) == []


# -- what is not known yet


def test_the_unknown_is_what_pulumi_says_it_is() -> None:
    assert UNKNOWN == rpc.UNKNOWN


@pytest.mark.parametrize("field", [name for name in ThingArgs.model_fields if name != "connection"])
def test_an_unknown_value_is_let_through_as_it_came(field: str) -> None:
    inputs, faults = validate(ThingArgs, {**GOOD, field: UNKNOWN})
    assert faults == []
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
def test_an_unknown_value_inside_another_is_let_through_as_it_came(parts: Any) -> None:
    inputs, faults = validate(ThingArgs, {**GOOD, "parts": parts})
    assert faults == []
    assert inputs["parts"] == parts


def test_faults_beside_an_unknown_value_are_found() -> None:
    assert paths_of(name=UNKNOWN, count=25) == ["count"]
    assert paths_of(parts=[UNKNOWN, {"name": ""}, {"name": UNKNOWN, "size": "1", "colour": 1}]) == [
        "parts[1].name",
        "parts[2].size",
        "parts[2].colour",
    ]


def test_faults_beside_an_unknown_value_are_found_in_what_validates_itself() -> None:
    given = {"access_group_id": UNKNOWN, "expiration": 25, "realm_name": UNKNOWN}
    conditions = [{"claim": UNKNOWN, "operator": "LIKE", "value": 1}, {"claim": "c", "operator": "IN", "value": "x"}]
    found = [fault.path for fault in validate(AccessGroupRuleArgs, {**given, "conditions": conditions})[1]]
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
def test_what_is_unknown_is_found_at_any_depth(value: Any, unknown: bool) -> None:
    assert contains_unknown(value) is unknown


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
def test_normal_form_is_reached_at_once(thing: dict[str, Any]) -> None:
    once, faults = validate(ThingArgs, thing)
    assert faults == []
    assert validate(ThingArgs, once) == (once, [])
    for name, value in once.items():
        assert normal(ThingArgs, name, value) == value or name == "label"


@given(thing=THINGS, data=st.data())
def test_the_order_of_a_set_means_nothing(thing: dict[str, Any], data: st.DataObject) -> None:
    other = dict(thing)
    for name in ("words", "parts"):
        if name in thing:
            more = data.draw(st.lists(st.sampled_from(thing[name]), max_size=3)) if thing[name] else []
            other[name] = data.draw(st.permutations(thing[name] + more))
    assert validate(ThingArgs, other) == validate(ThingArgs, thing)


MEMBERS = st.lists(st.sampled_from(["IBMid-1", "IBMid-2", "iam-ServiceId-1", "iam-Profile-1"]), max_size=5)


@given(ids=MEMBERS, data=st.data())
def test_members_are_the_same_however_they_are_written(ids: list[str], data: st.DataObject) -> None:
    kinds = {"IBMid": "user", "iam-S": "service", "iam-P": "profile"}
    written = [
        data.draw(st.sampled_from([id, {"iam_id": id}, {"iam_id": id, "type": kinds[id[:5]]}]))
        for id in data.draw(st.permutations(ids))
    ]
    one, faults = validate(AccessGroupMembersArgs, {"access_group_id": "g", "members": ids})
    other, _ = validate(AccessGroupMembersArgs, {"access_group_id": "g", "members": written})
    assert faults == []
    assert one == other
    assert len(one["members"]) == len(set(ids))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(one=JSON, other=JSON)
def test_equal_means_equal_as_json(one: Any, other: Any) -> None:
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
def test_what_python_may_call_equal_is_not(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same({"a": [one]}, {"a": [other]})


def test_the_order_of_fields_means_nothing() -> None:
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_a_set_keeps_apart_what_differs_as_json() -> None:
    assert sorted_set([1, True, "1", 1, "true"]) == ["1", "true", 1, True]
    assert [type(item) for item in sorted_set([True, 1])] == [int, bool]


@given(items=st.lists(JSON, max_size=8), data=st.data())
def test_a_set_has_one_order(items: list[Any], data: st.DataObject) -> None:
    once = sorted_set(items)
    again = sorted_set(data.draw(st.permutations(items + items)))
    assert same(once, again)
    assert all(any(same(item, kept) for kept in once) for item in items)


def test_case_is_folded_where_the_service_does_not_see_it() -> None:
    assert normal(ThingArgs, "label", "ÄB") == normal(ThingArgs, "label", "äb")
    assert normal(ThingArgs, "label", "strasse") != normal(ThingArgs, "label", "straße")
    assert normal(ThingArgs, "name", "AB") != normal(ThingArgs, "name", "ab")


def test_a_value_of_another_version_passes_as_it_is() -> None:
    assert normal(ThingArgs, "count", 99) == 99
    assert normal(ThingArgs, "parts", [{"name": "a", "colour": "red"}]) == [{"name": "a", "colour": "red"}]
    assert normal(ThingArgs, "words", None) is None


# -- marks


def test_marks_are_found_as_classes_and_as_instances() -> None:
    replace = marked(ThingArgs, Replace)
    assert list(replace) == ["connection", "home", "kind"]
    assert (kind := replace["kind"]) is not None
    assert kind.delete_first is True
    assert replace["home"] is None
    assert list(marked(ThingArgs, Key)) == ["name"]
    assert list(marked(ThingArgs, Scope)) == ["home"]
    assert marked(ThingArgs, FromConnection) == {"home": FromConnection("thingHome")}
    assert list(marked(ThingArgs, Local)) == ["connection", "adopt", "quick"]
    assert is_local(ThingArgs, "quick")
    assert not is_local(ThingArgs, "name")


def test_a_state_has_the_marks_of_its_arguments() -> None:
    for mark in (Replace, Key, Scope, Local):
        assert list(marked(ThingState, mark)) == list(marked(ThingArgs, mark))


def test_defaults_are_those_of_the_fields() -> None:
    assert default_of(ThingArgs, "kind") == "big"
    assert default_of(ThingArgs, "parts") == []
    assert default_of(ThingArgs, "words") is None
    assert default_of(ThingArgs, "name") is None


# -- strict in, lenient out, for all kinds


def systems() -> Iterator[ModuleType]:
    for name in ("appsec", "britive", "ibm", "vault"):
        try:
            yield importlib.import_module(f"pulumi_roster.{name}")
        except ModuleNotFoundError as missing:
            if missing.name != f"pulumi_roster.{name}":
                raise


KINDS = [kind for _ in [list(systems())] for kind in registered_kinds()]


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_are_strict_and_states_lenient(kind: str) -> None:
    args_type, state_type = handler_class(kind).args_type, handler_class(kind).state_type
    assert issubclass(state_type, args_type)
    assert issubclass(state_type, State)
    args, state = args_type.model_config, state_type.model_config
    assert (args.get("extra"), args.get("strict"), args.get("frozen")) == ("forbid", True, True)
    assert (state.get("extra"), state.get("strict"), state.get("frozen")) == ("ignore", False, True)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_declaration_is_told_what_it_lacks(kind: str) -> None:
    args_type = handler_class(kind).args_type
    required = {name for name, info in args_type.model_fields.items() if info.is_required()}
    found = {fault.path for fault in validate(args_type, {})[1] if fault.reason.startswith("is required")}
    assert required
    assert required <= found


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_may_be_unknown(kind: str) -> None:
    args_type = handler_class(kind).args_type
    given = dict.fromkeys((name for name in args_type.model_fields if name not in ("connection", "adopt")), UNKNOWN)
    inputs, faults = validate(args_type, given)
    assert faults == []
    assert {name: inputs[name] for name in given} == given


def test_there_are_kinds() -> None:
    assert len(KINDS) >= 5


GROUP = {"id": "g", "name": "n", "account_id": "a"}


def test_a_state_takes_what_the_service_adds() -> None:
    assert lenient(AccessGroupState, {**GROUP, "is_federated": True}) == AccessGroupState.model_validate(GROUP)


def test_a_state_keeps_values_that_we_would_not_allow() -> None:
    odd = lenient(AccessGroupState, {**GROUP, "name": "x" * 200 + "\n", "description": "y" * 999})
    assert (odd.name, odd.description) == ("x" * 200 + "\n", "y" * 999)
    assert (odd.id, odd.account_id, odd.created_at) == ("g", "a", "")
    thing = lenient(ThingState, {"id": "t", **GOOD, "kind": "middle", "count": 99})
    assert (thing.kind, thing.count, thing.hidden) == ("middle", 99, False)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "g", "name": "n"},
        {**GROUP, "id": None},
        {**GROUP, "name": 5},
        {**GROUP, "name": ["n"]},
        {**GROUP, "description": {}},
        {**GROUP, "force_delete": "perhaps"},
    ],
    ids=repr,
)
def test_a_state_of_another_shape_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        lenient(AccessGroupState, row)


def test_an_odd_value_does_not_hide_the_others() -> None:
    row = {"id": "t", **GOOD, "kind": "middle", "words": ["b", "a", "b"], "parts": [{"name": "b"}, {"name": "a"}]}
    thing = lenient(ThingState, row)
    assert str(thing.kind) == "middle"
    assert thing.words == ["a", "b"]
    assert [part.name for part in thing.parts] == ["a", "b"]


def test_a_state_whose_model_as_a_whole_objects_is_no_crash() -> None:
    class Judged(AccessGroupState):
        @model_validator(mode="after")
        def _judge(self) -> Judged:
            raise ValueError("no")

    with pytest.raises(ValidationError):
        lenient(Judged, GROUP)


def test_times_of_birth_are_told() -> None:
    assert lenient(AccessGroupState, {**GROUP, "created_at": "2030-01-01T00:00:00Z"}).born() == "2030-01-01T00:00:00Z"
    assert State(id="x").born() == ""


def test_arguments_of_groups_are_as_documented() -> None:
    assert AccessGroupArgs(account_id="a", name="n" * 100, description="d" * 250).allows_twins() is False
    for bad in ({"name": "n" * 101}, {"name": ""}, {"description": "d" * 251}, {"name": "Public Access"}):
        given = {"account_id": "a", "name": "n", **bad}
        assert [fault.path for fault in validate(AccessGroupArgs, given)[1]] == list(bad)


def test_a_rules_conditions_are_normalised_in_its_state_too() -> None:
    conditions = [{"claim": claim, "operator": "EQUALS", "value": 1} for claim in ("b", "a")]
    row = {"id": "r", "access_group_id": "g", "expiration": 1, "realm_name": "r", "conditions": conditions}
    assert [item.claim for item in lenient(AccessGroupRuleState, row).conditions] == ["a", "b"]


def test_a_deeply_nested_value_of_a_condition_can_be_kept() -> None:
    value = _from_json("[" * 500 + "]" * 500)
    row = {"id": "r", "access_group_id": "g", "expiration": 1, "realm_name": "r"}
    state = lenient(AccessGroupRuleState, {**row, "conditions": [{"claim": "c", "operator": "IN", "value": value}]})
    assert outputs_of(AccessGroupRuleArgs, state, dict(state))["expiration"] == 1
