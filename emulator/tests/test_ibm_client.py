"""Makes every access-group call of the vendor's client, and parses the replies with the client's own models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ibm_cloud_sdk_core.authenticators import (
    Authenticator,
    ContainerAuthenticator,
    IAMAssumeAuthenticator,
    IAMAuthenticator,
)
from ibm_platform_services import ApiException, IamAccessGroupsV2
from ibm_platform_services.iam_access_groups_v2 import (
    AccessGroupMembersPager,
    AccessGroupsPager,
    AccountSettings,
    AddGroupMembersResponse,
    AddMembershipMultipleGroupsResponse,
    DeleteFromAllGroupsResponse,
    DeleteGroupBulkMembersResponse,
    Group,
    GroupMembersList,
    GroupsList,
    Rule,
    RuleConditions,
    RulesList,
)

from roster_emulator import Running
from testkit.ibm import ACCOUNT, RULE

USER, SERVICE = "IBMid-1", "iam-ServiceId-1"


@pytest.fixture
def service(emulator: Running) -> Any:
    # Any, since the client's own hints say that every result may be None.
    service = IamAccessGroupsV2(authenticator=IAMAuthenticator("some-key", url=emulator.url))
    service.set_service_url(emulator.url)
    return service


def parsed(model: Any, response: Any) -> Any:
    """Return the reply as the client's model, which must have all its fields."""
    body = response.get_result()
    instance = model.from_dict(body)
    assert set(instance.to_dict()) == set(body)
    return instance


def profile_authenticators(url: str, token_file: Path) -> dict[str, Authenticator]:
    """Return the ways in which the vendor's client acts as the trusted profile ``Profile-1``."""
    crn = "crn:v1:bluemix:public:iam-identity::a/acc-demo::profile:Profile-1"
    return {
        "id": IAMAssumeAuthenticator("viewer-key", iam_profile_id="Profile-1", url=url),
        "crn": IAMAssumeAuthenticator("viewer-key", iam_profile_crn=crn, url=url),
        "name": IAMAssumeAuthenticator("viewer-key", iam_profile_name="1", iam_account_id=ACCOUNT, url=url),
        "pod": ContainerAuthenticator(cr_token_filename=str(token_file), iam_profile_id="Profile-1", url=url),
    }


@pytest.mark.parametrize("way", ["id", "crn", "name", "pod"])
def test_a_trusted_profile_acts(emulator: Running, tmp_path: Path, way: str) -> None:
    token_file = tmp_path / "token"
    token_file.write_text("of-a-pod")
    service: Any = IamAccessGroupsV2(authenticator=profile_authenticators(emulator.url, token_file)[way])
    service.set_service_url(emulator.url)
    assert service.create_access_group(ACCOUNT, "admins").get_result()["created_by_id"] == "iam-Profile-1"


def test_groups(service: Any, emulator: Running) -> None:
    created = service.create_access_group(ACCOUNT, "admins", description="on call", transaction_id="tx-1")
    assert created.get_status_code() == 201
    assert created.get_headers()["Transaction-Id"] == "tx-1"
    group = parsed(Group, created)
    got = service.get_access_group(group.id, show_federated=True)
    assert parsed(Group, got).is_federated is False
    updated = service.update_access_group(group.id, got.get_headers()["ETag"], name="renamed")
    assert parsed(Group, updated).name == "renamed"
    listed = parsed(GroupsList, service.list_access_groups(ACCOUNT, hide_public_access=True, search="name:renamed"))
    assert [item.id for item in listed.groups] == [group.id]
    assert service.delete_access_group(group.id, force=True).get_status_code() == 204
    with pytest.raises(ApiException) as absent:
        service.get_access_group(group.id)
    assert (absent.value.status_code, absent.value.message) == (
        404,
        f"Failed to find the specified access group: {group.id}",
    )
    assert absent.value.http_response is not None
    assert absent.value.global_transaction_id == absent.value.http_response.json()["trace"]
    assert not any(emulator.dump()["ibm"].values())


def test_the_pager_of_groups(service: Any, emulator: Running) -> None:
    emulator.seed(ibm={"groups": [{"name": f"g{n:02}"} for n in range(25)]})
    pager = AccessGroupsPager(client=service, account_id=ACCOUNT, limit=10, hide_public_access=True)
    assert [group["name"] for group in pager.get_all()] == [f"g{n:02}" for n in range(25)]
    assert emulator.requests()["GET /v2/groups"] == 3


