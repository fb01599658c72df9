"""Compares the places in which a resource declares its arguments and outputs: model, signature, outputs, docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pulumi
import pytest

import pulumi_roster
from pulumi_roster.catalog import RESOURCES, SYSTEMS, handler_class
from pulumi_roster.managed import CommonArguments, Managed
from pulumi_roster.schema.marks import FromConnection, ProviderOnly, marked
from pulumi_roster.schema.model import Args

COMMON = set(CommonArguments.__annotations__)


def resource_class(kind: str) -> type[Managed]:
    system, _, name = kind.partition(".")
    found: type[Managed] = getattr(getattr(pulumi_roster, system), name)
    return found


def arguments(kind: str) -> dict[str, bool]:
    """Return the arguments of a kind by its model, and whether the user must give each."""
    args_type = handler_class(kind).args_type
    supplied = {*marked(args_type, FromConnection), "name"}
    fields = args_type.model_fields.items()
    return {name: info.is_required() and name not in supplied for name, info in fields if name not in COMMON}


def parameters(function: Any) -> list[str]:
    return re.findall(r":param (\w+):", inspect.getdoc(function) or "")


def literals(annotation: Any) -> Iterator[Any]:
    """Yield the values that a type names."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    for part in get_args(annotation):
        if get_origin(annotation) is not Literal:
            yield from literals(part)


@pytest.mark.parametrize("kind", RESOURCES)
def test_the_signature_has_the_fields_of_the_model(kind: str) -> None:
    signature = inspect.signature(resource_class(kind).__init__, eval_str=True)
    given = [item for item in signature.parameters.values() if item.kind is inspect.Parameter.KEYWORD_ONLY]
    assert {item.name: item.default is inspect.Parameter.empty for item in given} == arguments(kind)
    assert all(item.default in (None, inspect.Parameter.empty) for item in given), "only the model may have defaults"
    for item in given:
        expected = set(literals(handler_class(kind).args_type.model_fields[item.name].annotation))
        assert set(literals(item.annotation)) == expected, item.name


@pytest.mark.parametrize("kind", [kind for kind in RESOURCES if "exclusive" in arguments(kind)])
def test_every_set_must_say_whether_it_is_exclusive(kind: str) -> None:
    assert arguments(kind)["exclusive"], "any default would surprise somebody: it removes people, or it hides them"


@pytest.mark.parametrize("kind", RESOURCES)
def test_the_outputs_are_the_fields_of_the_state(kind: str) -> None:
    state_type = handler_class(kind).state_type
    outputs = set(state_type.model_fields) - {"id"} - set(marked(state_type, ProviderOnly))
    annotations = inspect.get_annotations(resource_class(kind), eval_str=True)
    assert set(annotations) == outputs
    assert all(str(get_origin(annotation)) == str(pulumi.Output) for annotation in annotations.values())
    fields = state_type.model_fields
    absent = {name for name in outputs - set(handler_class(kind).args_type.model_fields) if fields[name].default == ""}
    assert {name for name in absent if "None" not in str(annotations[name])} == set(), "absent is None"


@pytest.mark.parametrize("kind", RESOURCES)
def test_the_docstring_describes_each_argument_once(kind: str) -> None:
    found = resource_class(kind)
    assert sorted(parameters(found.__init__)) == sorted(["resource_name", *arguments(kind), "common"])
    assert parameters(found) == [], "describe arguments in __init__, which an editor shows"
    assert "Source: " in (inspect.getdoc(found) or "")


def test_the_common_arguments_are_those_of_every_model() -> None:
    assert sorted(COMMON) == sorted([*Args.model_fields, "opts"]) == sorted(parameters(CommonArguments))


def test_the_catalog_lists_every_resource_class() -> None:
    offered = [
        f"{system}.{name}"
        for system in SYSTEMS
        for name in dir(getattr(pulumi_roster, system))
        if isinstance(found := getattr(getattr(pulumi_roster, system), name), type) and issubclass(found, Managed)
    ]
    assert sorted(offered) == RESOURCES
    assert [resource_class(kind).handler.kind for kind in RESOURCES] == RESOURCES


@pytest.mark.parametrize("system", SYSTEMS)
def test_completion_offers_resources_lookups_and_their_types_only(system: str) -> None:
    module = getattr(pulumi_roster, system)
    offered = {name: getattr(module, name) for name in dir(module)}
    assert all(found.__module__.startswith(f"pulumi_roster.{system}.") for found in offered.values())
    assert all(name[0].isupper() or name.startswith(("get_", "is_", "list_")) for name in offered)
