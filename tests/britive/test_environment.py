"""Tests Britive's environments: properties, their group, and applications that scan their own environments."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, NotFound
from roster_emulator import Running
from support.britive_api import APP, britive, britive_change_environment, britive_root, britive_tree
from support.resources import Resource


@pytest.fixture
def environment(emulator: Running) -> Resource:
    return Resource("britive.Environment", emulator)


def only(server: Running) -> dict[str, Any]:
    [row] = britive_tree(server)[1]
    return row


def properties(server: Running, id: str) -> dict[str, Any]:
    found = britive(server, "GET", f"{APP}/environments/{id}")["catalogApplication"]["propertyTypes"]
    return {row["name"]: row["value"] for row in found}


def test_an_environment_without_a_group_is_in_the_root_group(environment: Resource, emulator: Running) -> None:
    environment.up(application_id=APP, name="Production")
    row = only(emulator)
    assert (row["parentGroupId"], row["type"], row["status"]) == (britive_root(emulator), "environment", "active")
    assert environment.outputs == {
        "application_id": APP,
        "name": "Production",
        "description": "",
        "parent_group_id": row["parentGroupId"],
        "type": "environment",
        "status": "active",
        "import_key": f"{APP}/{environment.id}",
        "_managed": [],
    }
    assert environment.refresh()
    assert environment.preview(application_id=APP, name="Production") == "same"


def test_an_update_keeps_the_other_properties(environment: Resource, emulator: Running) -> None:
    environment.up(application_id=APP, name="Production")
    id = environment.id
    britive_change_environment(emulator, id, accountId="123456789012", sessionDuration=7200)
    emulator.clear_requests()
    assert environment.up(application_id=APP, name="Live", description="what customers use") == "update"
    assert emulator.total() == 1
    assert environment.id == id
    assert (only(emulator)["name"], only(emulator)["description"]) == ("Live", "what customers use")
    there = properties(emulator, id)
    assert (there["accountId"], there["sessionDuration"]) == ("123456789012", 7200)


def test_a_missing_parent_group_is_an_error(environment: Resource, emulator: Running) -> None:
    with pytest.raises(NotFound, match="'nowhere' does not exist"):
        environment.up(application_id=APP, name="Production", parent_group_id="nowhere")
    assert britive_tree(emulator)[1] == []


def test_an_application_that_scans_its_own_environments_is_refused(environment: Resource, emulator: Running) -> None:
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
    with pytest.raises(BadRequest, match="do not support manual environments") as caught:
        environment.up(application_id="app-aws", name="Production")
    assert caught.value.code == "E1012"
