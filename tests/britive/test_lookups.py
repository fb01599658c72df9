"""Tests the look-ups of Britive: the tree of an application, and scan results."""

from __future__ import annotations

import copy
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
    assert [(found.id, found.name, found.parent_id) for found in britive.list_environment_groups(APP)] == [
        (root, "root", None),
        (group, "Platform", root),
    ]
    [found] = britive.list_environments(APP)
    assert (found.id, found.name, found.description, found.parent_group_id, found.status) == (
        environment,
        "Production",
        "why",
        root,
        "active",
    )
    assert found.application_id == APP


def test_summaries_of_environments_and_groups_are_listed(emulator: Running, environment: str) -> None:
    assert britive.list_environment_summaries(APP) == [
        britive.EnvironmentSummary(id=environment, name="Production", type="environment")
    ]
    assert [found.name for found in britive.list_environment_group_summaries(APP)] == ["root"]


def test_an_application_that_scans_its_own_environments_is_listed(emulator: Running) -> None:
    emulator.seed(britive=sample_data.ORGANISATION)
    assert [found.type for found in britive.list_environments("app-org")] == ["AWSAccount", "AWSAccount"]
    assert [found.name for found in britive.list_environment_groups("app-org")] == ["Root", "Development"]
    assert [account.native_name for account in britive.list_accounts("app-org")] == [
        "alice@example.com",
        "bob@example.com",
    ]
    [link] = britive.list_group_accounts("app-org", "5200")
    assert (link.account_id, link.group_name) == ("5000", "Engineers")


def test_a_new_application_is_empty(emulator: Running) -> None:
    assert britive.list_environments(APP) == []
    assert britive.list_environment_groups(APP) == []
    assert britive.list_environment_summaries(APP) == []
    with pytest.raises(NotFound, match="no root group yet"):
        britive.list_accounts(APP)


# -- scan results


def test_accounts_have_their_mapped_users(emulator: Running, environment: str) -> None:
    britive_map(emulator, environment, 2800, "user-alice")
    found = {account.id: account for account in britive.list_accounts(APP, environment_id=environment)}
    assert sorted(found) == ["2800", "2801", "2802", "2803", "2804", "2805"]
    alice = found["2800"]
    assert (alice.native_name, alice.first_name, alice.privileged, alice.description) == (
        "alice@example.com",
        "Alice",
        True,
        None,
    )
    assert [user.id for user in alice.mapped_users] == ["user-alice"]
    assert (alice.permissions, alice.groups) == (None, None)
    assert emulator.requests() == {f"GET {ENVIRONMENT}/accounts": 1, f"POST {ENVIRONMENT}/accounts/{{key}}/users": 1}


def test_include_members_returns_members(environment: str) -> None:
    alice = britive.list_accounts(APP, environment_id=environment, include_members=True)[0]
    assert [(held.name, held.id) for held in alice.permissions or []] == [("ReadOnlyAccess", "46600")]
    assert [held.name for held in alice.groups or []] == ["Admins", "Developers"]
    deploy = britive.list_permissions(APP, environment_id=environment, filter="name eq Deploy", include_members=True)[0]
    assert [held.id for held in deploy.accounts or []] == ["2803"]
    assert [held.native_name for held in deploy.groups or []] == ["Developers"]
    admins = britive.list_groups(APP, environment_id=environment, include_members=True)[0]
    assert [held.native_name for held in admins.permissions or []] == ["AdministratorAccess"]


def test_rows_are_sorted_and_filtered_by_the_service(environment: str) -> None:
    names = [row.name for row in britive.list_permissions(APP, environment_id=environment, sort="name,desc")]
    assert names == ["ReadOnlyAccess", "Deploy", "Billing", "AdministratorAccess"]
    new = britive.list_accounts(APP, environment_id=environment, filter="scanStatus eq New")
    assert [row.native_name for row in new] == ["auditor"]
    assert [
        row.name
        for row in britive.list_groups(APP, environment_id=environment, sort="name,asc", filter="scanStatus eq New")
    ] == ["Auditors"]
    with pytest.raises(BadRequest, match="Cannot sort by 'colour'"):
        britive.list_groups(APP, environment_id=environment, sort="colour")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 100])
