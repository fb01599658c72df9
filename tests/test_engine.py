"""Compares the pickles and type names in the states of users with fixed values, which must never change."""

from __future__ import annotations

import base64
import itertools
import pickletools

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider

import pulumi_roster
from pulumi_roster.catalog import RESOURCES, handler_class
from pulumi_roster.engine import Engine
from pulumi_roster.managed import Managed

PICKLES = {
    "appsec.GroupMembers": "gASVPQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBNhcHBzZWMuR3JvdXBNZW1iZXJzlIWUUpQu",
    "appsec.IdentityGroup": "gASVPgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBRhcHBzZWMuSWRlbnRpdHlHcm91cJSFlFKULg==",
    "britive.AccountMapping": "gASVQAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBZicml0aXZlLkFjY291bnRNYXBwaW5nlIWUUpQu",
    "britive.Environment": "gASVPQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBNicml0aXZlLkVudmlyb25tZW50lIWUUpQu",
    "britive.EnvironmentGroup": "gASVQgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBhicml0aXZlLkVudmlyb25tZW50R3JvdXCUhZRSlC4=",
    "ibm.AccessGroup": "gASVOQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUjA9pYm0uQWNjZXNzR3JvdXCUhZRSlC4=",
    "ibm.AccessGroupMembers": "gASVQAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBZpYm0uQWNjZXNzR3JvdXBNZW1iZXJzlIWUUpQu",
    "ibm.AccessGroupMembership": "gASVQwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBlpYm0uQWNjZXNzR3JvdXBNZW1iZXJzaGlwlIWUUpQu",
    "ibm.AccessGroupRule": "gASVPQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBNpYm0uQWNjZXNzR3JvdXBSdWxllIWUUpQu",
    "ibm.MemberAccessGroups": "gASVQAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBZpYm0uTWVtYmVyQWNjZXNzR3JvdXBzlIWUUpQu",
    "vault.GroupMembers": "gASVPAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBJ2YXVsdC5Hcm91cE1lbWJlcnOUhZRSlC4=",
    "vault.IdentityGroup": "gASVPQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOU"
    "jBN2YXVsdC5JZGVudGl0eUdyb3VwlIWUUpQu",
}
"""Recorded states contain these pickles. Never change one: that would break the states."""


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
    """Pulumi's SDK wraps the pickler once more for each dictionary that it serializes. After about 960 dictionaries,
    the wrappers exceed Python's recursion limit. The pickle of a provider contains no dictionary."""
    kinds = itertools.islice(itertools.cycle(PICKLES), 3000)
    assert all(serialize_provider(Engine(kind)) == PICKLES[kind] for kind in kinds)


def test_the_pickle_is_not_encrypted_and_has_pulumis_key() -> None:
    assert Engine.serialize_as_secret_always is False
    assert PROVIDER_KEY == "__provider"


def test_the_table_has_a_pickle_for_each_kind() -> None:
    assert set(RESOURCES) == set(PICKLES)


@pytest.mark.parametrize("kind", PICKLES)
def test_the_type_of_a_resource_equals_that_in_recorded_states(kind: str) -> None:
    system, _, name = kind.partition(".")
    resource: type[Managed] = getattr(getattr(pulumi_roster, system), name)
    assert resource.handler.kind == kind
    assert vars(resource)["_resource_type_name"] == f"dynamic/{system}:{name}"
