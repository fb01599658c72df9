"""Calls the vendor's own client: applications, environments, accounts, permissions, mappings, scans and users."""

from __future__ import annotations

from typing import Any

import pytest
from britive.exceptions import generic, unauthorized
from britive.exceptions.badrequest import ApplicationUpdateError

from britive import exceptions
from roster_emulator import Running
from roster_emulator.britive.sample_data import ORGANISATION
from testkit.britive import APP, Official
from testkit.ibm import exchange


@pytest.fixture
def client(emulator: Running) -> Official:
    return Official(emulator.url)


@pytest.fixture
def manage(client: Official) -> Any:
    return client.application_management


@pytest.fixture
def environment(manage: Any) -> str:
    return str(manage.environments.create(application_id=APP, name="env")["id"])


def ids(users: list[dict[str, Any]]) -> list[str]:
    return [user["userId"] for user in users]


def test_features(emulator: Running) -> None:
    assert Official(emulator.url, query_features=True).feature_flags["profile-v2"] is True


@pytest.mark.parametrize("shape", ["{}", "OIDC::{}"])
def test_the_client_sends_long_tokens_with_other_schemes(emulator: Running, shape: str) -> None:
    token = exchange(emulator.url, "some-key").json()["access_token"]
    client = Official(emulator.url, shape.format(token))
    assert client.application_management.applications.get(APP)["appContainerId"] == APP


def test_applications(manage: Any) -> None:
    catalog = {entry["key"]: entry for entry in manage.applications.catalog()}
    made = manage.applications.create(catalog["AWS Standalone-1.0"]["catalogAppId"], "mine")
    app = made["appContainerId"]
    assert [row["appContainerId"] for row in manage.applications.list()] == [APP, app]
    assert manage.applications.get(app)["catalogAppDisplayName"] == "mine"
    assert manage.applications.delete(app) is None
    with pytest.raises(ApplicationUpdateError, match="does not exist"):
        manage.applications.get(app)


def test_environment_groups(manage: Any) -> None:
    groups = manage.environment_groups
    assert groups.list(APP) == []
    group = groups.create(APP, "Dev", "text")
    root = groups.get_or_create_root(APP)
    assert group["parentId"] == root
    nested = groups.create(APP, "Nested", parent_id=group["id"])
    assert [row["id"] for row in groups.list(APP)] == [root, group["id"], nested["id"]]
    assert groups.get(APP, nested["id"])["name"] == "Nested"
    with pytest.raises(generic.ValidationError, match="not empty"):
        groups.delete(APP, group["id"])
    assert groups.delete(APP, nested["id"]) is None
    assert groups.get(APP, nested["id"]) == {}
    with pytest.raises(generic.DoesNotExistError):
        groups.delete(APP, nested["id"])


def test_environments(manage: Any) -> None:
    environments = manage.environments
    made = environments.create(APP, "env", "text")
    inner = environments.create(APP, "inner", parent_group_id=manage.environment_groups.create(APP, "Dev")["id"])
    assert made["parentGroupId"] == manage.environment_groups.get_or_create_root(APP)
    assert [row["environmentName"] for row in environments.list(APP)] == ["env", "inner"]
    assert environments.get(APP, made["id"])["environmentId"] == made["id"]
    assert environments.test(APP, made["id"])["success"] is False
    updated = environments.update(APP, made["id"], accountId="123")
    (account,) = [item for item in updated["catalogApplication"]["propertyTypes"] if item["name"] == "accountId"]
    assert account["value"] == "123"
    assert environments.test(APP, made["id"])["success"] is True
    assert environments.delete(APP, inner["id"]) is None
    assert environments.get(APP, inner["id"]) == {}


def test_scans(emulator: Running, manage: Any, environment: str) -> None:
    task = manage.environments.scan(APP, environment)["taskId"]
    assert manage.scans.status(task)["status"] == "Success"
    assert manage.scans.scan(APP, environment)["taskId"] != task
    assert len(manage.scans.history(APP)) == 2
    assert manage.scans.history(APP, 'name co "nothing"') == []
    for resource in ("accounts", "permissions", "groups"):
        assert len(manage.scans.diff(resource, APP, environment)) == 1
    with pytest.raises(generic.UnsupportedFeatureError):
        manage.applications.scan(APP)
    emulator.seed(britive=ORGANISATION)
    assert manage.applications.scan("app-org", org_scan_only=True)["status"] == "Success"


def test_accounts(manage: Any, environment: str) -> None:
    accounts = manage.accounts
    listed = accounts.list(APP, environment)
    assert [row["accountId"] for row in listed] == [2800, 2801, 2802, 2803, 2804, 2805]
    assert [item["name"] for item in listed[0]["permissions"]] == ["ReadOnlyAccess"]
    assert accounts.list(APP, environment, include_associations=False)[0]["permissions"] == []
    assert len(accounts.list(APP, environment, filter_expression="scanStatus eq New")) == 1
    assert [row["permissionId"] for row in accounts.permissions(2800, APP, environment)] == [46600]
    assert [row["permissionName"] for row in accounts.groups(2800, APP, environment)] == ["Admins", "Developers"]


