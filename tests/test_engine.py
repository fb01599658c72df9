"""What stands in the states of users, for ever: asserted by value."""

from __future__ import annotations

import base64
import pickletools

import dill  # type: ignore[import-untyped]
import pytest
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider

import pulumi_roster
from pulumi_roster.engine import Engine
from pulumi_roster.handler import handler_class, registered_kinds
from pulumi_roster.managed import Managed

PICKLES = {
    "appsec.GroupMembers": "gASVRwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBNhcHBzZWMuR"
    "3JvdXBNZW1iZXJzlHNiLg==",
    "appsec.IdentityGroup": "gASVSAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBRhcHBzZWMu"
    "SWRlbnRpdHlHcm91cJRzYi4=",
    "britive.AccountMapping": "gASVSgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBZicml0aX"
    "ZlLkFjY291bnRNYXBwaW5nlHNiLg==",
    "britive.Environment": "gASVRwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBNicml0aXZlL"
    "kVudmlyb25tZW50lHNiLg==",
    "britive.EnvironmentGroup": "gASVTAAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBhicml0"
    "aXZlLkVudmlyb25tZW50R3JvdXCUc2Iu",
    "ibm.AccessGroup": "gASVQwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjA9pYm0uQWNjZXNzR"
    "3JvdXCUc2Iu",
    "ibm.AccessGroupMembers": "gASVSgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBZpYm0uQW"
    "NjZXNzR3JvdXBNZW1iZXJzlHNiLg==",
    "ibm.AccessGroupMembership": "gASVTQAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBlpYm0"
    "uQWNjZXNzR3JvdXBNZW1iZXJzaGlwlHNiLg==",
    "ibm.AccessGroupRule": "gASVRwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBNpYm0uQWNjZ"
    "XNzR3JvdXBSdWxllHNiLg==",
    "ibm.MemberAccessGroups": "gASVSgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBZpYm0uTW"
    "VtYmVyQWNjZXNzR3JvdXBzlHNiLg==",
    "vault.GroupMembers": "gASVRgAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBJ2YXVsdC5Hcm"
    "91cE1lbWJlcnOUc2Iu",
    "vault.IdentityGroup": "gASVRwAAAAAAAACMFHB1bHVtaV9yb3N0ZXIuZW5naW5llIwGRW5naW5llJOUKYGUfZSMBGtpbmSUjBN2YXVsdC5JZ"
    "GVudGl0eUdyb3VwlHNiLg==",
}
"""Each stands in the state of everybody who has such a resource: to change one here is to break those states."""


def test_the_engine_is_where_the_states_say() -> None:
    assert f"{Engine.__module__}.{Engine.__qualname__}" == "pulumi_roster.engine.Engine"


@pytest.mark.parametrize("kind", PICKLES)
def test_the_pickle_is_the_one_that_stands_in_the_states(kind: str) -> None:
    assert serialize_provider(Engine(kind)) == PICKLES[kind]


@pytest.mark.parametrize("kind", PICKLES)
def test_the_pickle_of_a_state_is_understood(kind: str) -> None:
    engine = dill.loads(base64.b64decode(PICKLES[kind]))
    assert type(engine) is Engine
    assert engine.kind == kind
    assert handler_class(engine.kind).kind == kind


@pytest.mark.parametrize("kind", PICKLES)
def test_a_pickle_holds_a_name_and_nothing_else(kind: str) -> None:
    raw = base64.b64decode(serialize_provider(Engine(kind)))
    texts = [argument for _, argument, _ in pickletools.genops(raw) if isinstance(argument, str)]
    assert texts == ["pulumi_roster.engine", "Engine", "kind", kind]
    assert len(raw) < 120


def test_a_pickle_is_no_secret_and_its_key_is_pulumis() -> None:
    assert Engine.serialize_as_secret_always is False
    assert PROVIDER_KEY == "__provider"


def test_no_kind_is_forgotten() -> None:
    assert set(registered_kinds()) == set(PICKLES)


@pytest.mark.parametrize("kind", PICKLES)
def test_the_type_of_a_resource_is_the_one_that_stands_in_the_states(kind: str) -> None:
    system, _, name = kind.partition(".")
    resource: type[Managed] = getattr(getattr(pulumi_roster, system), name)
    assert resource.kind == kind
    assert vars(resource)["_resource_type_name"] == f"dynamic/{system}:{name}"
