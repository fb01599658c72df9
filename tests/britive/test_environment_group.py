"""Tests Britive's environment groups: their place in the tree, one name in several groups, and deletion."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    Unauthorized,
    UnmanagedContent,
)
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.britive_api import (
    APP,
    britive_change_group,
    britive_delete_environment,
    britive_environment,
    britive_group,
    britive_root,
    britive_tree,
)
from support.resources import Resource


@pytest.fixture
def group(emulator: Running) -> Resource:
    return Resource("britive.EnvironmentGroup", emulator)


def below_root(server: Running) -> list[dict[str, Any]]:
    return [row for row in britive_tree(server)[0] if row["parentId"]]


def only(server: Running) -> dict[str, Any]:
    [row] = below_root(server)
    return row


# -- check failures


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        ({"application_id": APP, "name": "n", "description": "two\nlines are fine"}, set()),
        ({}, {"application_id", "name"}),
        ({"application_id": "", "name": ""}, {"application_id", "name"}),
        ({"application_id": APP, "name": "  "}, {"name"}),
        ({"application_id": APP, "name": "two\nlines"}, {"name"}),
        ({"application_id": APP, "name": 5, "parent_id": 7}, {"name", "parent_id"}),
        ({"application_id": APP, "name": "n", "parent_id": ""}, {"parent_id"}),
        ({"application_id": APP, "name": "n", "parent_group_id": "x"}, {"parent_group_id"}),
        ({"application_id": "x" * 201, "name": "n", "adopt": "yes"}, {"application_id", "adopt"}),
        ({"application_id": UNKNOWN, "name": UNKNOWN, "parent_id": UNKNOWN, "description": UNKNOWN}, set()),
    ],
)
def test_all_check_failures_are_reported_with_their_paths(
    group: Resource, emulator: Running, given: dict[str, Any], failures: set[str]
) -> None:
    assert set(group.failures(**given)) == failures
    assert emulator.total() == 0


# -- the place in the tree


@pytest.mark.parametrize("named", [False, True], ids=["omitted", "declared"])
def test_the_root_group_is_the_parent_if_it_is_omitted_or_declared(
    group: Resource, emulator: Running, named: bool
) -> None:
    root = britive_root(emulator)
    without: dict[str, Any] = {"application_id": APP, "name": "Platform"}
    group.up(**without, **({"parent_id": root} if named else {}))
    assert only(emulator)["parentId"] == root
    assert group.outputs["parent_id"] == root, "the output shows the parent, also if it is not managed"
    assert group.refresh()
    emulator.clear_requests()
    for given, changes in [({}, named), ({"parent_id": root}, True)]:
        assert group.up(**without, **given) == ("update" if changes else "same")
    assert emulator.total() == 0, "to start or stop managing the parent changes only the state"


def test_groups_can_be_nested_to_any_depth(group: Resource, emulator: Running) -> None:
    chain = [group]
    group.up(application_id=APP, name="level 0")
    for level in range(1, 12):
        below = chain[-1].also()
        below.up(application_id=APP, name=f"level {level}", parent_id=chain[-1].id)
        chain.append(below)
    parents = {row["name"]: row["parentId"] for row in below_root(emulator)}
    assert [parents[f"level {level}"] for level in range(1, 12)] == [above.id for above in chain[:-1]]
    for resource in reversed(chain):
        resource.destroy()
    assert below_root(emulator) == []


def test_a_move_is_drift_if_the_parent_is_declared(group: Resource, emulator: Running) -> None:
    emulator.switch(britive_move=True)
    root = britive_root(emulator)
    other = britive_group(emulator, root, "other")
    group.up(application_id=APP, name="Platform", parent_id=root)
    britive_change_group(emulator, group.id, parentId=other)
    assert group.refresh()
    assert group.outputs["parent_id"] == other
    assert group.preview(application_id=APP, name="Platform", parent_id=root) == "delete-replace"


def test_an_update_does_not_move_the_group(group: Resource, emulator: Running) -> None:
    above = britive_group(emulator, britive_root(emulator), "above")
    group.up(application_id=APP, name="Platform", parent_id=above)
    id = group.id
    assert group.up(application_id=APP, name="Platform 2", description="why", parent_id=above) == "update"
    [row] = [row for row in below_root(emulator) if row["id"] == id]
    assert (row["name"], row["description"], row["parentId"]) == ("Platform 2", "why", above)


@pytest.mark.parametrize("status", [400, 404])
def test_the_error_for_a_missing_parent_contains_the_services_message(
    group: Resource, emulator: Running, status: int
) -> None:
    emulator.switch(britive_unknown_parent_status=status)
    with pytest.raises(NotFound, match="Parent environment group 'nowhere' does not exist"):
        group.up(application_id=APP, name="Platform", parent_id="nowhere")
    assert below_root(emulator) == []


# -- one name for several groups


def test_an_existing_group_is_refused_or_adopted(group: Resource, emulator: Running) -> None:
    root = britive_root(emulator)
    there = britive_group(emulator, root, "Platform", description="of somebody else")
    for given in ({}, {"parent_id": root}):
        with pytest.raises(AlreadyExists, match=there):
            group.up(application_id=APP, name="Platform", **given)
    group.up(application_id=APP, name="Platform", description="ours", adopt=True)
    assert group.id == there
    assert only(emulator)["description"] == "ours"
    assert group.refresh()
    assert group.preview(application_id=APP, name="Platform", description="ours") == "same"


def test_the_same_name_may_be_used_in_another_group(group: Resource, emulator: Running) -> None:
    root = britive_root(emulator)
    above = britive_group(emulator, root, "above")
    britive_group(emulator, above, "Platform")
    britive_environment(emulator, root, "Platform")
    group.up(application_id=APP, name="Platform")
    assert sum(row["name"] == "Platform" for row in below_root(emulator)) == 2


# -- deletion


def test_a_group_with_unmanaged_content_is_not_deleted(group: Resource, emulator: Running) -> None:
    group.up(application_id=APP, name="Platform")
    inner = britive_group(emulator, group.id, "theirs")
    britive_environment(emulator, group.id, "Production")
    for mode in ("refuse", "cascade"):
        emulator.switch(britive_nonempty_group=mode)
        with pytest.raises(UnmanagedContent) as caught:
            group.subject.delete(group.id, group.outputs)
        assert f"group 'theirs' ({inner})" in str(caught.value)
        assert "environment 'Production'" in str(caught.value)
    assert len(below_root(emulator)) == 2
    assert len(britive_tree(emulator)[1]) == 1


def test_a_deletion_waits_until_deleted_content_disappears_from_the_listing(group: Resource, emulator: Running) -> None:
    group.up(application_id=APP, name="Platform")
    environment = britive_environment(emulator, group.id, "Production")
    emulator.fault(kind="stale", method="GET", route="/api/apps/{app}")
    britive_delete_environment(emulator, environment)
    group.destroy()
    assert below_root(emulator) == []
    assert emulator.faults()[0]["fired"] == 1


@pytest.mark.parametrize("mode", ["refuse", "conflict"])
def test_the_service_refuses_a_deletion_if_content_appears_after_our_check(
    group: Resource, emulator: Running, mode: str
) -> None:
    emulator.switch(britive_nonempty_group=mode)
    group.up(application_id=APP, name="Platform")
    # The read before the deletion does not show the content yet.
    emulator.fault(kind="stale", method="GET", route="/api/apps/{app}")
    britive_environment(emulator, group.id, "Production")
    with pytest.raises((BadRequest, Conflict), match="is not empty"):
        group.subject.delete(group.id, group.outputs)
    assert only(emulator)["id"] == group.id


# -- refusals


def test_an_application_that_scans_its_own_environments_is_refused(group: Resource, emulator: Running) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-aws", "catalogAppName": "AWS"}]})
    with pytest.raises(BadRequest) as caught:
        group.up(application_id="app-aws", name="Platform")
    assert "do not support manual environments" in str(caught.value)
    assert "AWS Standalone" in caught.value.hint


def test_the_error_for_a_missing_description_is_that_of_the_service(group: Resource, emulator: Running) -> None:
    emulator.switch(britive_description_required=True)
    with pytest.raises(BadRequest, match="Description must not be empty"):
        group.up(application_id=APP, name="Platform")
    group.up(application_id=APP, name="Platform", description="why")
    assert only(emulator)["description"] == "why"


@pytest.mark.parametrize(("token", "error"), [("viewer-1", Forbidden), ("outsider", Unauthorized)])
def test_a_token_without_rights_creates_nothing(emulator: Running, token: str, error: type[Exception]) -> None:
    group = Resource("britive.EnvironmentGroup", emulator, britiveToken=token)
    with pytest.raises(error) as caught:
        group.up(application_id=APP, name="Platform")
    assert token not in str(caught.value)
    assert britive_tree(emulator)[0] == []


def test_an_id_with_a_slash_stays_one_segment_of_the_path(group: Resource, emulator: Running) -> None:
    emulator.clear_requests()
    with pytest.raises(BadRequest, match="has no application"):
        group.up(application_id="app-demo/environments", name="Platform")
    assert [call["path"] for call in emulator.last_requests()] == ["/api/apps/app-demo%2Fenvironments"]
