from __future__ import annotations

from typing import Any

import pytest

from roster_emulator import Running
from testkit.britive import APP, Tenant, refused


@pytest.fixture
def users(path: str) -> str:
    """The path of the users of an account that has none."""
    return f"{path}/accounts/2800/users"


@pytest.fixture
def elsewhere(tenant: Tenant, root: str) -> str:
    """The path of the same account's users in a second environment."""
    return f"/apps/{APP}/environments/{tenant.environment(root, 'Other')['id']}/accounts/2800/users"


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["userId"] for row in rows]


def mapped(tenant: Tenant, users: str) -> list[str]:
    return ids(tenant.ok("GET", users))


def test_users_are_mapped_in_one_environment(tenant: Tenant, users: str, elsewhere: str) -> None:
    assert mapped(tenant, users) == []
    assert ids(tenant.ok("POST", users, json=["user-bob"])) == ["user-bob"]
    assert ids(tenant.ok("POST", users, json=["user-alice", "user-carol"])) == ["user-alice", "user-bob", "user-carol"]
    assert mapped(tenant, users) == ["user-alice", "user-bob", "user-carol"]
    assert mapped(tenant, elsewhere) == []
    page = tenant.ok("GET", users.removesuffix("/2800/users") + "?page=0&size=1")
    assert ids(page["data"][0]["mappedUsers"]) == ["user-alice", "user-bob", "user-carol"]


def test_a_user_is_mapped_in_all_environments(tenant: Tenant, users: str, elsewhere: str) -> None:
    assert ids(tenant.ok("POST", f"{users}/user-bob", json={"saveToAllEnvs": True})) == ["user-bob"]
    assert mapped(tenant, users) == mapped(tenant, elsewhere) == ["user-bob"]
    refused(tenant.post(f"{users}/user-bob", json={"saveToAllEnvs": True}), 400, "E1010")


def test_mapping_everywhere_accepts_an_existing_mapping_in_one_environment(
    tenant: Tenant, users: str, elsewhere: str
) -> None:
    tenant.ok("POST", users, json=["user-bob"])
    tenant.ok("POST", f"{users}/user-bob", json={"saveToAllEnvs": True})
    assert mapped(tenant, elsewhere) == ["user-bob"]


@pytest.mark.parametrize("body", [{"saveToAllEnvs": False}, {}, None])
def test_a_user_in_the_path_is_mapped_in_one_environment_by_default(
    tenant: Tenant, users: str, elsewhere: str, body: dict[str, bool] | None
) -> None:
    tenant.ok("POST", f"{users}/user-bob", json=body)
    assert (mapped(tenant, users), mapped(tenant, elsewhere)) == (["user-bob"], [])


def test_the_documented_form_maps_the_users_of_one_environment_everywhere(
    tenant: Tenant, users: str, elsewhere: str
) -> None:
    tenant.ok("POST", users, json=["user-bob"])
    assert tenant.ok("POST", users, json={"saveToAllEnvs": False}) is None
    assert mapped(tenant, elsewhere) == []
    assert tenant.ok("POST", users, json={"saveToAllEnvs": True}) is None
    assert mapped(tenant, elsewhere) == ["user-bob"]


def test_a_mapping_that_exists(emulator: Running, tenant: Tenant, users: str) -> None:
    tenant.ok("POST", users, json=["user-bob"])
    refused(tenant.post(users, json=["user-alice", "user-bob"]), 400, "E1010")
    assert mapped(tenant, users) == ["user-bob"]
    emulator.switch(britive_remap=True)
    assert ids(tenant.ok("POST", users, json=["user-alice", "user-bob"])) == ["user-alice", "user-bob"]


@pytest.mark.parametrize(("user", "code"), [("nosuch", "E1004"), ("user-frank", "E1006")])
def test_users_that_cannot_be_mapped(tenant: Tenant, users: str, user: str, code: str) -> None:
    refused(tenant.post(users, json=["user-alice", user]), 400, code)
    refused(tenant.post(f"{users}/{user}", json={"saveToAllEnvs": True}), 400, code)
    assert mapped(tenant, users) == []


