from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, BadRequest, NotFound
from roster_emulator import Running
from support.britive_api import (
    APP,
    britive,
    britive_change_environment,
    britive_delete_environment,
    britive_environment,
    britive_group,
    britive_root,
    britive_tree,
)
from support.resources import Resource


@pytest.fixture
def environment(emulator: Running) -> Resource:
    return Resource("britive.Environment", emulator)


def only(world: Running) -> dict[str, Any]:
    [row] = britive_tree(world)[1]
    return row


def properties(world: Running, id: str) -> dict[str, Any]:
    found = britive(world, "GET", f"{APP}/environments/{id}")["catalogApplication"]["propertyTypes"]
    return {row["name"]: row["value"] for row in found}


def test_a_minimal_environment_is_under_the_root(environment: Resource, emulator: Running) -> None:
    environment.up(app_id=APP, name="Production")
    row = only(emulator)
    assert (row["parentGroupId"], row["type"], row["status"]) == (britive_root(emulator), "environment", "active")
    assert environment.outputs == {
        "app_id": APP,
        "name": "Production",
        "description": "",
        "parent": row["parentGroupId"],
        "type": "environment",
        "status": "active",
    }
    assert environment.refresh()
    assert environment.preview(app_id=APP, name="Production") == "same"


def test_name_and_description_change_in_place_and_other_properties_stay(
    environment: Resource, emulator: Running
) -> None:
    environment.up(app_id=APP, name="Production")
    id = environment.id
    britive_change_environment(emulator, id, accountId="123456789012", sessionDuration=7200)
    emulator.clear_requests()
    assert environment.up(app_id=APP, name="Live", description="what customers use") == "update"
    assert emulator.total() == 1
    assert environment.id == id
    assert (only(emulator)["name"], only(emulator)["description"]) == ("Live", "what customers use")
    there = properties(emulator, id)
    assert (there["accountId"], there["sessionDuration"]) == ("123456789012", 7200)


@pytest.mark.parametrize(("field", "property"), [("name", "displayName"), ("description", "description")])
def test_drift_shows_and_is_repaired(environment: Resource, emulator: Running, field: str, property: str) -> None:
    declared = {"app_id": APP, "name": "Production", "description": "why"}
    environment.up(**declared)
    britive_change_environment(emulator, environment.id, **{property: "by hand"})
    assert environment.refresh()
    assert environment.outputs[field] == "by hand"
    assert environment.up(**declared) == "update"
    assert only(emulator)[field] == declared[field]


def test_a_description_that_is_declared_no_more_is_cleared(environment: Resource, emulator: Running) -> None:
    environment.up(app_id=APP, name="Production", description="why")
    assert environment.up(app_id=APP, name="Production") == "update"
    assert only(emulator)["description"] == ""


def test_another_group_makes_it_anew_after_the_old_one_is_gone(environment: Resource, emulator: Running) -> None:
    one, two = (britive_group(emulator, britive_root(emulator), name) for name in ("one", "two"))
    environment.up(app_id=APP, name="Production", parent_group_id=one)
    emulator.clear_requests()
    assert environment.up(app_id=APP, name="Production", parent_group_id=two) == "delete-replace"
    assert only(emulator)["parentGroupId"] == two
    assert [call["method"] for call in emulator.last_requests() if call["method"] != "GET"] == ["DELETE", "POST"]


def test_another_application_makes_another_environment_before_the_old_one_goes(
    environment: Resource, emulator: Running
) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-two"}]})
    environment.up(app_id=APP, name="Production")
    assert environment.up(app_id="app-two", name="Production") == "replace"
    assert britive_tree(emulator)[1] == []
    assert [row["id"] for row in britive_tree(emulator, "app-two")[1]] == [environment.id]


def test_a_name_that_is_taken_in_the_group_is_refused_and_can_be_adopted(
    environment: Resource, emulator: Running
) -> None:
    there = britive_environment(emulator, britive_root(emulator), "Production")
    with pytest.raises(AlreadyExists, match=there):
        environment.up(app_id=APP, name="Production")
    environment.up(app_id=APP, name="Production", description="ours", adopt=True)
    assert (environment.id, only(emulator)["description"]) == (there, "ours")


def test_a_group_that_does_not_exist_is_told(environment: Resource, emulator: Running) -> None:
    with pytest.raises(NotFound, match="'nowhere' does not exist"):
        environment.up(app_id=APP, name="Production", parent_group_id="nowhere")
    assert britive_tree(emulator)[1] == []


def test_an_application_that_scans_its_own_environments_is_told(environment: Resource, emulator: Running) -> None:
    emulator.seed(
        britive={
            "applications": [
                {
                    "appContainerId": "app-aws",
                    "catalogAppName": "AWS",
                    "environmentGroups": [{"id": "r-pak3", "name": "Root", "type": "Organization"}],
                }
            ]
        }
    )
    with pytest.raises(BadRequest, match="do not support manual environments") as refused:
        environment.up(app_id="app-aws", name="Production")
    assert refused.value.code == "E1012"


@pytest.mark.parametrize("status", [400, 404])
def test_what_is_gone_is_no_error(environment: Resource, emulator: Running, status: int) -> None:
    emulator.switch(britive_absent_status=status)
    environment.up(app_id=APP, name="Production")
    id, outputs = environment.id, environment.outputs
    britive_delete_environment(emulator, id)
    with pytest.raises(NotFound) as gone:
        environment.subject.update(id, outputs, environment.checked(app_id=APP, name="Live"))
    assert gone.value.hint
    environment.subject.delete(id, outputs)
    assert not environment.refresh()
