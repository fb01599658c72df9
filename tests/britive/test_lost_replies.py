"""Tests lost replies to creations in Britive: no object of another writer is adopted, and none is created twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_roster.errors import OutcomeUnknown
from roster_emulator import Running
from support.britive_api import APP, britive_environment, britive_group, britive_names, britive_root, britive_tree
from support.resources import Resource

TREE = "/api/apps/{app}/root-environment-group"
POST = {"britive.EnvironmentGroup": f"{TREE}/groups", "britive.Environment": f"{TREE}/environments"}


@pytest.fixture(params=list(POST))
def resource(request: pytest.FixtureRequest, emulator: Running) -> Resource:
    britive_root(emulator)
    return Resource(request.param, emulator)


def kind_of(resource: Resource) -> str:
    return resource.subject.lifecycle.kind


def test_older_objects_with_the_same_name_are_not_adopted(resource: Resource, emulator: Running) -> None:
    """Create one object in another group, and one of the other kind in the same group."""
    root = britive_root(emulator)
    above = britive_group(emulator, root, "above")
    if kind_of(resource) == "britive.Environment":
        britive_environment(emulator, above, "n")
        britive_group(emulator, root, "n")
    else:
        britive_group(emulator, above, "n")
        britive_environment(emulator, root, "n")
    emulator.fault(kind="drop_after", method="POST", route=POST[kind_of(resource)])
    resource.up(application_id=APP, name="n")
    assert root in (resource.outputs.get("parent_id"), resource.outputs.get("parent_group_id"))
    assert britive_names(emulator) == ["above", "n", "n", "n"]


def test_an_object_of_another_writer_with_another_description_is_not_adopted(
    resource: Resource, emulator: Running
) -> None:
    root, route = britive_root(emulator), POST[kind_of(resource)]
    theirs = britive_group if kind_of(resource) == "britive.EnvironmentGroup" else britive_environment
    emulator.fault(kind="hold", method="POST", route=route, work=False)
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(resource.up, application_id=APP, name="n")
        emulator.held(1)
        # Our request creates nothing and its reply is empty. The other writer creates its object in the meantime.
        id = theirs(emulator, root, "n", description="theirs")
        emulator.release()
        ours.result()
    assert resource.id != id
    assert britive_names(emulator) == ["n", "n"]


def test_a_service_that_always_fails_causes_an_error_and_creates_nothing(resource: Resource, emulator: Running) -> None:
    emulator.fault(kind="status", status=503, method="POST", route=POST[kind_of(resource)], times=None)
    with pytest.raises(OutcomeUnknown) as lost:
        Resource(kind_of(resource), emulator, timeoutSeconds="0.5").up(application_id=APP, name="n")
    assert "run again" in lost.value.hint
    assert britive_tree(emulator)[1] == []
    assert britive_names(emulator) == []