@pytest.mark.parametrize("body", ["user-bob", [5], {"saveToAllEnvs": "yes"}, None])
def test_invalid_bodies_are_refused(tenant: Tenant, users: str, body: Any) -> None:
    refused(tenant.post(users, json=body), 400, "E1003")


@pytest.mark.parametrize("force", ["", "?forceCheckinPaps=false", "?forceCheckinPaps=True"])
def test_unmapping(tenant: Tenant, users: str, elsewhere: str, force: str) -> None:
    tenant.ok("POST", users, json=["user-alice", "user-bob"])
    tenant.ok("POST", elsewhere, json=["user-bob"])
    assert ids(tenant.ok("DELETE", f"{users}//user-bob{force}")) == ["user-alice"]
    assert (mapped(tenant, users), mapped(tenant, elsewhere)) == (["user-alice"], ["user-bob"])


def test_unmapping_a_user_that_is_not_mapped(emulator: Running, tenant: Tenant, users: str) -> None:
    refused(tenant.delete(f"{users}/user-bob"), 404, "E1004")
    emulator.switch(britive_absent_status=400)
    refused(tenant.delete(f"{users}/user-bob"), 400, "E1004")
    refused(tenant.delete(f"{users}/user-bob?forceCheckinPaps=perhaps"), 400, "E1003")


def test_an_automatic_mapping_holds_everywhere_and_cannot_be_removed(
    tenant: Tenant, users: str, elsewhere: str
) -> None:
    for each in (users, elsewhere):
        automatic = each.replace("2800", "2804")
        assert mapped(tenant, automatic) == ["user-erin"]
        refused(tenant.delete(f"{automatic}/user-erin?forceCheckinPaps=true"), 400, "E1013")
        refused(tenant.post(automatic, json=["user-erin"]), 400, "E1010")
        assert mapped(tenant, automatic) == ["user-erin"]


def test_a_checked_out_profile_keeps_a_mapping_from_removal(emulator: Running, tenant: Tenant, users: str) -> None:
    tenant.ok("POST", users, json=["user-bob"])
    use = {"account": 2800, "user": "user-bob", "environment": users.split("/")[4]}
    emulator.seed(britive={"applications": [{"appContainerId": APP, "checkouts": [use]}]})
    refused(tenant.delete(f"{users}/user-bob?forceCheckinPaps=false"), 400, "E1001")
    assert mapped(tenant, users) == ["user-bob"]
    assert tenant.ok("DELETE", f"{users}/user-bob?forceCheckinPaps=true") == []
    assert emulator.dump()["britive"]["checkout"] == []


def test_users_that_are_available(tenant: Tenant, users: str) -> None:
    tenant.ok("POST", users, json=["user-bob"])
    everybody = ["user-alice", "user-carol", "user-dave", "user-erin"]
    assert ids(tenant.ok("GET", f"{users}?query=available")) == everybody
    page = tenant.ok("GET", f"{users}?query=available&page=1&size=3")
    assert (page["count"], ids(page["data"])) == (4, ["user-erin"])
    refused(tenant.get(f"{users}?query=other"), 400, "E1003")


def test_deleting_an_environment_deletes_its_mappings(
    emulator: Running, tenant: Tenant, path: str, users: str, elsewhere: str
) -> None:
    tenant.ok("POST", f"{users}/user-bob", json={"saveToAllEnvs": True})
    tenant.ok("DELETE", path)
    assert mapped(tenant, elsewhere) == ["user-bob"]
    assert [row["user_id"] for row in emulator.dump()["britive"]["mapping"]] == ["user-erin", "user-bob"]


def test_users(tenant: Tenant) -> None:
    assert len(tenant.ok("GET", "/users")) == 6
    refused(tenant.get("/users/nosuch"), 404, "E1004")
    page = tenant.ok("GET", "/users?type=User&page=0&size=100&filter=status eq inactive")
    assert ids(page["data"]) == ["user-frank"]
    assert tenant.ok("GET", "/users?type=ServiceIdentity") == []
