from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from roster_emulator import Running
from roster_emulator.britive.sample_data import ORGANISATION
from testkit.britive import APP, Tenant, refused

GROUPS = f"/apps/{APP}/root-environment-group/groups"
ENVIRONMENTS = f"/apps/{APP}/root-environment-group/environments"


def delete_group(tenant: Tenant, group_id: str) -> httpx.Response:
    return tenant.delete(f"/apps/{APP}/environment-groups/{group_id}")


def test_a_new_application_has_no_root_group(tenant: Tenant) -> None:
    app = tenant.ok("GET", f"/apps/{APP}")
    assert (app["appContainerId"], app["rootEnvironmentGroup"]) == (APP, None)
    assert app["catalogApplication"]["supportsEnvironmentScanning"] is False
    assert tenant.ok("GET", f"/apps/{APP}/environments") == []
    assert tenant.ok("GET", f"/apps/{APP}/root-environment-group") == {"environmentGroups": [], "environments": []}


def test_a_group_as_in_the_vendors_sample(tenant: Tenant, root: str) -> None:
    group = tenant.group(root, "Dev Group", description="Dev Group", type="group")
    assert re.fullmatch("[0-9a-z]{16}", group["id"])
    assert group == {
        "name": "Dev Group",
        "description": "Dev Group",
        "id": group["id"],
        "parentId": root,
        "nativeId": None,
        "nativeParentId": None,
        "childGroupIds": [],
        "childEnvironmentIds": [],
        "type": "group",
        "internalParentId": "",
    }


def test_an_environment_as_in_the_vendors_sample(tenant: Tenant, root: str) -> None:
    made = tenant.environment(root, "DevEnv", description="Dev account", type="environment")
    assert made == {
        "id": made["id"],
        "name": "DevEnv",
        "description": "Dev account",
        "parentGroupId": root,
        "type": "environment",
        "internalParentId": "",
        "status": "active",
    }
    assert tenant.ok("GET", f"/apps/{APP}/environments") == [
        {"appContainerId": APP, "environmentId": made["id"], "environmentName": "DevEnv"}
    ]


@pytest.mark.parametrize("view", ["", "?view=minimized"])
def test_the_tree_is_flat_and_nested_by_parents(tenant: Tenant, root: str, view: str) -> None:
    outer = tenant.group(root, "outer")["id"]
    inner = tenant.group(outer, "inner")["id"]
    environment = tenant.environment(inner, "env")
    app = tenant.ok("GET", f"/apps/{APP}{view}")
    assert ("catalogApplication" in app) == (not view)
    tree = app["rootEnvironmentGroup"]
    assert [(row["id"], row["parentId"]) for row in tree["environmentGroups"]] == [
        (root, ""),
        (outer, root),
        (inner, outer),
    ]
    assert tree["environments"] == [environment]
    assert tenant.ok("GET", f"/apps/{APP}/root-environment-group") == tree


def test_summaries(tenant: Tenant, root: str) -> None:
    environment = tenant.environment(root, "env")["id"]
    summary = f"/apps/{APP}/root-environment-group?view=summary&type="
    assert tenant.ok("GET", summary + "environments") == [{"name": "env", "id": environment, "type": "environment"}]
    assert tenant.ok("GET", summary + "environmentGroups") == [{"name": "root", "id": root, "type": "group"}]
    refused(tenant.get(summary + "other"), 400, "E1003")


def test_a_second_root_group_is_allowed_unless_the_switch_refuses_it(emulator: Running, tenant: Tenant) -> None:
    assert tenant.root() != tenant.root()
    emulator.switch(britive_root_twice=False)
    refused(tenant.post(GROUPS, json={"name": "Root", "parentId": ""}), 409, "E1005")
    assert tenant.tree() == (["root", "root"], [])


def test_deletes_answer_without_a_body_and_keep_the_last_root_group(tenant: Tenant, root: str) -> None:
    second = tenant.root()
    assert tenant.ok("PATCH", f"{GROUPS}/{root}", json={"description": "d"})["description"] == "d"
    for path in (f"environment-groups/{root}", f"environments/{tenant.environment(second)['id']}"):
        reply = tenant.delete(f"/apps/{APP}/{path}")
        assert (reply.status_code, reply.content) == (200, b"")
    refused(delete_group(tenant, second), 400, "E1003")
    refused(tenant.patch(f"{GROUPS}/{second}", json={"name": "other"}), 400, "E1003")
    assert tenant.tree() == (["root"], [])


@pytest.mark.parametrize("parent", ["", None, "nosuch"])
def test_an_unknown_parent_is_refused(emulator: Running, tenant: Tenant, root: str, parent: str | None) -> None:
    bodies = [(GROUPS, {"name": "x", "parentId": parent}), (ENVIRONMENTS, {"name": "x", "parentGroupId": parent})]
    for status in (400, 404):
        emulator.switch(britive_unknown_parent_status=status)
        for path, body in bodies:
            refused(tenant.post(path, json=body), status, "E1004")
    assert tenant.tree() == (["root"], [])


