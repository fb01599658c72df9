"""Tests the look-ups of the links between accounts, permissions and groups of Britive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster import britive
from pulumi_roster.errors import UnexpectedReply
from roster_emulator import Running
from support.britive_api import APP, britive_environment, britive_root
from support.subjects import config_for

ENVIRONMENT = "/api/apps/{app}/environments/{environment}"


@pytest.fixture(autouse=True)
def _program(emulator: Running, program_config: Callable[..., None]) -> None:
    program_config(**{key.removeprefix("roster:"): value for key, value in config_for(emulator.url).items()})


@pytest.fixture
def environment(emulator: Running) -> str:
    return britive_environment(emulator, britive_root(emulator), "Production")


def test_links_are_found_from_both_ends(environment: str) -> None:
    assert [
        (row.account_name, row.permission_name, row.permission_type)
        for row in britive.list_account_permissions(APP, "2800", environment_id=environment)
    ] == [("alice@example.com", "ReadOnlyAccess", "policy")]
    assert [row.group_name for row in britive.list_account_groups(APP, "2800", environment_id=environment)] == [
        "Admins",
        "Developers",
    ]
    assert [row.account_id for row in britive.list_permission_accounts(APP, "46600", environment_id=environment)] == [
        "2800",
        "2801",
    ]
    [link] = britive.list_permission_groups(APP, "46602", environment_id=environment)
    assert (link.group_id, link.group_name, link.account_id) == ("69153", "Developers", None)
    assert (link.native_ids.group_native_id, link.native_ids.permission_native_id) == ("Developers", "Deploy")
    assert [row.account_id for row in britive.list_group_accounts(APP, "69153", environment_id=environment)] == [
        "2800",
        "2801",
    ]
    assert [row.permission_id for row in britive.list_group_permissions(APP, "69152", environment_id=environment)] == [
        "46601"
    ]


ENDS: dict[str, tuple[Callable[..., list[britive.ScannedLink]], str, set[str]]] = {
    "account_permissions": (britive.list_account_permissions, "2800", {"account", "permission"}),
    "account_groups": (britive.list_account_groups, "2800", {"account", "group"}),
    "permission_accounts": (britive.list_permission_accounts, "46600", {"account", "permission"}),
    "permission_groups": (britive.list_permission_groups, "46602", {"group", "permission"}),
    "group_accounts": (britive.list_group_accounts, "69153", {"account", "group"}),
    "group_permissions": (britive.list_group_permissions, "69152", {"group", "permission"}),
}


def ends(link: britive.ScannedLink) -> list[set[str]]:
    """Return which of account, group and permission have an id, a name and a native id."""
    return [
        {end for end in ("account", "group", "permission") if fields[f"{end}_{part}"] is not None}
        for fields, part in ((link, "id"), (link, "name"), (link.native_ids, "native_id"))
    ]


@pytest.mark.parametrize("name", ENDS)
def test_a_link_has_exactly_its_two_ends(name: str, environment: str) -> None:
    lookup, id, expected = ENDS[name]
    links = lookup(APP, id, environment_id=environment)
    assert links
    assert all(ends(link) == [expected] * 3 for link in links)
    assert all(id in (link.account_id, link.group_id, link.permission_id) for link in links)
    assert all((link.permission_type is not None) == ("permission" in expected) for link in links)


# Parts of the rows of the vendor's page. There, the type of a group's permission is "group" too (sections 14 and 17).
PERMISSION_OF_ACCOUNT: dict[str, Any] = {
    "accountId": 2800,
    "permissionId": 46522,
    "accountName": "account1",
    "permissionName": "Administrator",
    "nativeId": {"accountNativeId": "a-id1", "permissionNativeId": "r-id1"},
    "permissionType": "role",
}
GROUP_OF_ACCOUNT: dict[str, Any] = {**PERMISSION_OF_ACCOUNT, "permissionName": "Group1", "permissionType": "group"}
PERMISSION_OF_GROUP: dict[str, Any] = {
    "groupId": 2807,
    "permissionId": 69152,
    "groupName": "Group1",
    "permissionName": "Role",
    "nativeId": {"groupNativeId": "group1", "permissionNativeId": "role1"},
    "permissionType": "group",
}
DOCUMENTED = {
    "account_permissions": (PERMISSION_OF_ACCOUNT, ("2800", None, "46522")),
    "account_groups": (GROUP_OF_ACCOUNT, ("2800", "46522", None)),
    "permission_accounts": (PERMISSION_OF_ACCOUNT, ("2800", None, "46522")),
    "permission_groups": (PERMISSION_OF_GROUP, (None, "2807", "69152")),
    "group_accounts": (GROUP_OF_ACCOUNT, ("2800", "46522", None)),
    "group_permissions": (PERMISSION_OF_GROUP, (None, "2807", "69152")),
}


@pytest.mark.parametrize("name", ENDS)
def test_the_documented_row_of_a_link_has_exactly_its_two_ends(name: str, emulator: Running, environment: str) -> None:
    lookup, id, expected = ENDS[name]
    row, ids = DOCUMENTED[name]
    body = {"count": 1, "page": 0, "size": 100, "data": [row]}
    one, _, other = name.partition("_")
    route = f"{ENVIRONMENT}/{one}s/{{key}}/{other}"
    emulator.fault(kind="status", status=200, body=body, method="GET", route=route)
    [link] = lookup(APP, id, environment_id=environment)
    assert ends(link) == [expected] * 3
    assert (link.account_id, link.group_id, link.permission_id) == ids


@pytest.mark.parametrize("field", ["accountId", "permissionId"])
def test_a_link_without_one_of_its_ends_is_an_error(field: str, emulator: Running, environment: str) -> None:
    route = f"{ENVIRONMENT}/accounts/{{key}}/groups"
    emulator.fault(kind="missing_field", field=field, method="GET", route=route, times=None)
    with pytest.raises(UnexpectedReply, match="exactly two of account, permission and group"):
        britive.list_account_groups(APP, "2800", environment_id=environment, page=0)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_links_of_several_pages_are_all_returned(environment: str, size: int) -> None:
    found = britive.list_account_groups(APP, "2800", environment_id=environment, size=size, sort="permissionName,desc")
    assert [row.group_name for row in found] == ["Developers", "Admins"]
    [second] = britive.list_account_groups(
        APP, "2800", environment_id=environment, size=1, page=1, sort="permissionName,desc"
    )
    assert second.group_name == "Admins"


def test_ids_keep_all_their_digits_and_absent_ids_are_none(emulator: Running, environment: str) -> None:
    large = 2**64 + 1  # floating point would round it
    link = {"accountId": large, "permissionId": large, "groupId": None, "nativeId": {"accountNativeId": ""}}
    body = {"count": 1, "page": 0, "size": 100, "sort": None, "filter": None, "data": [link]}
    route = f"{ENVIRONMENT}/accounts/{{key}}/permissions"
    emulator.fault(kind="status", status=200, body=body, method="GET", route=route)
    [found] = britive.list_account_permissions(APP, str(large), environment_id=environment)
    assert (found.account_id, found.permission_id) == ("18446744073709551617", "18446744073709551617")
    assert (found.group_id, found.group_name, found.permission_name, found.scan_status) == (None, None, None, None)
    assert found.native_ids == britive.ScannedNativeIds()
    assert emulator.last_requests()[-1]["path"].endswith(f"/accounts/{large}/permissions")


def test_a_group_of_a_list_leads_to_its_links(environment: str) -> None:
    [admins, *_] = britive.list_groups(APP, environment_id=environment, filter="name eq Admins")
    [link] = britive.list_group_permissions(APP, admins.id, environment_id=environment)
    assert (link.group_id, link.group_name) == (admins.id, "Admins")
    [held] = britive.list_permission_groups(APP, link.permission_id or "", environment_id=environment)
    assert held.group_id == admins.id