def test_members(service: Any) -> None:
    group = service.create_access_group(ACCOUNT, "g").get_result()["id"]
    wanted = [{"iam_id": USER, "type": "user"}, {"iam_id": SERVICE, "type": "service"}, {"iam_id": "x", "type": "user"}]
    added = parsed(AddGroupMembersResponse, service.add_members_to_access_group(group, members=wanted))
    assert [item.status_code for item in added.members] == [200, 200, 400]
    assert service.is_member_of_access_group(group, USER).get_status_code() == 204
    with pytest.raises(ApiException) as absent:
        service.is_member_of_access_group(group, "IBMid-2")
    assert absent.value.status_code == 404
    listed = parsed(GroupMembersList, service.list_access_group_members(group, verbose=True, membership_type="all"))
    assert [item.iam_id for item in listed.members] == [USER, SERVICE]
    pager = AccessGroupMembersPager(client=service, access_group_id=group, limit=1)
    assert [item["iam_id"] for item in pager.get_all()] == [USER, SERVICE]
    assert service.remove_member_from_access_group(group, USER).get_status_code() == 204
    removed = service.remove_members_from_access_group(group, members=[USER, SERVICE])
    statuses = [item.status_code for item in parsed(DeleteGroupBulkMembersResponse, removed).members]
    assert statuses == [404, 204]


def test_one_member_in_many_groups(service: Any) -> None:
    groups = [service.create_access_group(ACCOUNT, name).get_result()["id"] for name in "ab"]
    joined = service.add_member_to_multiple_access_groups(ACCOUNT, USER, type="user", groups=[*groups, "nope"])
    items = parsed(AddMembershipMultipleGroupsResponse, joined).groups
    assert [item.status_code for item in items] == [200, 200, 404]
    left = parsed(DeleteFromAllGroupsResponse, service.remove_member_from_all_access_groups(ACCOUNT, USER))
    assert {item.access_group_id for item in left.groups} == set(groups)


def test_rules(service: Any) -> None:
    group = service.create_access_group(ACCOUNT, "g").get_result()["id"]
    conditions = [RuleConditions.from_dict(condition) for condition in RULE["conditions"]]
    added = service.add_access_group_rule(group, 12, RULE["realm_name"], conditions, name="sso")
    rule = parsed(Rule, added)
    got = service.get_access_group_rule(group, rule.id)
    assert parsed(Rule, got) == rule
    etag = got.get_headers()["ETag"]
    replaced = service.replace_access_group_rule(group, rule.id, etag, 24, RULE["realm_name"], conditions, name="sso")
    assert parsed(Rule, replaced).expiration == 24
    assert [item.id for item in parsed(RulesList, service.list_access_group_rules(group)).rules] == [rule.id]
    assert service.remove_access_group_rule(group, rule.id).get_status_code() == 204


def test_account_settings(service: Any) -> None:
    assert parsed(AccountSettings, service.get_account_settings(ACCOUNT)).public_access_enabled is True
    changed = service.update_account_settings(ACCOUNT, public_access_enabled=False)
    assert parsed(AccountSettings, changed).public_access_enabled is False


def test_ids_are_encoded_whole(service: Any, emulator: Running) -> None:
    emulator.seed(ibm={"groups": [{"name": "odd", "id": "a/b c?d"}]})
    assert service.get_access_group("a/b c?d").get_result()["name"] == "odd"


def test_the_client_cannot_parse_the_error_of_a_full_identity(service: Any, emulator: Running) -> None:
    emulator.switch(identity_limit=0)
    group = service.create_access_group(ACCOUNT, "g").get_result()["id"]
    body = service.add_members_to_access_group(group, members=[{"iam_id": USER, "type": "user"}]).get_result()
    assert body["members"][0]["created_at"] == ""
    with pytest.raises(ValueError, match="String does not contain a date"):
        AddGroupMembersResponse.from_dict(body)


def test_a_repeated_post_makes_a_duplicate(service: Any, emulator: Running) -> None:
    """The client repeats a create whose reply was lost, and the service has no way to notice."""
    service.enable_retries(max_retries=2, retry_interval=0.01)
    emulator.fault(kind="status_after", method="POST", route="/v2/groups", status=503)
    service.create_access_group(ACCOUNT, "same")
    assert [group["name"] for group in emulator.dump()["ibm"]["groups"]] == ["same", "same"]
