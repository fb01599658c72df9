"""Tests the look-ups of IBM Cloud IAM: groups, members and rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pulumi_roster import ibm as roster_ibm
from pulumi_roster.errors import (
    Ambiguous,
    BadRequest,
    InvalidArguments,
    NotFound,
    SettingsError,
    Unauthorized,
    UnexpectedReply,
    Unreachable,
)
from roster_emulator import Running
from support.ibm_api import ibm_add, ibm_group, ibm_rule

ANNA, ROBOT, PROFILE = "IBMid-1100000AAA", "iam-ServiceId-1", "iam-Profile-1"
PUBLIC = "AccessGroupId-PublicAccess"
Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def _program(emulator: Running, program_config: Configure) -> None:
    program_config(emulator=emulator.url)


# -- groups


def test_a_group_is_found_by_id_and_by_name(emulator: Running) -> None:
    there = ibm_group(emulator, "one", "why")
    ibm_group(emulator, "ONE")
    for found in (roster_ibm.get_access_group(id=there), roster_ibm.get_access_group(name="one")):
        assert (found.id, found.name, found.description, found.account_id) == (there, "one", "why", "acc-demo")
        assert found.created_at


def test_a_group_that_does_not_exist_is_an_error(emulator: Running) -> None:
    with pytest.raises(NotFound, match="'one'"):
        roster_ibm.get_access_group(name="one")
    with pytest.raises(NotFound, match="AccessGroupId-absent"):
        roster_ibm.get_access_group(id="AccessGroupId-absent")


def test_the_error_for_a_duplicate_name_lists_the_ids(emulator: Running) -> None:
    duplicates = [ibm_group(emulator, "one") for _ in range(2)]
    with pytest.raises(Ambiguous, match="2 access groups have the name 'one'") as caught:
        roster_ibm.get_access_group(name="one")
    assert all(id in caught.value.message for id in duplicates)
    assert "get_access_group(id=" in caught.value.hint
    assert not isinstance(caught.value, InvalidArguments)


def test_a_lookup_needs_either_an_id_or_a_name(emulator: Running) -> None:
    with pytest.raises(InvalidArguments):
        roster_ibm.get_access_group()
    with pytest.raises(InvalidArguments):
        roster_ibm.get_access_group(id="x", name="x")
    assert emulator.total() == 0


def test_all_pages_of_groups_are_read(emulator: Running) -> None:
    names = {f"group {number:03}" for number in range(250)}
    emulator.seed(ibm={"groups": [{"name": name} for name in names]})
    emulator.clear_requests()
    assert {group.name for group in roster_ibm.list_access_groups()} == names
    assert emulator.requests() == {"GET /v2/groups": 3}


def test_pages_may_be_smaller_than_requested(emulator: Running) -> None:
    emulator.seed(ibm={"groups": [{"name": f"group {number}"} for number in range(25)]})
    emulator.switch(page_limit=10)
    assert len(roster_ibm.list_access_groups()) == 25


def test_groups_are_sorted_by_the_service(emulator: Running) -> None:
    for name, description in (("b", "1"), ("C", "3"), ("a", "2")):
        ibm_group(emulator, name, description)
    assert [group.name for group in roster_ibm.list_access_groups(sort="name")] == ["a", "b", "C"]
    assert [group.name for group in roster_ibm.list_access_groups(sort="-description")] == ["C", "a", "b"]
    ids = [group.id for group in roster_ibm.list_access_groups(sort="-id")]
    assert ids == sorted(ids, reverse=True)


def test_groups_are_filtered_by_the_service(emulator: Running) -> None:
    one, two = ibm_group(emulator, "one", "of the platform"), ibm_group(emulator, "two")
    ibm_group(emulator, "elsewhere", account="acc-other")
    ibm_add(emulator, one, ANNA)
    emulator.seed(ibm={"members": [{"group_id": two, "iam_id": ANNA, "membership_type": "dynamic"}]})

    def ids(**filters: object) -> set[str]:
        return {group.id for group in roster_ibm.list_access_groups(**filters)}  # type: ignore[arg-type]

    assert ids() == {one, two}
    assert ids(hide_public_access=False) == {one, two, PUBLIC}
    assert ids(search="description:platform") == {one}
    assert ids(search=f"id:{two}") == {two}
    assert ids(iam_id=ANNA) == {one, two}
    assert ids(iam_id=ANNA, membership_type="static") == {one}
    assert ids(iam_id=ANNA, membership_type="dynamic") == {two}
    assert {group.account_id for group in roster_ibm.list_access_groups(account_id="acc-other")} == {"acc-other"}


def test_a_refused_filter_is_reported_in_the_services_words(emulator: Running) -> None:
    with pytest.raises(BadRequest, match="search must be"):
        roster_ibm.list_access_groups(search="one")


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "an account together with an id": (
        lambda: roster_ibm.get_access_group(id="AccessGroupId-1", account_id="acc-demo"),
        "account_id: must be omitted together with id, got 'acc-demo'",
    ),
    "a type of membership without an identity": (
        lambda: roster_ibm.list_access_groups(membership_type="dynamic"),
        "membership_type: must be set only together with iam_id, got 'dynamic'",
    ),
    "a mistyped identity": (
        lambda: roster_ibm.list_access_groups(iam_id="1100000AAA"),
        "iam_id: must look like IBMid-..., iam-ServiceId-... or iam-Profile-..., got '1100000AAA'",
    ),
    "a mistyped member": (
        lambda: roster_ibm.is_access_group_member("AccessGroupId-1", "anna@example.com"),
        "iam_id: must look like IBMid-..., iam-ServiceId-... or iam-Profile-..., got 'anna@example.com'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_arguments_that_the_service_would_ignore_are_refused(case: str, emulator: Running) -> None:
    lookup, message = REFUSED[case]
    with pytest.raises(InvalidArguments) as caught:
        lookup()
    assert (caught.value.message, emulator.total()) == (message, 0)


# -- members and rules


def test_all_pages_of_members_are_read_with_their_names(emulator: Running) -> None:
    team = ibm_group(emulator, "team")
    emulator.seed(ibm={"identities": [{"iam_id": "IBMid-0007", "name": "James", "email": "007@example.com"}]})
    ibm_add(emulator, team, *(f"IBMid-{number:04}" for number in range(230)))
    emulator.clear_requests()
    members = roster_ibm.list_access_group_members(team, sort="id")
    assert [member.iam_id for member in members] == [f"IBMid-{number:04}" for number in range(230)]
    assert emulator.requests() == {"GET /v2/groups/{access_group_id}/members": 3}
    james = members[7]
    assert (james.name, james.email, james.type, james.membership_type) == (
        "James",
        "007@example.com",
        "user",
        "static",
    )


def test_members_are_filtered_by_type_and_by_membership_type(emulator: Running) -> None:
    data = [{"name": "team", "members": [ANNA, ROBOT, {"iam_id": PROFILE, "membership_type": "dynamic"}]}]
    [team] = emulator.seed(ibm={"groups": data})["ibm"]["groups"]

    def ids(**filters: object) -> set[str]:
        return {member.iam_id for member in roster_ibm.list_access_group_members(team, **filters)}  # type: ignore[arg-type]

    assert ids() == {ANNA, ROBOT, PROFILE}
    assert ids(membership_type="static") == {ANNA, ROBOT}
    assert ids(membership_type="dynamic") == {PROFILE}
    assert ids(type="service") == {ROBOT}
    assert ids(type="profile") == {PROFILE}
    assert ids(type="profile", membership_type="static") == set()
    with pytest.raises(NotFound):
        roster_ibm.list_access_group_members("AccessGroupId-absent")


def test_static_and_dynamic_members_count_as_members(emulator: Running) -> None:
    data = [{"name": "team", "members": [ANNA, {"iam_id": PROFILE, "membership_type": "dynamic"}]}]
    [team] = emulator.seed(ibm={"groups": data})["ibm"]["groups"]
    assert roster_ibm.is_access_group_member(team, ANNA) is True
    assert roster_ibm.is_access_group_member(team, PROFILE) is True
    assert roster_ibm.is_access_group_member(team, ROBOT) is False


def test_a_membership_of_a_group_that_does_not_exist_is_an_error(emulator: Running) -> None:
    """A check with a mistyped id must not pass."""
    with pytest.raises(NotFound, match=r"is_access_group_member: .*AccessGroupId-absent") as caught:
        roster_ibm.is_access_group_member("AccessGroupId-absent", ANNA)
    assert caught.value.hint == "check the ids and the connection"
    team = ibm_group(emulator, "team")
    ibm_add(emulator, team, ANNA)
    emulator.clear_requests()
    assert roster_ibm.is_access_group_member(team, ANNA)
    assert emulator.total() == 1


def test_rules_have_their_values_as_python_objects(emulator: Running) -> None:
    team = ibm_group(emulator, "team")
    ibm_rule(emulator, team, "sso", conditions=[{"claim": "c", "operator": "IN", "value": '["b", 1, true]'}])
    ibm_rule(emulator, team, "")
    named, nameless = roster_ibm.list_access_group_rules(team)
    assert (named.name, named.expiration, nameless.name) == ("sso", 12, None)
    assert (named.access_group_id, named.account_id, bool(named.created_at)) == (team, "acc-demo", True)
    assert named.conditions[0].claim == "c"
    assert sorted(named.conditions[0].value, key=repr) == ["b", 1, True]
    with pytest.raises(NotFound):
        roster_ibm.list_access_group_rules("AccessGroupId-absent")


# -- settings and errors


def test_a_lookup_may_use_another_connection(emulator: Running, program_config: Configure) -> None:
    ibm_group(emulator, "one", account="acc-other")
    keys = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-other"}
    program_config(emulator=emulator.url, connections={"other": keys})
    assert roster_ibm.list_access_groups() == []
    assert [group.account_id for group in roster_ibm.list_access_groups(connection="other")] == ["acc-other"]
    with pytest.raises(SettingsError, match="must be one of default, other, got 'third'"):
        roster_ibm.list_access_groups(connection="third")


def test_each_program_of_a_process_has_its_own_settings(emulator: Running, program_config: Configure) -> None:
    """The Automation API runs the programs of several stacks in one process."""
    ibm_group(emulator, "one", account="acc-first")
    ibm_group(emulator, "two", account="acc-second")
    for account, name, token in (("acc-first", "one", "roster-dev"), ("acc-second", "two", "viewer-2")):
        program_config(emulator=emulator.url, ibmAccountId=account, ibmToken=token)
        assert [group.name for group in roster_ibm.list_access_groups()] == [name]
    program_config(emulator=emulator.url, ibmToken="nobodys")
    with pytest.raises(Unauthorized):
        roster_ibm.list_access_groups()


def test_a_missing_account_is_an_error(emulator: Running, program_config: Configure) -> None:
    program_config(ibmUrl=emulator.url, ibmToken="roster-dev")
    with pytest.raises(SettingsError, match="roster:ibmAccountId"):
        roster_ibm.list_access_groups()


def test_an_unreachable_host_is_an_error(program_config: Configure, closed_port: int) -> None:
    program_config(emulator=f"http://127.0.0.1:{closed_port}", timeoutSeconds="0.2")
    with pytest.raises(Unreachable, match=f"127.0.0.1:{closed_port}"):
        roster_ibm.list_access_groups()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "html"}, "not JSON"),
        ({"kind": "empty"}, "JSON object"),
        ({"kind": "truncated", "how": "json"}, "not JSON"),
        ({"kind": "missing_field", "field": "id"}, "id"),
        ({"kind": "redirect"}, "redirect"),
    ],
)
def test_a_malformed_reply_is_an_error(emulator: Running, fault: dict[str, str], words: str) -> None:
    ibm_group(emulator, "one")
    emulator.fault(**fault, times=None)
    with pytest.raises(UnexpectedReply, match=words):
        roster_ibm.list_access_groups()


def test_unknown_fields_are_ignored(emulator: Running) -> None:
    there = ibm_group(emulator, "one")
    emulator.fault(kind="extra_field", times=None)
    assert [group.id for group in roster_ibm.list_access_groups()] == [there]
    assert roster_ibm.get_access_group(id=there).name == "one"