def test_permissions(manage: Any, environment: str) -> None:
    permissions = manage.permissions
    assert [row["appPermissionId"] for row in permissions.list(APP, environment)] == [46600, 46601, 46602, 46603]
    assert len(permissions.list(APP, environment, filter_expression="scanStatus eq Unchanged")) == 3
    assert [row["accountId"] for row in permissions.accounts(46600, APP, environment)] == [2800, 2801]
    assert [row["groupName"] for row in permissions.groups(46602, APP, environment)] == ["Developers"]


def test_groups(manage: Any, environment: str) -> None:
    groups = manage.groups
    assert [row["name"] for row in groups.list(APP, environment)] == ["Admins", "Developers", "Auditors"]
    assert [row["accountId"] for row in groups.accounts(69153, APP, environment)] == [2800, 2801]
    assert [row["permissionName"] for row in groups.permissions(69152, APP, environment)] == ["AdministratorAccess"]


def test_the_client_reads_all_pages(emulator: Running, manage: Any, environment: str) -> None:
    more = [{"accountId": 10_000 + number, "nativeName": f"n{number}"} for number in range(250)]
    emulator.seed(britive={"applications": [{"appContainerId": APP, "accounts": more}]})
    emulator.clear_requests()
    assert len(manage.accounts.list(APP, environment)) == 256
    assert emulator.total() == 3


def test_mapping(manage: Any, environment: str) -> None:
    accounts, other = manage.accounts, manage.environments.create(APP, "other")["id"]
    assert ids(accounts.map("user-bob", 2800, APP, environment)) == ["user-bob"]
    assert ids(accounts.mapped_users(2800, APP, environment)) == ["user-bob"]
    assert "user-bob" not in ids(accounts.users_available_to_map(2800, APP, environment))
    with pytest.raises(generic.UserAccountLinkAlreadyExists):
        accounts.map("user-bob", 2800, APP, environment)
    accounts.map("user-alice", 2800, APP, environment, map_user_to_account_in_all_application_environments=True)
    assert ids(accounts.mapped_users(2800, APP, other)) == ["user-alice"]
    assert ids(accounts.unmap("user-bob", 2800, APP, environment)) == ["user-alice"]
    assert accounts.unmap("user-alice", 2800, APP, environment, force_profile_checkins=False) == []
    with pytest.raises(generic.CannotUnmapManuallyAutomaticallyMappedAccounts):
        accounts.unmap("user-erin", 2804, APP, environment)


def test_the_client_names_the_root_group_of_a_scanned_application(emulator: Running, manage: Any) -> None:
    emulator.seed(britive=ORGANISATION)
    assert [row["accountId"] for row in manage.accounts.list("app-org")] == [5000, 5001]
    assert [row["name"] for row in manage.groups.list("app-org")] == ["Engineers"]
    assert ids(manage.accounts.map("user-bob", 5000, "app-org")) == ["user-bob"]
    assert ids(manage.accounts.mapped_users(5000, "app-org")) == ["user-bob"]
    assert "/api/apps/app-org/environments/r-pak3/accounts/5000/users" in {
        request["path"] for request in emulator.last_requests()
    }


def test_users(client: Official) -> None:
    users = client.identity_management.users
    assert len(users.list()) == 6
    assert users.get("user-bob")["name"] == "Bob Example"
    assert ids(users.get_by_name("ali")) == ["user-alice"]
    assert ids(users.get_by_status("inactive")) == ["user-frank"]
    assert ids(users.search("carol@")) == ["user-carol"]


def test_the_client_raises_its_own_error_for_each_error_code(emulator: Running, manage: Any) -> None:
    def read(token: str) -> Any:
        return Official(emulator.url, token).application_management.applications.get(APP)

    with pytest.raises(unauthorized.InvalidApiTokenError):
        read("nobody")
    with pytest.raises(exceptions.ForbiddenRequest):
        Official(emulator.url, "viewer-1").application_management.environment_groups.create(APP, "g")
    with pytest.raises(generic.DoesNotExistError):
        manage.environments.create(APP, "e", parent_group_id="nosuch")
    emulator.fault(kind="status", status=503)
    with pytest.raises(exceptions.TenantUnderMaintenance):
        manage.applications.get(APP)
    emulator.switch(britive_unique_names=True)
    manage.environments.create(APP, "e")
    with pytest.raises(generic.DuplicateError):
        manage.environments.create(APP, "e")


def test_the_client_repeats_throttled_calls(emulator: Running, manage: Any) -> None:
    emulator.fault(kind="status", status=429, times=2)
    assert manage.applications.get(APP)["appContainerId"] == APP
    assert emulator.total() == 3
