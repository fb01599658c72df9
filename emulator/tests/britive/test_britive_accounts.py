from __future__ import annotations

from typing import Any

import pytest

from roster_emulator import Running
from roster_emulator.britive.sample_data import ORGANISATION
from testkit.britive import APP, Tenant, refused

ACCOUNTS = [2800, 2801, 2802, 2803, 2804, 2805]
EACH_BY_THE_OTHER = [
    ("accounts/2800/permissions", [(2800, 46600)]),
    ("accounts/2800/groups", [(2800, 69152), (2800, 69153)]),
    ("permissions/46600/accounts", [(2800, 46600), (2801, 46600)]),
    ("permissions/46602/groups", [(69153, 46602)]),
    ("groups/69153/accounts", [(2800, 69153), (2801, 69153)]),
    ("groups/69153/permissions", [(69153, 46602)]),
    ("accounts/2802/groups", []),
]


def ids(page: dict[str, Any]) -> list[int]:
    return [row.get("accountId") or row["appPermissionId"] for row in page["data"]]


def test_a_page_of_accounts_as_in_the_vendors_sample(tenant: Tenant, path: str) -> None:
    query = "page=0&size=20&sort=nativeName,asc&filter=scanStatus eq Unchanged&includeMembers=false"
    page = tenant.ok("GET", f"{path}/accounts/?{query}")
    assert {key: page[key] for key in ("count", "page", "size", "sort", "filter")} == {
        "count": 5,
        "page": 0,
        "size": 20,
        "sort": "nativeName: ASC",
        "filter": "scanStatus eq Unchanged",
    }
    assert ids(page) == [2800, 2801, 2802, 2803, 2804]
    assert list(page["data"][0]) == [
        *("accountId", "nativeName", "nativeId", "description", "lastName", "firstName", "created", "modified"),
        *("status", "scanStatus", "privileged", "type", "scanned", "registrable", "permissions", "mappedUsers"),
    ]
    assert page["data"][0]["permissions"] == []


def test_a_page_of_permissions_and_one_of_groups(tenant: Tenant, path: str) -> None:
    fields = [
        *("appPermissionId", "name", "type", "description", "created", "modified", "nativeId", "status", "scanStatus"),
        *("builtIn", "hasDefinitionsChanged", "privileged", "scopeRegistrationId", "scanned"),
        *("accounts", "groups", "permissions"),
    ]
    permissions = tenant.ok("GET", f"{path}/permissions/?page=0&sort=name")
    assert (permissions["sort"], ids(permissions)) == ("name: ASC", [46601, 46603, 46602, 46600])
    groups = tenant.ok("GET", f"{path}/groups/?page=0&sort=name,desc")
    assert (groups["sort"], ids(groups)) == ("name: DESC", [69153, 69154, 69152])
    assert {row["type"] for row in groups["data"]} == {"group"}
    for row in permissions["data"] + groups["data"]:
        assert list(row) == fields
        assert row["accounts"] == row["groups"] == row["permissions"] == []


@pytest.mark.parametrize("size", range(1, 8))
def test_pages_hold_all_rows_once(tenant: Tenant, path: str, size: int) -> None:
    found: list[int] = []
    for number in range(8):
        page = tenant.ok("GET", f"{path}/accounts?page={number}&size={size}")
        assert (page["count"], page["page"], page["size"]) == (6, number, size)
        assert len(page["data"]) == max(0, min(size, 6 - number * size))
        found += ids(page)
    assert found == ACCOUNTS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("scanStatus eq New", [2805]),
        ("scanStatus eq new", [2805]),
        ("nativeName co EXAMPLE", [2800, 2801, 2802, 2804]),
        ('nativeName sw "de"', [2803]),
        ("privileged eq true", [2800]),
        ("accountId eq 2801", [2801]),
        ("description co nothing", []),
    ],
)
def test_filters(tenant: Tenant, path: str, text: str, found: list[int]) -> None:
    page = tenant.ok("GET", f"{path}/accounts", params={"page": 0, "filter": text})
    assert (page["filter"], page["count"], ids(page)) == (text, len(found), found)


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_members_are_included_on_request(tenant: Tenant, path: str, value: str) -> None:
    def members(listed: str, column: str, number: int) -> dict[str, Any]:
        page = tenant.ok("GET", f"{path}/{listed}?page=0&filter={column} eq {number}&includeMembers={value}")
        (row,) = page["data"]
        return dict(row)

    account = members("accounts", "accountId", 2800)
    number = account["permissions"][0]["tenantAppId"]
    assert account["permissions"] == [
        {
            "appPermissionId": 46600,
            "tenantAppId": number,
            "nativeId": "ReadOnlyAccess",
            "name": "ReadOnlyAccess",
            "type": "policy",
            "scanStatus": "Unchanged",
            "inherited": None,
        }
    ]
    assert [group["name"] for group in account["groups"]] == ["Admins", "Developers"]
    permission = members("permissions", "appPermissionId", 46602)
    assert [item["nativeName"] for item in permission["accounts"]] == ["deploy"]
    assert [item["nativeName"] for item in permission["groups"]] == ["Developers"]
    group = members("groups", "appPermissionId", 69154)
    assert group["accounts"] == [
        {
            "accountId": 2805,
            "tenantAppId": number,
            "nativeId": "auditor",
            "nativeName": "auditor",
            "scanStatus": "Added",
            "inherited": None,
            "type": "user",
        }
    ]
    assert [item["permissionId"] for item in group["permissions"]] == [46600]


