from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roster_emulator import Running, running
from testkit.britive import APP, Tenant


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


@pytest.mark.parametrize(
    "data",
    [
        {"apps": []},
        {"applications": [{"appContainerId": ""}]},
        {"applications": [{"appContainerId": "a", "catalogAppName": "Nosuch"}]},
        {"applications": [{"appContainerId": "a", "accounts": [{"accountId": "x", "nativeName": "n"}]}]},
        {"applications": [{"appContainerId": APP, "links": [{"account": 2800}]}]},
        {"applications": [{"appContainerId": APP, "links": [{"account": 1, "permission": 46600}]}]},
        {"applications": [{"appContainerId": APP, "links": [{"group": 69152, "permission": 1}]}]},
        {"applications": [{"appContainerId": APP, "mappings": [{"account": 1, "user": "user-bob"}]}]},
        {"applications": [{"appContainerId": APP, "mappings": [{"account": 2800, "user": "nosuch"}]}]},
    ],
)
def test_invalid_seed_data_change_nothing(emulator: Running, data: dict[str, Any]) -> None:
    before = emulator.dump()["britive"]
    with pytest.raises(ValueError, match="seed"):
        emulator.seed(britive={"users": [{"userId": "user-zoe"}], **data})
    assert emulator.dump()["britive"] == before


def test_a_reset_restores_the_initial_data(emulator: Running, tenant: Tenant, path: str) -> None:
    fresh = [row["id"] for row in emulator.dump()["britive"]["user"]]
    emulator.seed(britive={"users": [{"userId": "user-zoe"}]})
    emulator.reset()
    assert tenant.ok("GET", f"/apps/{APP}")["rootEnvironmentGroup"] is None
    assert [row["id"] for row in emulator.dump()["britive"]["user"]] == fresh


def test_a_file_keeps_the_data_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data"
    with running(data=file) as first, Tenant(first.url) as tenant:
        environment = tenant.environment(tenant.root(), "kept")["id"]
        users = f"/apps/{APP}/environments/{environment}/accounts/2800/users"
        tenant.ok("POST", users, json=["user-bob"])
        before = first.dump()["britive"]
    with running(data=file) as second, Tenant(second.url) as tenant:
        assert second.dump()["britive"] == before
        assert [user["userId"] for user in tenant.ok("GET", users)] == ["user-bob"]
