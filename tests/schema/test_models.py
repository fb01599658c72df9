"""Tests the models of each kind: strict arguments and lenient states."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError, model_validator

from pulumi_roster.catalog import RESOURCES, handler_class
from pulumi_roster.ibm.access_group import AccessGroupState
from pulumi_roster.ibm.access_group_rule import AccessGroupRuleArgs, AccessGroupRuleState, _from_json
from pulumi_roster.schema.model import State, lenient
from pulumi_roster.schema.outputs import outputs_of
from pulumi_roster.schema.unknown import UNKNOWN
from pulumi_roster.schema.validation import validate
from support.thing import GOOD, ThingState


@pytest.mark.parametrize("kind", RESOURCES)
def test_arguments_are_strict_and_states_lenient(kind: str) -> None:
    args_type, state_type = handler_class(kind).args_type, handler_class(kind).state_type
    assert issubclass(state_type, args_type)
    assert issubclass(state_type, State)
    args, state = args_type.model_config, state_type.model_config
    assert (args.get("extra"), args.get("strict"), args.get("frozen")) == ("forbid", True, True)
    assert (state.get("extra"), state.get("strict"), state.get("frozen")) == ("ignore", False, True)


@pytest.mark.parametrize("kind", RESOURCES)
def test_an_empty_declaration_fails_for_each_required_field(kind: str) -> None:
    args_type = handler_class(kind).args_type
    required = {name for name, info in args_type.model_fields.items() if info.is_required()}
    found = {failure.path for failure in validate(args_type, {})[1] if failure.reason.startswith("is required")}
    assert required
    assert required <= found


@pytest.mark.parametrize("kind", RESOURCES)
def test_every_argument_may_be_unknown(kind: str) -> None:
    args_type = handler_class(kind).args_type
    given = dict.fromkeys((name for name in args_type.model_fields if name not in ("connection", "adopt")), UNKNOWN)
    inputs, failures = validate(args_type, given)
    assert failures == []
    assert {name: inputs[name] for name in given} == given


GROUP = {"id": "g", "name": "n", "account_id": "a"}


def test_a_state_ignores_fields_that_the_service_adds() -> None:
    assert lenient(AccessGroupState, {**GROUP, "is_federated": True}) == AccessGroupState.model_validate(GROUP)


def test_a_state_keeps_values_that_break_our_rules() -> None:
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
def test_a_row_with_a_missing_field_or_another_type_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        lenient(AccessGroupState, row)


def test_a_value_that_breaks_a_rule_does_not_affect_the_other_fields() -> None:
    row = {"id": "t", **GOOD, "kind": "middle", "words": ["b", "a", "b"], "parts": [{"name": "b"}, {"name": "a"}]}
    thing = lenient(ThingState, row)
    assert str(thing.kind) == "middle"
    assert thing.words == ["a", "b"]
    assert [part.name for part in thing.parts] == ["a", "b"]


def test_a_failure_of_the_whole_model_is_an_error() -> None:
    class Refusing(AccessGroupState):
        @model_validator(mode="after")
        def _refuse(self) -> Refusing:
            raise ValueError("no")

    with pytest.raises(ValidationError):
        lenient(Refusing, GROUP)


def test_a_state_knows_when_its_object_was_created() -> None:
    assert (
        lenient(AccessGroupState, {**GROUP, "created_at": "2030-01-01T00:00:00Z"}).created_time()
        == "2030-01-01T00:00:00Z"
    )
    assert State(id="x").created_time() == ""


def test_a_state_sorts_the_conditions_of_a_rule() -> None:
    conditions = [{"claim": claim, "operator": "EQUALS", "value": 1} for claim in ("b", "a")]
    row = {"id": "r", "access_group_id": "g", "name": "n", "expiration": 1, "realm_name": "r", "conditions": conditions}
    assert [item.claim for item in lenient(AccessGroupRuleState, row).conditions] == ["a", "b"]


def test_a_state_can_contain_a_deeply_nested_value_of_a_condition() -> None:
    value = _from_json("[" * 500 + "]" * 500)
    row = {"id": "r", "access_group_id": "g", "name": "n", "expiration": 1, "realm_name": "r"}
    state = lenient(AccessGroupRuleState, {**row, "conditions": [{"claim": "c", "operator": "IN", "value": value}]})
    assert outputs_of(AccessGroupRuleArgs, "{id}", state, dict(state), [])["expiration"] == 1