def test_a_list_without_page_has_the_deprecated_form(tenant: Tenant, path: str) -> None:
    accounts = tenant.ok("GET", f"{path}/accounts")
    assert [row["accountId"] for row in accounts] == ACCOUNTS
    assert [item["name"] for item in accounts[0]["permissions"]] == ["ReadOnlyAccess"]
    more = {"extendedAttributes", "firstSeen", "lastSeen", "updated"}
    assert more | {"userId"} <= set(accounts[0])
    permissions = tenant.ok("GET", f"{path}/permissions?type=permission")
    assert [row["appPermissionId"] for row in permissions] == [46600, 46601, 46602, 46603]
    groups = tenant.ok("GET", f"{path}/permissions?type=group")
    assert [row["appPermissionId"] for row in groups] == [69152, 69153, 69154]
    assert [row["nativeName"] for row in groups[0]["accounts"]] == ["alice@example.com"]
    assert more | {"tenantAppId"} <= set(permissions[0]) & set(groups[0])


def test_link_rows_are_as_in_the_vendors_samples(tenant: Tenant, path: str) -> None:
    assert tenant.ok("GET", f"{path}/accounts/2800/permissions?page=0&size=20") == {
        "count": 1,
        "page": 0,
        "size": 20,
        "sort": None,
        "filter": None,
        "data": [
            {
                "accountId": 2800,
                "permissionId": 46600,
                "scanStatus": "Unchanged",
                "inheritedScope": None,
                "accountName": "alice@example.com",
                "accountPermissionScopes": [{}],
                "permissionName": "ReadOnlyAccess",
                "nativeId": {"accountNativeId": "alice@example.com", "permissionNativeId": "ReadOnlyAccess"},
                "permissionType": "policy",
            }
        ],
    }
    (row,) = tenant.ok("GET", f"{path}/groups/69152/permissions?page=0")["data"]
    assert (row["groupId"], row["groupName"], row["permissionName"]) == (69152, "Admins", "AdministratorAccess")
    assert row["nativeId"] == {"groupNativeId": "Admins", "permissionNativeId": "AdministratorAccess"}


@pytest.mark.parametrize(("of", "pairs"), EACH_BY_THE_OTHER)
def test_links_of_accounts_permissions_and_groups(
    tenant: Tenant, path: str, of: str, pairs: list[tuple[int, int]]
) -> None:
    page = tenant.ok("GET", f"{path}/{of}?page=0")
    assert page["count"] == len(pairs)
    found = [(row.get("accountId") or row["groupId"], row["permissionId"]) for row in page["data"]]
    assert found == pairs
    page = tenant.ok("GET", f"{path}/{of}?page=0&size=1&sort=permissionName,desc&filter=scanStatus eq Unchanged")
    assert len(page["data"]) == min(1, len(pairs))


INVALID_QUERIES = [
    *("page=-1", "page=x", "page=0&size=0", "page=0&size=x", "page=0&includeMembers=yes"),
    *("page=0&sort=nosuch", "page=0&sort=scanStatus,up", "page=0&filter=nosuch eq 1"),
    *("page=0&filter=scanStatus ne New", "page=0&filter=scanStatus"),
]
OF_ONE = ["accounts/{}/groups?page=0", "permissions/{}/groups?page=0", "groups/{}/accounts?page=0", "accounts/{}/users"]


@pytest.mark.parametrize(
    ("paths", "status", "code"),
    [
        (
            [f"{listed}?{query}" for listed in ("accounts", "permissions", "groups") for query in INVALID_QUERIES],
            400,
            "E1003",
        ),
        ([of for of, _ in EACH_BY_THE_OTHER], 400, "E1003"),
        (["groups?size=20", "permissions?type=other"], 400, "E1003"),
        ([path.format(key) for path in OF_ONE for key in ("x", "٣")], 400, "E1003"),
        ([path.format("9999") for path in OF_ONE], 404, "E1004"),
        (["groups/46600/accounts?page=0", "permissions/69152/accounts?page=0"], 404, "E1004"),
        (["../nosuch/accounts?page=0", "../ROOT/accounts?page=0"], 404, "E1004"),
    ],
    ids=["query", "no page", "no page or type", "no number", "unknown id", "other kind", "unknown environment"],
)
def test_invalid_reads_are_refused(
    tenant: Tenant, root: str, path: str, paths: list[str], status: int, code: str
) -> None:
    for each in paths:
        refused(tenant.get(f"{path}/{each}".replace("ROOT", root)), status, code)