def test_the_parent_belongs_to_the_same_application(emulator: Running, tenant: Tenant, root: str) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-two"}]})
    path = "/apps/app-two/root-environment-group/environments"
    refused(tenant.post(path, json={"name": "x", "parentGroupId": root}), 400, "E1004")


def test_names_may_repeat_unless_the_switch_wants_them_unique(emulator: Running, tenant: Tenant, root: str) -> None:
    assert tenant.group(root, "same")["id"] != tenant.group(root, "same")["id"]
    assert tenant.environment(root, "same")["id"] != tenant.environment(root, "same")["id"]
    emulator.switch(britive_unique_names=True)
    refused(tenant.post(GROUPS, json={"name": "same", "parentId": root}), 409, "E1005")
    refused(tenant.post(ENVIRONMENTS, json={"name": "same", "parentGroupId": root}), 409, "E1005")
    elsewhere = tenant.group(root, "other")["id"]
    tenant.group(elsewhere, "same")
    tenant.environment(elsewhere, "same")
    refused(tenant.patch(f"{GROUPS}/{elsewhere}", json={"name": "same"}), 409, "E1005")


def test_the_switch_requires_a_description(emulator: Running, tenant: Tenant, root: str) -> None:
    assert tenant.group(root, "a")["description"] is None
    emulator.switch(britive_description_required=True)
    refused(tenant.post(GROUPS, json={"name": "b", "parentId": root, "description": ""}), 400, "E1003")
    assert tenant.group(root, "b", description="d")["description"] == "d"
    tenant.root()


def test_a_group_changes_in_place(tenant: Tenant, root: str) -> None:
    group = tenant.group(root, "old", description="old")
    path = f"{GROUPS}/{group['id']}"
    assert tenant.ok("PATCH", path, json={"name": "new"}) == {**group, "name": "new"}
    whole = {"id": group["id"], "name": "new", "description": "", "parentId": root}
    assert tenant.ok("PATCH", path, json=whole) == {**group, "name": "new", "description": ""}
    assert tenant.tree() == (["root", "new"], [])


@pytest.mark.parametrize("body", [{"id": "another"}, {"name": ""}, {"name": None, "description": 5}, {"parentId": "x"}])
def test_an_invalid_change_is_refused(tenant: Tenant, root: str, body: dict[str, Any]) -> None:
    group = tenant.group(root, "old")
    refused(tenant.patch(f"{GROUPS}/{group['id']}", json=body), 400, "E1003")
    assert tenant.tree() == (["root", "old"], [])


def test_a_move_is_refused_unless_the_switch_allows_it(emulator: Running, tenant: Tenant, root: str) -> None:
    first, second = tenant.group(root, "first"), tenant.group(root, "second")
    path = f"{GROUPS}/{second['id']}"
    refused(tenant.patch(path, json={"parentId": first["id"]}), 400, "E1003")
    emulator.switch(britive_move=True)
    assert tenant.ok("PATCH", path, json={"parentId": first["id"]})["parentId"] == first["id"]
    refused(tenant.patch(f"{GROUPS}/{first['id']}", json={"parentId": second["id"]}), 400, "E1003")
    refused(tenant.patch(path, json={"parentId": "nosuch"}), 400, "E1004")


@pytest.mark.parametrize(("mode", "status"), [("refuse", 400), ("conflict", 409)])
@pytest.mark.parametrize("content", ["group", "environment"])
def test_a_group_that_is_not_empty_cannot_be_deleted(
    emulator: Running, tenant: Tenant, root: str, mode: str, status: int, content: str
) -> None:
    emulator.switch(britive_nonempty_group=mode)
    group = tenant.group(root)["id"]
    getattr(tenant, content)(group, "inside")
    before = tenant.tree()
    refused(delete_group(tenant, group), status, "E1003")
    assert tenant.tree() == before


def test_the_switch_deletes_a_group_with_its_content(emulator: Running, tenant: Tenant, root: str) -> None:
    emulator.switch(britive_nonempty_group="cascade")
    outer = tenant.group(root, "outer")["id"]
    inner = tenant.group(outer, "inner")["id"]
    environment = tenant.environment(inner, "inside")["id"]
    tenant.ok("POST", f"/apps/{APP}/environments/{environment}/accounts/2800/users", json=["user-bob"])
    tenant.environment(root, "outside")
    assert delete_group(tenant, outer).status_code == 200
    assert tenant.tree() == (["root"], ["outside"])
    mappings = emulator.dump()["britive"]["mapping"]
    assert [row["user_id"] for row in mappings] == ["user-erin"]


@pytest.mark.parametrize("status", [404, 400])
def test_objects_that_do_not_exist(emulator: Running, tenant: Tenant, root: str, status: int) -> None:
    emulator.switch(britive_absent_status=status)
    refused(delete_group(tenant, "nosuch"), status, "E1004")
    refused(tenant.delete(f"/apps/{APP}/environments/nosuch"), status, "E1004")
    refused(tenant.get(f"/apps/{APP}/environments/nosuch"), status, "E1004")
    refused(tenant.patch(f"{GROUPS}/nosuch", json={"name": "n"}), status, "E1004")
    environment = tenant.environment(root)["id"]
    refused(delete_group(tenant, environment), status, "E1004")


