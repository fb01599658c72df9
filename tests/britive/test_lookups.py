"""Tests the look-ups of Britive: the tree of an application, scan results, and the links between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster import britive
from pulumi_roster.errors import BadRequest, Forbidden, InvalidArguments, NotFound, Unauthorized, UnexpectedReply
from roster_emulator import Running
from roster_emulator.britive import sample_data
from support.britive_api import APP, britive_environment, britive_group, britive_map, britive_root
from support.subjects import config_for

Configure = Callable[..., None]
ENVIRONMENT = "/api/apps/{app}/environments/{environment}"


@pytest.fixture(autouse=True)
def _program(emulator: Running, program_config: Configure) -> None:
    program_config(**{key.removeprefix("roster:"): value for key, value in config_for(emulator.url).items()})


@pytest.fixture
def environment(emulator: Running) -> str:
    made = britive_environment(emulator, britive_root(emulator), "Production", description="why")
    emulator.clear_requests()
    return made


# -- environments and groups


def test_the_tree_of_an_application_is_listed(emulator: Running, environment: str) -> None:
    root = britive_root(emulator)
    group = britive_group(emulator, root, "Platform")
    assert [(found.id, found.name, found.parent) for found in britive.list_environment_groups(APP)] == [
        (root, "root", ""),
        (group, "Platform", root),
    ]
    [found] = britive.list_environments(APP)
    assert (found.id, found.name, found.description, found.parent_group_id, found.parent, found.status) == (
        environment,
        "Production",
        "why",
        root,
        root,
        "active",
    )
    assert found.application_id == APP


def test_summaries_of_environments_and_groups_are_listed(emulator: Running, environment: str) -> None:
    assert britive.summarize_environments(APP) == [
        britive.EnvironmentSummary(id=environment, name="Production", type="environment")
    ]
    assert [found.name for found in britive.summarize_environment_groups(APP)] == ["root"]


def test_an_application_that_scans_its_own_environments_is_listed(emulator: Running) -> None:
    emulator.seed(britive=sample_data.ORGANISATION)
    assert [found.type for found in britive.list_environments("app-org")] == ["AWSAccount", "AWSAccount"]
    assert [found.name for found in britive.list_environment_groups("app-org")] == ["Root", "Development"]
    assert [account.native_name for account in britive.list_accounts("app-org")] == [
        "alice@example.com",
        "bob@example.com",
    ]
    [link] = britive.list_group_accounts("app-org", None, 5200)
    assert (link.account_id, link.permission_name) == (5000, "Engineers")


def test_a_new_application_is_empty(emulator: Running) -> None:
    assert britive.list_environments(APP) == []
    assert britive.list_environment_groups(APP) == []
    assert britive.summarize_environments(APP) == []
    with pytest.raises(NotFound, match="no root group yet"):
        britive.list_accounts(APP)


# -- scan results


def test_accounts_have_their_mapped_users(emulator: Running, environment: str) -> None:
    britive_map(emulator, environment, 2800, "user-alice")
    found = {account.account_id: account for account in britive.list_accounts(APP, environment)}
    assert sorted(found) == [2800, 2801, 2802, 2803, 2804, 2805]
    alice = found[2800]
    assert (alice.native_name, alice.first_name, alice.privileged, alice.description) == (
        "alice@example.com",
        "Alice",
        True,
        "",
    )
    assert [user.user_id for user in alice.mapped_users] == ["user-alice"]
    assert alice.permissions == []
    assert emulator.requests() == {f"GET {ENVIRONMENT}/accounts": 1, f"POST {ENVIRONMENT}/accounts/{{key}}/users": 1}


def test_include_members_returns_members(environment: str) -> None:
    alice = britive.list_accounts(APP, environment, include_members=True)[0]
    assert [(held.name, held.app_permission_id) for held in alice.permissions] == [("ReadOnlyAccess", 46600)]
    assert [held.name for held in alice.groups] == ["Admins", "Developers"]
    deploy = britive.list_permissions(APP, environment, filter="name eq Deploy", include_members=True)[0]
    assert [held.account_id for held in deploy.accounts] == [2803]
    assert [held.native_name for held in deploy.groups] == ["Developers"]
    admins = britive.list_groups(APP, environment, include_members=True)[0]
    assert [held.native_name for held in admins.permissions] == ["AdministratorAccess"]


def test_rows_are_sorted_and_filtered_by_the_service(environment: str) -> None:
    names = [row.name for row in britive.list_permissions(APP, environment, sort="name,desc")]
    assert names == ["ReadOnlyAccess", "Deploy", "Billing", "AdministratorAccess"]
    new = britive.list_accounts(APP, environment, filter="scanStatus eq New")
    assert [row.native_name for row in new] == ["auditor"]
    assert [row.name for row in britive.list_groups(APP, environment, sort="name,asc", filter="scanStatus eq New")] == [
        "Auditors"
    ]
    with pytest.raises(BadRequest, match="Cannot sort by 'colour'"):
        britive.list_groups(APP, environment, sort="colour")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 100])
def test_all_pages_are_read_or_only_the_requested_page(emulator: Running, environment: str, size: int) -> None:
    everything = [row.account_id for row in britive.list_accounts(APP, environment)]
    emulator.clear_requests()
    assert [row.account_id for row in britive.list_accounts(APP, environment, size=size)] == everything
    assert emulator.total() == -(-len(everything) // size)
    emulator.clear_requests()
    one = britive.list_accounts(APP, environment, page=1, size=size)
    assert [row.account_id for row in one] == everything[size : 2 * size]
    assert emulator.total() == 1


def test_legacy_calls_return_the_same_rows_with_additional_fields(emulator: Running, environment: str) -> None:
    pairs: list[tuple[list[Any], list[Any]]] = [
        (britive.list_accounts(APP, environment, legacy_api=True), britive.list_accounts(APP, environment)),
        (britive.list_permissions(APP, environment, legacy_api=True), britive.list_permissions(APP, environment)),
        (britive.list_groups(APP, environment, legacy_api=True), britive.list_groups(APP, environment)),
    ]
    for old, new in pairs:
        assert [(type(row), row.native_id) for row in old] == [(type(row), row.native_id) for row in new]
        assert all(row.first_seen for row in old)
        assert not any(row.first_seen for row in new)
    queries = [call["query"] for call in emulator.last_requests() if "page" not in str(call["query"])]
    assert len(queries) == 3


@pytest.mark.parametrize(
    "given", [{"page": 0}, {"size": 5}, {"sort": "name"}, {"filter": "x"}, {"include_members": True}]
)
def test_legacy_calls_refuse_the_new_parameters(environment: str, given: dict[str, Any]) -> None:
    for look_up in (britive.list_accounts, britive.list_permissions, britive.list_groups):
        with pytest.raises(InvalidArguments, match="legacy_api=True does not support"):
            look_up(APP, environment, legacy_api=True, **given)


# -- links


def test_links_are_found_from_both_ends(environment: str) -> None:
    assert [
        (row.account_name, row.permission_name, row.permission_type)
        for row in britive.list_account_permissions(APP, environment, 2800)
    ] == [("alice@example.com", "ReadOnlyAccess", "policy")]
    assert [row.permission_name for row in britive.list_account_groups(APP, environment, "2800")] == [
        "Admins",
        "Developers",
    ]
    assert [row.account_id for row in britive.list_permission_accounts(APP, environment, 46600)] == [2800, 2801]
    [link] = britive.list_permission_groups(APP, environment, 46602)
    assert (link.group_id, link.group_name, link.account_id) == (69153, "Developers", 0)
    assert (link.native_id.group_native_id, link.native_id.permission_native_id) == ("Developers", "Deploy")
    assert [row.account_id for row in britive.list_group_accounts(APP, environment, 69153)] == [2800, 2801]
    assert [row.permission_id for row in britive.list_group_permissions(APP, environment, 69152)] == [46601]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_links_of_several_pages_are_all_returned(environment: str, size: int) -> None:
    found = britive.list_account_groups(APP, environment, 2800, size=size, sort="permissionName,desc")
    assert [row.permission_name for row in found] == ["Developers", "Admins"]
    [second] = britive.list_account_groups(APP, environment, 2800, size=1, page=1, sort="permissionName,desc")
    assert second.permission_name == "Admins"


# -- errors


def test_missing_objects_are_errors(environment: str) -> None:
    look_ups: list[Callable[[], Any]] = [
        lambda: britive.list_accounts(APP, "nowhere"),
        lambda: britive.list_account_groups(APP, environment, 1),
        lambda: britive.list_group_accounts(APP, environment, 46600),
    ]
    for look_up in look_ups:
        with pytest.raises(NotFound, match="does not exist"):
            look_up()
    for unknown in (britive.list_environments, britive.list_accounts, britive.summarize_environments):
        with pytest.raises(BadRequest) as caught:
            unknown("app-x")
        assert caught.value.code == "A-0003"
        assert "application_id" in caught.value.hint


def test_a_look_up_needs_a_token_that_may_read(emulator: Running, environment: str, program_config: Configure) -> None:
    connections = {
        "viewer": {"britiveTenant": emulator.url, "britiveToken": "viewer-1"},
        "outsider": {"britiveTenant": emulator.url, "britiveToken": "nobody"},
    }
    program_config(emulator=emulator.url, connections=connections)
    assert britive.list_accounts(APP, environment, connection="viewer")
    with pytest.raises((Unauthorized, Forbidden)) as caught:
        britive.list_accounts(APP, environment, connection="outsider")
    assert "nobody" not in str(caught.value)


def test_unknown_and_null_fields_are_ignored(emulator: Running, environment: str) -> None:
    before = britive.list_accounts(APP, environment)
    emulator.fault(kind="extra_field", method="GET", route=f"{ENVIRONMENT}/accounts")
    assert britive.list_accounts(APP, environment) == before
    row = {"accountId": 1, "nativeName": None, "permissions": None, "mappedUsers": None, "privileged": None}
    body = {"count": 1, "page": 0, "size": 100, "sort": None, "filter": None, "data": [row]}
    emulator.fault(kind="status", status=200, body=body, method="GET", route=f"{ENVIRONMENT}/accounts")
    assert britive.list_accounts(APP, environment) == [britive.ScannedAccount(account_id=1)]


def test_a_row_without_an_id_is_an_error(emulator: Running, environment: str) -> None:
    emulator.fault(kind="missing_field", field="accountId", method="GET", route=f"{ENVIRONMENT}/accounts", times=None)
    with pytest.raises(UnexpectedReply):
        britive.list_accounts(APP, environment)
