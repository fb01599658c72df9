"""Tests the base of the results of look-ups: attributes and items, equality, copies, and refused changes."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Annotated, Any

import dill  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from pulumi_roster.schema.results import EmptyDictIfNull, EmptyIfNull, Id, OptionalId, OptionalText, Result


class Inner(Result):
    claim: str


class Outer(Result):
    id: Id
    name: str
    description: str | None = None
    changed: OptionalText = None
    parent_id: OptionalId = None
    inner: Annotated[list[Inner], EmptyIfNull] = field(default_factory=list)
    labels: Annotated[dict[str, str], EmptyDictIfNull] = field(default_factory=dict)


ROW = {"id": "g", "name": "team", "inner": [{"claim": "c", "added later": 1}], "added later": 2}


def test_a_field_is_an_attribute_and_an_item() -> None:
    found = Outer.parse(ROW)
    assert (found.id, found["id"], found.inner[0].claim, found["inner"][0]["claim"]) == ("g", "g", "c", "c")
    assert list(found) == ["id", "name", "description", "changed", "parent_id", "inner", "labels"]
    assert isinstance(found, Mapping)
    assert json.loads(json.dumps(found)) == found


def test_results_with_the_same_fields_are_equal_and_readable() -> None:
    assert Outer.parse(ROW) == Outer(id="g", name="team", inner=[Inner(claim="c")])
    assert Outer.parse(ROW) != Outer(id="g", name="other", inner=[Inner(claim="c")])
    assert repr(Outer.parse(ROW)) == (
        "Outer(id='g', name='team', description=None, changed=None, parent_id=None, inner=[Inner(claim='c')], "
        "labels={})"
    )


CHANGES: dict[str, Callable[[Any], Any]] = {
    "attribute": lambda found: setattr(found, "name", "x"),
    "no attribute": lambda found: delattr(found, "name"),
    "item": lambda found: found.__setitem__("name", "x"),
    "no item": lambda found: found.__delitem__("name"),
    "|=": lambda found: found.__ior__({"name": "x"}),
    "clear": lambda found: found.clear(),
    "pop": lambda found: found.pop("name"),
    "popitem": lambda found: found.popitem(),
    "setdefault": lambda found: found.setdefault("new", "x"),
    "update": lambda found: found.update(name="x"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_fields_of_a_result_cannot_be_set(change: str) -> None:
    found = Outer.parse(ROW)
    with pytest.raises((TypeError, AttributeError), match=r"cannot be set|cannot (assign|delete)"):
        CHANGES[change](found)
    assert found == Outer.parse(ROW)
    assert found.name == "team"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, *(lambda value, m=m: m.loads(m.dumps(value)) for m in (pickle, dill))]
)
def test_a_copy_is_equal_and_has_the_attributes(again: Callable[[Outer], Outer]) -> None:
    found = Outer.parse(ROW)
    copied = again(found)
    assert copied == found
    assert (type(copied), copied.inner[0].claim) == (Outer, "c")


@pytest.mark.parametrize(
    ("given", "id"), [(2800, "2800"), ("2800", "2800"), (0, "0"), (2**64 + 1, "18446744073709551617"), ("0028", "0028")]
)
def test_an_id_is_text_with_all_its_digits(given: Any, id: str) -> None:
    found = Outer.parse({**ROW, "id": given, "parent_id": given})
    assert (found.id, found.parent_id) == (id, id)


@pytest.mark.parametrize("id", [None, "", True, 1.0, 2.8e3, ["a"], {}])
def test_a_row_without_a_usable_id_is_refused(id: Any) -> None:
    with pytest.raises(ValidationError):
        Outer.parse({**ROW, "id": id})


def test_what_the_service_does_not_have_is_none() -> None:
    nothing = Outer.parse(
        {**ROW, "description": None, "changed": None, "parent_id": None, "inner": None, "labels": None}
    )
    assert (nothing.description, nothing.changed, nothing.parent_id) == (None, None, None)
    assert (nothing.inner, nothing.labels) == ([], {})
    empty = Outer.parse({**ROW, "description": "", "changed": "", "parent_id": ""})
    assert (empty.description, empty.changed, empty.parent_id) == ("", None, None)


@pytest.mark.parametrize("name", ["items", "keys", "values", "get", "copy", "pop", "update", "parse"])
def test_a_field_cannot_have_the_name_of_a_method(name: str) -> None:
    with pytest.raises(TypeError, match=rf"Wrong: a field must not have the name of a method, got {name}$"):
        type("Wrong", (Result,), {"__annotations__": {"id": str, name: str}})
