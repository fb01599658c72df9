"""Tests access groups of IBM Cloud IAM: limits, one name for several groups, the revision, and deletion."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, Conflict, Forbidden, NotFound, UnmanagedContent
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm_add, ibm_group, ibm_groups, ibm_rule
from support.resources import Resource

PUBLIC = "AccessGroupId-PublicAccess"
ANNA = "IBMid-1100000AAA"


@pytest.fixture
def group(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroup", emulator)


def one_group(server: Running) -> dict[str, Any]:
    [row] = ibm_groups(server)
    return row


# -- limits


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        ({"name": "x" * 100, "description": "x" * 250}, set()),
        ({"name": "x" * 101}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": "n", "description": "x" * 251}, {"description"}),
        ({"name": "two\nlines"}, {"name"}),
        ({"name": "nul\0"}, {"name"}),
        ({"name": "n", "description": "two\nlines are fine"}, set()),
        ({}, {"name"}),
        ({"name": 5}, {"name"}),
        ({"name": ["n"]}, {"name"}),
        ({"name": "n", "force_delete": "yes"}, {"force_delete"}),
        ({"name": "n", "account_id": ""}, {"account_id"}),
        ({"name": "n", "descripton": "typo"}, {"descripton"}),
        (
            {"name": "x" * 101, "description": "y" * 251, "adopt": 1, "colour": "red"},
            {"name", "description", "adopt", "colour"},
        ),
    ],
)
def test_all_check_failures_are_reported_with_their_paths(
    group: Resource, given: dict[str, Any], failures: set[str]
) -> None:
    assert set(group.failures(**given)) == failures


@pytest.mark.parametrize("name", ["Public Access", "public access", "PUBLIC ACCESS"])
def test_the_public_access_group_is_refused_without_a_request(group: Resource, emulator: Running, name: str) -> None:
    assert "public access group" in group.failures(name=name)["name"]
    assert emulator.total() == 0


def test_an_unknown_connection_needs_no_account(group: Resource) -> None:
    assert group.failures(name="n", connection=UNKNOWN) == {}


# -- in place


def test_a_change_keeps_the_id_and_sends_the_revision(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    id = group.id
    assert group.up(name="two", description="why") == "update"
    assert group.id == id
    assert (one_group(emulator)["name"], one_group(emulator)["description"]) == ("two", "why")
    [patch] = [call for call in emulator.last_requests() if call["method"] == "PATCH"]
    assert patch["headers"]["if-match"]
    assert patch["body"] == {"name": "two", "description": "why"}


def test_provider_only_options_are_recorded_without_a_request(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.clear_requests()
    assert group.up(name="one", force_delete=True, allow_duplicate_name=True) == "update"
    assert group.up(name="one", force_delete=True, allow_duplicate_name=True, adopt=True) == "same"
    assert emulator.total() == 0
    assert group.outputs["force_delete"] is True


# -- one name, several groups


def test_a_taken_name_is_refused_with_the_id_and_the_remedies(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one", "of somebody else")
    with pytest.raises(AlreadyExists) as caught:
        group.up(name="one")
    text = str(caught.value)
    assert there in text
    assert "adopt=True" in text
    assert "allow_duplicate_name=True" in text
    assert 'ibm.AccessGroup "one"' in text
    assert [row["id"] for row in ibm_groups(emulator)] == [there]


@pytest.mark.parametrize(
    ("description", "methods"), [("theirs", {"GET", "PATCH"}), ("ours", {"GET"})], ids=["different", "as declared"]
)
def test_an_adopted_group_gets_only_the_changes_that_it_needs(
    group: Resource, emulator: Running, description: str, methods: set[str]
) -> None:
    there = ibm_group(emulator, "one", description)
    emulator.clear_requests()
    group.up(name="one", description="ours", adopt=True)
    assert (group.id, one_group(emulator)["description"]) == (there, "ours")
    assert {call["method"] for call in emulator.last_requests()} == methods


def test_adoption_refuses_to_choose_between_duplicates(group: Resource, emulator: Running) -> None:
    duplicates = [ibm_group(emulator, "one", number) for number in "12"]
    with pytest.raises(AlreadyExists) as caught:
        group.up(name="one", adopt=True)
    assert all(id in str(caught.value) for id in duplicates)
    assert sorted(row["id"] for row in ibm_groups(emulator)) == sorted(duplicates)
    assert sorted(row["description"] for row in ibm_groups(emulator)) == ["1", "2"]


def test_a_duplicate_name_can_be_allowed(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one")
    group.up(name="one", allow_duplicate_name=True)
    assert sorted(row["id"] for row in ibm_groups(emulator)) == sorted([there, group.id])
    group.destroy()
    assert one_group(emulator)["id"] == there


def test_names_differ_by_case_and_by_account(group: Resource, emulator: Running) -> None:
    ibm_group(emulator, "ONE")
    ibm_group(emulator, "one", account="acc-other")
    group.up(name="one")
    assert len(ibm_groups(emulator)) == 2


def test_a_refusal_of_a_service_that_requires_unique_names_is_reported(group: Resource, emulator: Running) -> None:
    emulator.switch(unique_names=True)
    ibm_group(emulator, "ONE")
    with pytest.raises(Conflict, match="group with this name exists already"):
        group.up(name="one")


def test_a_name_that_became_free_in_this_run_can_be_used(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    session = group.also()
    group.subject.delete(group.id, group.outputs)
    session.up(name="one")
    assert one_group(emulator)["id"] == session.id


# -- deletion


def test_a_group_with_unmanaged_members_or_rules_is_not_deleted(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    ibm_add(emulator, group.id, ANNA)
    ibm_rule(emulator, group.id, "sso")
    with pytest.raises(UnmanagedContent) as caught:
        group.subject.delete(group.id, group.outputs)
    assert f"member {ANNA}" in str(caught.value)
    assert "rule sso" in str(caught.value)
    assert "force_delete=True" in str(caught.value)
    assert one_group(emulator)["id"] == group.id


def test_a_refusal_counts_unmanaged_members_beyond_twenty(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    ibm_add(emulator, group.id, *(f"IBMid-{number:04}" for number in range(120)))
    with pytest.raises(UnmanagedContent, match="and 100 more"):
        group.destroy()


def test_force_delete_deletes_unmanaged_members_and_rules(group: Resource, emulator: Running) -> None:
    group.up(name="one", force_delete=True)
    ibm_add(emulator, group.id, ANNA)
    ibm_rule(emulator, group.id, "sso")
    group.destroy()
    assert ibm_groups(emulator) == []
    assert emulator.dump()["ibm"]["members"] == []


def test_dynamic_members_do_not_prevent_a_deletion(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.seed(ibm={"members": [{"group_id": group.id, "iam_id": ANNA, "membership_type": "dynamic"}]})
    group.destroy()
    assert ibm_groups(emulator) == []


def test_a_deletion_waits_until_the_service_counts_the_removed_members(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.fault(kind="status", method="DELETE", route="/v2/groups/{access_group_id}", status=409, times=2)
    group.destroy()
    assert ibm_groups(emulator) == []


# -- reading


def test_reading_a_group_that_does_not_exist_is_an_error(group: Resource) -> None:
    with pytest.raises(NotFound) as caught:
        group.get("AccessGroupId-absent")
    assert str(caught.value).startswith("read ibm.AccessGroup AccessGroupId-absent: ")
    assert "Failed to find the specified access group" in str(caught.value)
    assert "hint: check the id" in str(caught.value)
    assert "{id}" not in str(caught.value)


def test_a_refresh_waits_for_a_new_group_to_show(group: Resource, emulator: Running) -> None:
    emulator.fault(kind="stale", route="/v2/groups/{access_group_id}", as_of="plan", times=3)
    group.up(name="one")
    assert group.refresh(), "the group must exist, although three reads answered 404"


def test_a_viewer_gets_the_services_words_and_a_hint(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, ibmToken="viewer-1")
    with pytest.raises(Forbidden) as caught:
        group.up(name="one")
    assert "required access" in str(caught.value), "the error must quote the service"
    assert "transaction id" in str(caught.value)
    assert "Editor" in str(caught.value)