def test_accounts_of_a_scanned_application_are_listed_under_its_root_group(emulator: Running, tenant: Tenant) -> None:
    emulator.seed(britive=ORGANISATION)
    for scope in ("r-pak3", "1111"):
        page = tenant.ok("GET", f"/apps/app-org/environments/{scope}/accounts?page=0")
        assert ids(page) == [5000, 5001]


def test_the_switch_hides_accounts_until_a_scan_has_finished(emulator: Running, tenant: Tenant, path: str) -> None:
    emulator.switch(britive_scan_first=True, britive_scan_seconds=60)
    assert tenant.ok("GET", f"{path}/accounts?page=0")["count"] == 0
    task = tenant.ok("POST", f"{path}/scans")["taskId"]
    assert tenant.ok("GET", f"/apps/tasks/{task}/status")["status"] == "InProgress"
    refused(tenant.get(f"{path}/accounts/2800/users"), 404, "E1004")
    emulator.clock(60)
    assert tenant.ok("GET", f"/apps/tasks/{task}/status")["status"] == "Success"
    assert tenant.ok("GET", f"{path}/accounts?page=0")["count"] == 6
    assert tenant.ok("GET", f"{path}/accounts/2800/users") == []


def test_scans(emulator: Running, tenant: Tenant, path: str) -> None:
    task = tenant.ok("POST", f"{path}/scans")["taskId"]
    history = tenant.ok("GET", f'/apps/{APP}/scans/env-status/history?page=0&size=100&filter=name co "env"')
    assert [(row["taskId"], row["name"], row["status"]) for row in history["data"]] == [(task, "Env", "Success")]
    changed = tenant.ok("GET", f"{path}/groups/memberships-last-scan-delta")
    assert [row["appPermissionId"] for row in changed] == [69154]
    refused(tenant.get(f"{path}/others/memberships-last-scan-delta"), 404, "E0000")
    refused(tenant.get("/apps/tasks/nosuch/status"), 404, "E1004")
    emulator.seed(britive=ORGANISATION)
    refused(tenant.post("/apps/app-org/environments/1111/scans"), 400, "E1012")


def test_injected_faults_shift_pages(emulator: Running, tenant: Tenant, path: str) -> None:
    emulator.fault(kind="page_repeat", skip=1)
    first = tenant.ok("GET", f"{path}/accounts?page=0&size=2")
    assert ids(first) == [2800, 2801]
    assert ids(tenant.ok("GET", f"{path}/accounts?page=1&size=2")) == [2801, 2802]
    emulator.fault(kind="page_skip")
    assert ids(tenant.ok("GET", f"{path}/accounts?page=1&size=2")) == [2803, 2804]


def test_seeding_extends_an_existing_application(emulator: Running, tenant: Tenant, path: str) -> None:
    made = emulator.seed(
        britive={
            "users": [{"userId": "user-zoe", "status": "inactive"}, {"user_id": "user-yan", "first_name": "Yan"}],
            "applications": [
                {
                    "appContainerId": APP,
                    "accounts": [
                        {"accountId": 3000, "nativeName": "zoe@example.com"},
                        {"accountId": 2800, "nativeName": "changed", "scanStatus": "New"},
                    ],
                    "groups": [{"appPermissionId": 70000, "name": "Operators"}],
                    "links": [{"account": 3000, "group": 70000}, {"group": 70000, "permission": 46600}],
                    "mappings": [{"account": 3000, "user": "user-yan", "environment": path.split("/")[-1]}],
                }
            ],
        }
    )
    assert made == {"britive": {"users": ["user-zoe", "user-yan"], "applications": [APP]}}
    page = tenant.ok("GET", f"{path}/accounts?page=0&includeMembers=true")
    assert (page["count"], page["data"][0]["nativeName"]) == (7, "changed")
    last = page["data"][-1]
    assert [group["name"] for group in last["groups"]] == ["Operators"]
    assert [user["name"] for user in last["mappedUsers"]] == ["Yan Example"]
    assert tenant.ok("GET", f"{path}/groups/70000/permissions?page=0")["count"] == 1
    assert tenant.ok("DELETE", f"{path}/accounts/3000/users/user-yan") == []