def test_an_unknown_application_is_a_bad_request(tenant: Tenant) -> None:
    message = refused(tenant.get("/apps/62hnp3zkv5jx1p8k74zj"), 400, "A-0003")
    assert message == "App id '62hnp3zkv5jx1p8k74zj' does not exist."
    for method, path in [
        ("GET", "/environments"),
        ("GET", "/root-environment-group?view=summary&type=environments"),
        ("DELETE", "/environments/e"),
        ("DELETE", "/environment-groups/g"),
        ("GET", "/environments/e/accounts?page=0"),
    ]:
        refused(tenant.request(method, f"/apps/nosuch{path}"), 400, "A-0003")


def test_the_switch_answers_an_unknown_application_with_an_empty_reply(emulator: Running, tenant: Tenant) -> None:
    emulator.switch(britive_absent_app="empty")
    for view in ("", "?view=minimized"):
        reply = tenant.get(f"/apps/nosuch{view}")
        assert (reply.status_code, reply.content) == (200, b"")
    assert tenant.ok("GET", f"/apps/{APP}")["appContainerId"] == APP


def test_double_and_trailing_slashes_are_ignored(emulator: Running, tenant: Tenant) -> None:
    assert tenant.ok("GET", f"/apps//{APP}/environments/") == []
    assert emulator.requests() == {"GET /api/apps/{app}/environments": 1}


@pytest.mark.parametrize("kind", ["AWS", "Azure", "GCP", "Snowflake"])
def test_some_types_of_application_have_no_manual_environments(emulator: Running, tenant: Tenant, kind: str) -> None:
    root = {"id": "r-1", "name": "Root"}
    app = {"appContainerId": "app-x", "catalogAppName": kind, "environmentGroups": [root]}
    environment = {"id": "1111", "name": "e", "parentGroupId": "r-1"}
    emulator.seed(britive={"applications": [{**app, "environments": [environment]}]})
    tree = "/apps/app-x/root-environment-group"
    for method, path, body in [
        ("POST", f"{tree}/groups", {"name": "root", "parentId": ""}),
        ("POST", f"{tree}/groups", {"name": "g", "parentId": "r-1"}),
        ("PATCH", f"{tree}/groups/r-1", {"description": "d"}),
        ("DELETE", "/apps/app-x/environment-groups/r-1", None),
        ("POST", f"{tree}/environments", {"name": "e", "parentGroupId": "r-1"}),
        ("DELETE", "/apps/app-x/environments/1111", None),
    ]:
        refused(tenant.request(method, path, json=body), 400, "E1012")
    assert tenant.tree("app-x") == (["Root"], ["e"])


@pytest.mark.parametrize("kind", ["AWS Standalone", "Salesforce", "ServiceNow", "Okta", "Snowflake Standalone"])
def test_the_other_types_have_manual_environments(emulator: Running, tenant: Tenant, kind: str) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-x", "catalogAppName": kind}]})
    tenant.environment(tenant.root("app-x"), "e", "app-x")
    assert tenant.tree("app-x") == (["root"], ["e"])


def test_a_scanned_application_has_a_tree_of_its_own(emulator: Running, tenant: Tenant) -> None:
    emulator.seed(britive=ORGANISATION)
    summary = "/apps/app-org/root-environment-group?view=summary&type="
    assert tenant.ok("GET", summary + "environments") == [
        {"name": "Dev Account 1", "id": "1111", "type": "AWSAccount"},
        {"name": "Dev Account 2", "id": "1212", "type": "AWSAccount"},
    ]
    assert tenant.ok("GET", summary + "environmentGroups")[0] == {
        "name": "Root",
        "id": "r-pak3",
        "type": "Organization",
    }


def test_applications_are_created_and_deleted(emulator: Running, tenant: Tenant) -> None:
    kinds = {kind["key"]: kind["catalogAppId"] for kind in tenant.ok("GET", "/system/apps")}
    body = {"catalogAppId": kinds["AWS Standalone-1.0"], "catalogAppDisplayName": "mine"}
    reply = tenant.post("/apps", json=body)
    assert (reply.status_code, reply.json()["rootEnvironmentGroup"]) == (201, None)
    app = reply.json()["appContainerId"]
    refused(tenant.post("/apps", json=body), 409, "E1005")
    refused(tenant.post("/apps", json={**body, "catalogAppId": 99}), 400, "E1003")
    tenant.environment(tenant.root(app), "e", app)
    assert [row["appContainerId"] for row in tenant.ok("GET", "/apps?view=extended")] == [APP, app]
    assert tenant.delete("/apps", params={"appContainerId": app}).status_code == 200
    refused(tenant.delete("/apps", params={"appContainerId": app}), 400, "A-0003")
    assert emulator.dump()["britive"]["environment"] == []
