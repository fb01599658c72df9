from __future__ import annotations

from typing import Any

import pytest

from roster_emulator import Running
from testkit.britive import APP, Tenant, refused


def put(tenant: Tenant, path: str, **values: Any) -> dict[str, Any]:
    body = {"propertyTypes": [{"name": name, "value": value} for name, value in values.items()]}
    return properties(tenant.ok("PATCH", f"{path}/properties", json=body))


def properties(environment: dict[str, Any]) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in environment["catalogApplication"]["propertyTypes"]}


def test_a_new_environment_has_its_name_and_the_defaults(tenant: Tenant, path: str) -> None:
    found = tenant.ok("GET", path)
    assert (found["appContainerId"], found["environmentName"]) == (APP, "Env")
    assert path.endswith(found["environmentId"])
    assert properties(found) == {
        "displayName": "Env",
        "description": None,
        "accountId": None,
        "roleName": None,
        "identityProvider": None,
        "sessionDuration": 3600,
        "showAwsAccountNumber": False,
    }


def test_properties_change_one_by_one(tenant: Tenant, path: str) -> None:
    assert put(tenant, path, accountId="123")["accountId"] == "123"
    after = put(tenant, path, showAwsAccountNumber=True, sessionDuration=900)
    assert (after["accountId"], after["showAwsAccountNumber"], after["sessionDuration"]) == ("123", True, 900)
    assert properties(tenant.ok("GET", path)) == after
    assert put(tenant, path, sessionDuration=None)["sessionDuration"] == 3600


def test_name_and_description_are_properties(tenant: Tenant, path: str) -> None:
    put(tenant, path, displayName="Other", description="text")
    tree = tenant.ok("GET", f"/apps/{APP}")["rootEnvironmentGroup"]
    assert [(row["name"], row["description"]) for row in tree["environments"]] == [("Other", "text")]
    assert [row["environmentName"] for row in tenant.ok("GET", f"/apps/{APP}/environments")] == ["Other"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nosuch", "x", "A-0005"),
        ("displayName", "", "E1003"),
        ("displayName", None, "E1003"),
        ("description", 5, "E1003"),
        ("showAwsAccountNumber", "true", "E1003"),
        ("sessionDuration", "900", "E1003"),
        ("sessionDuration", True, "E1003"),
    ],
)
def test_a_wrong_property_changes_nothing(tenant: Tenant, path: str, name: str, value: Any, code: str) -> None:
    before = tenant.ok("GET", path)
    body = {"propertyTypes": [{"name": "accountId", "value": "123"}, {"name": name, "value": value}]}
    refused(tenant.patch(f"{path}/properties", json=body), 400, code)
    assert tenant.ok("GET", path) == before


def test_a_rename_to_a_taken_name_is_refused_if_the_switch_says_so(
    emulator: Running, tenant: Tenant, root: str, path: str
) -> None:
    tenant.environment(root, "taken")
    emulator.switch(britive_unique_names=True)
    body = {"propertyTypes": [{"name": "displayName", "value": "taken"}]}
    refused(tenant.patch(f"{path}/properties", json=body), 409, "E1005")


def test_a_secret_reads_back_masked_and_is_not_stored(emulator: Running, tenant: Tenant) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-now", "catalogAppName": "ServiceNow"}]})
    environment = tenant.environment(tenant.root("app-now"), "e", "app-now")["id"]
    path = f"/apps/app-now/environments/{environment}"
    assert properties(tenant.ok("GET", path))["password"] is None
    after = put(tenant, path, username="u", password="canary")
    assert (after["username"], after["password"]) == ("u", "*")
    assert properties(tenant.ok("GET", path)) == after
    assert put(tenant, path, password=None)["password"] is None
    assert "canary" not in str(emulator.dump())


def test_testing_an_environment_succeeds_once_required_properties_are_set(tenant: Tenant, path: str) -> None:
    failed = tenant.ok("POST", f"{path}/tests")
    assert failed["success"] is False
    assert "accountId" in failed["message"]
    put(tenant, path, accountId="123")
    assert tenant.ok("POST", f"{path}/tests") == {"success": True, "message": "Test successful."}
