"""Compares the pickles and type names in the states of users with fixed values, which must never change."""

from __future__ import annotations

import base64
import itertools
import json
import pickletools

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider

import pulumi_roster
from pulumi_roster.catalog import RESOURCES, handler_class
from pulumi_roster.engine import Engine
from pulumi_roster.managed import Managed
from recorded_states.record import STATES
from support.program import kind_of


def recorded_pickles() -> dict[str, str]:
    """Return the serialized provider of each kind, as the recorded states contain it."""
    states = [json.loads(path.read_text()) for path in sorted(STATES.glob("*/state.json"))]
    rows = [row for state in states for row in state["deployment"]["resources"]]
    return {kind_of(row): row["inputs"]["__provider"] for row in rows if "__provider" in row.get("inputs", {})}


PICKLES = recorded_pickles()
ACCESS_GROUP = "gASVOQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUjA9pYm0uQWNjZXNzR3JvdXCUhZRSlC4="
"""The state of each user contains such texts. A change of their form breaks those states."""


def test_the_recorded_pickles_have_the_form_that_never_changes() -> None:
    assert PICKLES["ibm.AccessGroup"] == ACCESS_GROUP
    assert PICKLES.keys() == {*RESOURCES}, "run: make record"


def test_the_path_of_the_engine_equals_that_in_recorded_states() -> None:
    assert f"{Engine.__module__}.{Engine.__qualname__}" == "pulumi_roster.engine.Engine"


@pytest.mark.parametrize("kind", PICKLES)
def test_the_pickle_equals_that_in_recorded_states(kind: str) -> None:
    assert serialize_provider(Engine(kind)) == PICKLES[kind]


@pytest.mark.parametrize("kind", PICKLES)
def test_a_recorded_pickle_can_be_loaded(kind: str) -> None:
    engine = dill.loads(base64.b64decode(PICKLES[kind]))
    assert type(engine) is Engine
    assert engine.kind == kind
    assert handler_class(engine.kind).kind == kind


@pytest.mark.parametrize("kind", PICKLES)
def test_a_pickle_contains_only_the_name_of_a_kind(kind: str) -> None:
    raw = base64.b64decode(serialize_provider(Engine(kind)))
    texts = [argument for _, argument, _ in pickletools.genops(raw) if isinstance(argument, str)]
    assert texts == ["pulumi_roster.engine", "Engine", kind]
    assert len(raw) < 120
    assert not [opcode.name for opcode, _, _ in pickletools.genops(raw) if "DICT" in opcode.name]


def test_one_process_can_serialize_thousands_of_providers() -> None:
    """Pulumi's SDK wraps the pickler once more for each provider, and a dictionary passes through all wrappers. With a
    dictionary in the pickle, about 960 providers exceed Python's recursion limit."""
    kinds = itertools.islice(itertools.cycle(PICKLES), 3000)
    assert all(serialize_provider(Engine(kind)) == PICKLES[kind] for kind in kinds)


def test_the_pickle_is_not_encrypted_and_has_pulumis_key() -> None:
    assert Engine.serialize_as_secret_always is False
    assert PROVIDER_KEY == "__provider"


@pytest.mark.parametrize("kind", PICKLES)
def test_the_type_of_a_resource_equals_that_in_recorded_states(kind: str) -> None:
    system, _, name = kind.partition(".")
    resource: type[Managed] = getattr(getattr(pulumi_roster, system), name)
    assert resource.handler.kind == kind
    assert vars(resource)["_resource_type_name"] == f"dynamic/roster/{system}:{name}"
