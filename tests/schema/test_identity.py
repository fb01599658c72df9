"""Tests the key of an object: from its import key, or from its state."""

from __future__ import annotations

import pytest

from pulumi_roster.errors import InvalidArguments
from pulumi_roster.schema.identity import ObjectKey, key_of, parse_import_key
from pulumi_roster.schema.model import lenient
from pulumi_roster.schema.outputs import state_of
from support.thing import GOOD, ThingArgs, ThingState


@pytest.mark.parametrize(
    ("template", "text", "known", "key"),
    [
        ("{id}", "7", {}, ObjectKey("7")),
        ("{id}", "7", {"home": "here", "count": 2}, ObjectKey("7", {"home": "here"})),
        ("{home}/{id}", "here/7", {}, ObjectKey("7", {"home": "here"})),
        ("{home}/{id}", "here/7", {"home": "here"}, ObjectKey("7", {"home": "here"})),
        ("{home}/{id}", "7", {"home": "there"}, ObjectKey("7", {"home": "there"})),
        ("{home}/{name}", "here/one", {}, ObjectKey("here/one", {"home": "here", "name": "one"})),
        ("{home}/{name}", "here/a/b", {}, ObjectKey("here/a/b", {"home": "here", "name": "a/b"})),
        ("{name}", "one", {}, ObjectKey("one", {"name": "one"})),
    ],
)
def test_an_import_key_names_an_object(template: str, text: str, known: dict[str, object], key: ObjectKey) -> None:
    assert parse_import_key(template, ThingArgs, text, known, {}) == key


@pytest.mark.parametrize("text", ["7", "here/there/7", "/7", "here/", ""])
def test_an_import_key_must_have_the_form_of_its_kind(text: str) -> None:
    with pytest.raises(InvalidArguments, match=r"must look like \{home\}/\{id\}, got"):
        parse_import_key("{home}/{id}", ThingArgs, text, {}, {})


def test_an_import_key_counts_more_than_a_default_and_must_not_contradict_the_program() -> None:
    found = parse_import_key("{home}/{id}", ThingArgs, "here/7", {}, {"home": "there"})
    assert found == ObjectKey("7", {"home": "here"})
    with pytest.raises(InvalidArguments, match="home must be 'here', as in the import key, got 'there'"):
        parse_import_key("{home}/{id}", ThingArgs, "here/7", {"home": "there"}, {})


def test_a_state_has_the_key_that_an_import_would_give() -> None:
    state = lenient(ThingState, {**GOOD, "id": "7"})
    assert key_of("{home}/{id}", ThingArgs, state) == parse_import_key("{home}/{id}", ThingArgs, "here/7", {}, {})


@pytest.mark.parametrize("lacks", ["home", "name"])
def test_a_recorded_state_without_a_required_field_is_an_error(lacks: str) -> None:
    outputs = {name: value for name, value in GOOD.items() if name != lacks}
    with pytest.raises(InvalidArguments, match=f"no usable {lacks}"):
        state_of(ThingState, "7", outputs)


def test_a_state_with_a_value_that_breaks_a_rule_of_ours_has_all_its_fields() -> None:
    state = state_of(ThingState, "7", {**GOOD, "count": 99, "kind": "huge"})
    assert state.model_dump(warnings=False).keys() == ThingState.model_fields.keys()
    assert (state.model_dump(warnings=False)["count"], state.model_dump(warnings=False)["kind"]) == (99, "huge")
