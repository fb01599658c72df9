"""Tests that a lost reply to a creation in Britive takes no object of another writer and creates nothing twice."""

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


def test_existing_objects_with_the_name_are_not_taken_for_the_new_one(resource: Resource, emulator: Running) -> None:
    """One has the same name in another group. The other is in this group and of the other kind."""
    root = britive_root(emulator)
    above = britive_group(emulator, root, "above")
    if kind_of(resource) == "britive.Environment":
        britive_environment(emulator, above, "n")
        britive_group(emulator, root, "n")
    else:
        britive_group(emulator, above, "n")
        britive_environment(emulator, root, "n")
    emulator.fault(kind="drop_after", method="POST", route=POST[kind_of(resource)])
    resource.up(app_id=APP, name="n")
    assert resource.outputs["parent"] == root
    assert britive_names(emulator) == ["above", "n", "n", "n"]


def test_a_new_object_with_another_description_is_not_taken_for_ours(resource: Resource, emulator: Running) -> None:
    root, route = britive_root(emulator), POST[kind_of(resource)]
    theirs = britive_group if kind_of(resource) == "britive.EnvironmentGroup" else britive_environment
    emulator.fault(kind="hold", method="POST", route=route)
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(resource.up, app_id=APP, name="n")
        emulator.held(1)
        # The first attempt fails and the second succeeds, beside the other object, which Britive allows.
        emulator.fault(kind="drop", method="POST", route=route, skip=1)
        id = theirs(emulator, root, "n", description="theirs")
        emulator.release()
        ours.result()
    assert resource.id != id
    assert britive_names(emulator) == ["n", "n"]


def test_a_service_that_refuses_every_creation_ends_in_an_error(resource: Resource, emulator: Running) -> None:
    emulator.fault(kind="status", status=503, method="POST", route=POST[kind_of(resource)], times=None)
    with pytest.raises(OutcomeUnknown) as lost:
        Resource(kind_of(resource), emulator, budgetSeconds="0.5").up(app_id=APP, name="n")
    assert "run again" in lost.value.hint
    assert britive_tree(emulator)[1] == []
    assert britive_names(emulator) == []
