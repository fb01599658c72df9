"""The service does the work and the reply is lost: exactly one object, in the state, whatever happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.errors import OutcomeUnknown
from roster_emulator import Running
from support.britive_api import APP, britive_environment, britive_group, britive_names, britive_root, britive_tree
from support.resources import Resource

TREE = "/api/apps/{app}/root-environment-group"
POST = {"britive.EnvironmentGroup": f"{TREE}/groups", "britive.Environment": f"{TREE}/environments"}
PATCH = {
    "britive.EnvironmentGroup": f"{TREE}/groups/{{group}}",
    "britive.Environment": "/api/apps/{app}/environments/{environment}/properties",
}
DELETE = {
    "britive.EnvironmentGroup": "/api/apps/{app}/environment-groups/{group}",
    "britive.Environment": "/api/apps/{app}/environments/{environment}",
}
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("drop_after", {}),
    ("status_after", {"status": 502}),
    ("status_after", {"status": 504}),
    ("truncated", {"how": "json"}),
    ("truncated", {"how": "reset"}),
    ("empty", {}),
    ("missing_field", {"field": "id"}),
]


@pytest.fixture(params=list(POST))
def resource(request: pytest.FixtureRequest, emulator: Running) -> Resource:
    britive_root(emulator)
    return Resource(request.param, emulator)


def kind_of(resource: Resource) -> str:
    return resource.subject.lifecycle.kind


@pytest.mark.parametrize(("fault", "more"), FAULTS)
def test_a_creation(resource: Resource, emulator: Running, fault: str, more: dict[str, Any]) -> None:
    emulator.fault(kind=fault, method="POST", route=POST[kind_of(resource)], **more)
    resource.up(app_id=APP, name="n", description="why")
    assert britive_names(emulator) == ["n"]
    assert resource.refresh()
    assert resource.preview(app_id=APP, name="n", description="why") == "same"


@pytest.mark.parametrize(("fault", "more"), FAULTS[:3])
def test_a_change(resource: Resource, emulator: Running, fault: str, more: dict[str, Any]) -> None:
    resource.up(app_id=APP, name="n")
    emulator.fault(kind=fault, method="PATCH", route=PATCH[kind_of(resource)], **more)
    resource.up(app_id=APP, name="m")
    assert britive_names(emulator) == ["m"]
    assert resource.outputs["name"] == "m"


@pytest.mark.parametrize(("fault", "more"), FAULTS[:3])
def test_a_removal(resource: Resource, emulator: Running, fault: str, more: dict[str, Any]) -> None:
    resource.up(app_id=APP, name="n")
    emulator.fault(kind=fault, method="DELETE", route=DELETE[kind_of(resource)], **more)
    resource.destroy()
    assert britive_names(emulator) == []


def test_a_creation_that_was_not_done_is_done_once(resource: Resource, emulator: Running) -> None:
    emulator.fault(kind="drop", method="POST", route=POST[kind_of(resource)], times=2)
    resource.up(app_id=APP, name="n")
    assert britive_names(emulator) == ["n"]


def test_what_does_not_show_at_once_is_waited_for(resource: Resource, emulator: Running) -> None:
    emulator.fault(kind="drop_after", method="POST", route=POST[kind_of(resource)])
    # The first look is the one before the creation; the second one does not show what was made.
    emulator.fault(kind="stale", method="GET", route="/api/apps/{app}")
    resource.up(app_id=APP, name="n")
    assert britive_names(emulator) == ["n"]
    assert all(plan["fired"] == 1 for plan in emulator.faults())


def test_one_of_the_same_name_that_was_there_before_is_not_taken_for_ours(
    resource: Resource, emulator: Running
) -> None:
    """The same name in another group, and in this group an object of the other kind."""
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


def test_one_that_somebody_else_makes_meanwhile_with_another_description_is_not_ours(
    resource: Resource, emulator: Running
) -> None:
    root, route = britive_root(emulator), POST[kind_of(resource)]
    theirs = britive_group if kind_of(resource) == "britive.EnvironmentGroup" else britive_environment
    emulator.fault(kind="hold", method="POST", route=route)
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(resource.up, app_id=APP, name="n")
        emulator.held(1)
        # Ours is not done, then done: theirs stands beside it, which this service allows.
        emulator.fault(kind="drop", method="POST", route=route, skip=1)
        id = theirs(emulator, root, "n", description="theirs")
        emulator.release()
        ours.result()
    assert resource.id != id
    assert britive_names(emulator) == ["n", "n"]


def test_a_service_that_never_answers_ends_in_an_error_and_nothing_twice(resource: Resource, emulator: Running) -> None:
    emulator.fault(kind="status", status=503, method="POST", route=POST[kind_of(resource)], times=None)
    with pytest.raises(OutcomeUnknown) as lost:
        Resource(kind_of(resource), emulator, budgetSeconds="0.5").up(app_id=APP, name="n")
    assert "run again" in lost.value.hint
    assert britive_tree(emulator)[1] == []
    assert britive_names(emulator) == []