def test_all_pages_are_read_or_only_the_requested_page(emulator: Running, environment: str, size: int) -> None:
    everything = [row.id for row in britive.list_accounts(APP, environment_id=environment)]
    emulator.clear_requests()
    assert [row.id for row in britive.list_accounts(APP, environment_id=environment, size=size)] == everything
    assert emulator.total() == -(-len(everything) // size)
    emulator.clear_requests()
    one = britive.list_accounts(APP, environment_id=environment, page=1, size=size)
    assert [row.id for row in one] == everything[size : 2 * size]
    assert emulator.total() == 1


def test_legacy_calls_return_the_same_rows_with_additional_fields(emulator: Running, environment: str) -> None:
    pairs: list[tuple[list[Any], list[Any]]] = [
        (
            britive.list_accounts(APP, environment_id=environment, legacy_api=True),
            britive.list_accounts(APP, environment_id=environment),
        ),
        (
            britive.list_permissions(APP, environment_id=environment, legacy_api=True),
            britive.list_permissions(APP, environment_id=environment),
        ),
        (
            britive.list_groups(APP, environment_id=environment, legacy_api=True),
            britive.list_groups(APP, environment_id=environment),
        ),
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
    for lookup in (britive.list_accounts, britive.list_permissions, britive.list_groups):
        with pytest.raises(InvalidArguments, match=f"legacy_api=True does not support {next(iter(given))}\n"):
            lookup(APP, environment_id=environment, legacy_api=True, **given)


def members(row: Any) -> list[list[Any] | None]:
    """Return the members of a row; an account has no list of accounts."""
    return [getattr(row, name, []) for name in ("accounts", "groups", "permissions")]


@pytest.mark.parametrize("lookup", [britive.list_accounts, britive.list_permissions, britive.list_groups])
def test_members_are_none_unless_the_lookup_asked_for_them(lookup: Callable[..., list[Any]], environment: str) -> None:
    """An empty list says that there are none."""
    for row in lookup(APP, environment_id=environment):
        assert set(map(str, members(row))) <= {"None", "[]"}
        assert None in members(row)
    for asked in ({"include_members": True}, {"legacy_api": True}):
        rows = lookup(APP, environment_id=environment, **asked)
        assert not any(None in members(row) for row in rows)
        assert any(any(items or []) for row in rows for items in members(row))


def test_members_that_the_service_leaves_out_are_none_and_null_is_empty(emulator: Running, environment: str) -> None:
    row = {"accountId": 1, "permissions": None, "extendedAttributes": None}
    emulator.fault(kind="status", status=200, body=[row], method="GET", route=f"{ENVIRONMENT}/accounts")
    [account] = britive.list_accounts(APP, environment_id=environment, legacy_api=True)
    assert (account.permissions, account.groups, account.extended_attributes) == ([], None, {})
    assert copy.deepcopy(account) == account


# -- errors


def test_missing_objects_are_errors(emulator: Running, environment: str) -> None:
    lookups: list[Callable[[], Any]] = [
        lambda: britive.list_accounts(APP, environment_id="nowhere"),
        lambda: britive.list_account_groups(APP, "1", environment_id=environment),
        lambda: britive.list_group_accounts(APP, "46600", environment_id=environment),
    ]
    for lookup in lookups:
        with pytest.raises(NotFound, match="does not exist"):
            lookup()
    for unknown in (britive.list_environments, britive.list_accounts, britive.list_environment_summaries):
        with pytest.raises(NotFound) as caught:
            unknown("app-x")
        assert (caught.value.code, caught.value.about) == ("A-0003", unknown.__name__)
        assert caught.value.hint == "check the ids and the connection"
    with pytest.raises(NotFound):
        britive.list_account_groups("app-x", "2800", environment_id=environment)
    emulator.switch(britive_absent_app="empty")
    with pytest.raises(BadRequest, match="has no application 'app-x'"):
        britive.list_environments("app-x")  # an empty reply does not say that the application does not exist


def test_a_lookup_needs_a_token_that_may_read(emulator: Running, environment: str, program_config: Configure) -> None:
    connections = {
        "viewer": {"britiveTenant": emulator.url, "britiveToken": "viewer-1"},
        "outsider": {"britiveTenant": emulator.url, "britiveToken": "nobody"},
    }
    program_config(emulator=emulator.url, connections=connections)
    assert britive.list_accounts(APP, environment_id=environment, connection="viewer")
    with pytest.raises((Unauthorized, Forbidden)) as caught:
        britive.list_accounts(APP, environment_id=environment, connection="outsider")
    assert "nobody" not in str(caught.value)


def test_unknown_and_null_fields_are_ignored(emulator: Running, environment: str) -> None:
    before = britive.list_accounts(APP, environment_id=environment)
    emulator.fault(kind="extra_field", method="GET", route=f"{ENVIRONMENT}/accounts")
    assert britive.list_accounts(APP, environment_id=environment) == before
    row = {"accountId": 1, "nativeName": None, "permissions": None, "mappedUsers": None, "privileged": None}
    body = {"count": 1, "page": 0, "size": 100, "sort": None, "filter": None, "data": [row]}
    emulator.fault(kind="status", status=200, body=body, method="GET", route=f"{ENVIRONMENT}/accounts")
    assert britive.list_accounts(APP, environment_id=environment) == [britive.ScannedAccount(id="1")]


def test_descriptions_of_the_tree_are_those_of_the_service(emulator: Running) -> None:
    """An empty description stays empty, and a missing one is ``None``."""
    rows = [
        {"id": "r", "name": "root", "parentId": "", "description": None},
        {"id": "g", "name": "g", "parentId": "r", "description": ""},
    ]
    body = {"rootEnvironmentGroup": {"environmentGroups": rows, "environments": []}}
    emulator.fault(kind="status", status=200, body=body, method="GET", route="/api/apps/{app}")
    assert britive.list_environment_groups(APP) == [
        britive.EnvironmentGroupResult(id="r", application_id=APP, name="root"),
        britive.EnvironmentGroupResult(id="g", application_id=APP, name="g", description="", parent_id="r"),
    ]


def test_a_row_without_an_id_is_an_error(emulator: Running, environment: str) -> None:
    emulator.fault(kind="missing_field", field="accountId", method="GET", route=f"{ENVIRONMENT}/accounts", times=None)
    with pytest.raises(UnexpectedReply):
        britive.list_accounts(APP, environment_id=environment)
