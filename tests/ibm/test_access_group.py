from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, Conflict, Forbidden, NotFound, PreconditionFailed, UnmanagedContent
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm_add, ibm_change, ibm_group, ibm_groups, ibm_rule
from support.resources import Resource

PUBLIC = "AccessGroupId-PublicAccess"
ANNA = "IBMid-1100000AAA"


@pytest.fixture
def group(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroup", emulator)


def one_group(world: Running) -> dict[str, Any]:
    [row] = ibm_groups(world)
    return row


# -- limits


@pytest.mark.parametrize(
    ("given", "faults"),
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
def test_limits_are_judged_all_together_each_with_its_property(
    group: Resource, given: dict[str, Any], faults: set[str]
) -> None:
    assert set(group.faults(**given)) == faults


def test_a_fault_tells_what_is_allowed_and_what_was_given(group: Resource) -> None:
    reason = group.faults(name="x" * 101)["name"]
    assert reason == "must be 1 to 100 characters, got 101"
    assert group.faults(name="")["name"] == "must be 1 to 100 characters, got 0"
    assert "did you mean 'description'" in group.faults(name="n", descripton="x")["descripton"]


@pytest.mark.parametrize("name", ["Public Access", "public access", "PUBLIC ACCESS"])
def test_the_public_access_group_is_refused_before_anything_is_sent(
    group: Resource, emulator: Running, name: str
) -> None:
    assert "public access group" in group.faults(name=name)["name"]
    assert emulator.total() == 0


def test_what_is_not_known_yet_passes_and_the_rest_is_still_judged(group: Resource) -> None:
    assert group.faults(name=UNKNOWN, description=UNKNOWN) == {}
    assert set(group.faults(name=UNKNOWN, description="x" * 251)) == {"description"}


def test_an_unknown_connection_asks_for_no_account(group: Resource) -> None:
    assert group.faults(name="n", connection=UNKNOWN) == {}


# -- in place


def test_rename_and_re_describe_keep_the_id_and_send_the_revision(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    id = group.id
    assert group.up(name="two", description="why") == "update"
    assert group.id == id
    assert (one_group(emulator)["name"], one_group(emulator)["description"]) == ("two", "why")
    [patch] = [call for call in emulator.last_requests() if call["method"] == "PATCH"]
    assert patch["headers"]["if-match"]
    assert patch["body"] == {"name": "two", "description": "why"}


def test_a_description_that_is_declared_no_more_is_cleared(group: Resource, emulator: Running) -> None:
    group.up(name="one", description="why")
    assert group.up(name="one") == "update"
    assert one_group(emulator)["description"] == ""


def test_a_revision_that_is_out_of_date_is_read_again(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.fault(kind="etag_churn", method="GET", route="/v2/groups/{access_group_id}", times=2)
    emulator.clear_requests()
    group.up(name="two")
    assert one_group(emulator)["name"] == "two"
    assert emulator.requests()["PATCH /v2/groups/{access_group_id}"] == 3, "two were refused with 412"


def test_a_revision_that_changes_each_time_ends_in_an_error_and_changes_nothing(
    group: Resource, emulator: Running
) -> None:
    group.up(name="one")
    emulator.fault(kind="etag_churn", method="GET", route="/v2/groups/{access_group_id}", times=None)
    with pytest.raises(PreconditionFailed, match="somebody else keeps changing"):
        group.up(name="two")
    assert one_group(emulator)["name"] == "one"


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "status_after", "status": 504}], ids=str)
def test_a_lost_reply_to_a_rename_is_repaired(group: Resource, emulator: Running, fault: dict[str, Any]) -> None:
    group.up(name="one")
    emulator.fault(**fault, method="PATCH", route="/v2/groups/{access_group_id}")
    group.up(name="two")
    assert one_group(emulator)["name"] == "two"
    assert group.outputs["name"] == "two"


@pytest.mark.parametrize("field", ["name", "description"])
def test_drift_shows_and_is_repaired(group: Resource, emulator: Running, field: str) -> None:
    group.up(name="one", description="why")
    ibm_change(emulator, f"/groups/{group.id}", "PATCH", **{field: "by hand"})
    assert group.refresh()
    assert group.outputs[field] == "by hand"
    assert group.up(name="one", description="why") == "update"
    assert one_group(emulator)[field] == {"name": "one", "description": "why"}[field]


def test_another_account_makes_another_group_before_the_old_one_goes(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    assert group.up(name="one", account_id="acc-other") == "replace"
    assert ibm_groups(emulator) == []
    assert [row["id"] for row in ibm_groups(emulator, "acc-other")] == [group.id]


def test_what_steers_only_this_provider_is_recorded_without_a_call(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.clear_requests()
    assert group.up(name="one", force_delete=True, allow_duplicate_name=True) == "update"
    assert group.up(name="one", force_delete=True, allow_duplicate_name=True, adopt=True) == "same"
    assert emulator.total() == 0
    assert group.outputs["force_delete"] is True


# -- one name, several groups


def test_a_name_that_is_taken_is_refused_with_the_id_and_the_ways_out(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one", "of somebody else")
    with pytest.raises(AlreadyExists) as refused:
        group.up(name="one")
    text = str(refused.value)
    assert there in text
    assert "adopt=True" in text
    assert "allow_duplicate_name=True" in text
    assert 'ibm.AccessGroup "one"' in text
    assert [row["id"] for row in ibm_groups(emulator)] == [there]


def test_adopt_takes_over_and_brings_to_the_declaration(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one", "of somebody else")
    group.up(name="one", description="ours", adopt=True)
    assert group.id == there
    assert one_group(emulator)["description"] == "ours"
    assert group.refresh()
    assert group.preview(name="one", description="ours") == "same"


def test_adopt_of_what_is_as_declared_writes_nothing(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one")
    emulator.clear_requests()
    group.up(name="one", adopt=True)
    assert group.id == there
    assert {name.split()[0] for name in emulator.requests()} == {"GET"}


def test_adopt_makes_what_is_not_there(group: Resource, emulator: Running) -> None:
    group.up(name="one", adopt=True)
    assert one_group(emulator)["id"] == group.id


def test_adopt_refuses_to_choose_between_twins(group: Resource, emulator: Running) -> None:
    twins = [ibm_group(emulator, "one", number) for number in "12"]
    with pytest.raises(AlreadyExists) as refused:
        group.up(name="one", adopt=True)
    assert all(id in str(refused.value) for id in twins)
    assert sorted(row["id"] for row in ibm_groups(emulator)) == sorted(twins)
    assert sorted(row["description"] for row in ibm_groups(emulator)) == ["1", "2"]


def test_a_duplicate_name_is_made_when_it_is_allowed(group: Resource, emulator: Running) -> None:
    there = ibm_group(emulator, "one")
    group.up(name="one", allow_duplicate_name=True)
    assert sorted(row["id"] for row in ibm_groups(emulator)) == sorted([there, group.id])
    group.destroy()
    assert one_group(emulator)["id"] == there


def test_names_are_told_apart_by_case_and_by_account(group: Resource, emulator: Running) -> None:
    ibm_group(emulator, "ONE")
    ibm_group(emulator, "one", account="acc-other")
    group.up(name="one")
    assert len(ibm_groups(emulator)) == 2


def test_a_service_that_wants_unique_names_is_heard(group: Resource, emulator: Running) -> None:
    emulator.switch(unique_names=True)
    ibm_group(emulator, "ONE")
    with pytest.raises(Conflict, match="group with this name exists already"):
        group.up(name="one")


def test_two_resources_of_one_name_do_not_share_a_group(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    with pytest.raises(AlreadyExists, match=group.id):
        group.also().up(name="one")
    with pytest.raises(AlreadyExists, match=group.id):
        group.also().up(name="one", adopt=True)


def test_a_name_that_became_free_in_this_run_can_be_taken(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    session = group.also()
    group.subject.delete(group.id, group.outputs)
    session.up(name="one")
    assert one_group(emulator)["id"] == session.id


# -- removal


def test_a_group_with_strangers_is_not_deleted_and_the_error_names_them(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    ibm_add(emulator, group.id, ANNA)
    ibm_rule(emulator, group.id, "sso")
    with pytest.raises(UnmanagedContent) as refused:
        group.subject.delete(group.id, group.outputs)
    assert f"member {ANNA}" in str(refused.value)
    assert "rule sso" in str(refused.value)
    assert "force_delete=True" in str(refused.value)
    assert one_group(emulator)["id"] == group.id


def test_many_strangers_are_counted_not_listed(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    ibm_add(emulator, group.id, *(f"IBMid-{number:04}" for number in range(120)))
    with pytest.raises(UnmanagedContent, match="and 100 more"):
        group.destroy()


def test_force_delete_takes_the_strangers_with_it(group: Resource, emulator: Running) -> None:
    group.up(name="one", force_delete=True)
    ibm_add(emulator, group.id, ANNA)
    ibm_rule(emulator, group.id, "sso")
    group.destroy()
    assert ibm_groups(emulator) == []
    assert emulator.dump()["ibm"]["members"] == []


def test_dynamic_members_do_not_keep_a_group(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.seed(ibm={"members": [{"group_id": group.id, "iam_id": ANNA, "membership_type": "dynamic"}]})
    group.destroy()
    assert ibm_groups(emulator) == []


def test_members_that_are_not_counted_out_yet_are_waited_for(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.fault(kind="status", method="DELETE", route="/v2/groups/{access_group_id}", status=409, times=2)
    group.destroy()
    assert ibm_groups(emulator) == []


def test_a_lost_reply_to_a_delete_is_repaired(group: Resource, emulator: Running) -> None:
    group.up(name="one")
    emulator.fault(kind="drop_after", method="DELETE", route="/v2/groups/{access_group_id}")
    group.destroy()
    assert ibm_groups(emulator) == []


# -- reading


def test_get_of_what_does_not_exist_is_an_error_not_an_empty_object(group: Resource) -> None:
    with pytest.raises(NotFound) as told:
        group.get("AccessGroupId-absent")
    assert str(told.value).startswith("read ibm.AccessGroup AccessGroupId-absent: ")
    assert "Failed to find the specified access group" in str(told.value)
    assert "hint: check the id" in str(told.value)
    assert "{id}" not in str(told.value)


def test_a_group_that_is_too_new_to_show_is_waited_for(group: Resource, emulator: Running) -> None:
    emulator.fault(kind="stale", route="/v2/groups/{access_group_id}", as_of="plan", times=3)
    group.up(name="one")
    assert group.refresh(), "three reads answered 404"


def test_a_group_that_is_too_new_to_show_is_updated_all_the_same(group: Resource, emulator: Running) -> None:
    emulator.fault(kind="stale", route="/v2/groups/{access_group_id}", as_of="plan", times=3)
    group.up(name="one")
    group.up(name="two")
    assert [row["name"] for row in ibm_groups(emulator)] == ["two"]


def test_a_viewer_may_not_write_and_is_told_why(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, ibmToken="viewer-1")
    with pytest.raises(Forbidden) as refused:
        group.up(name="one")
    assert "required access" in str(refused.value), "the service's words"
    assert "transaction id" in str(refused.value)
    assert "Editor" in str(refused.value)
