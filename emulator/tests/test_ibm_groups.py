from __future__ import annotations

import re
from typing import Any

import pytest

from roster_emulator import Running
from testkit.ibm import ACCOUNT, RULE, Ibm, refused

PUBLIC = "AccessGroupId-PublicAccess"
INVALID = ("invalid_payload", "Payload contains invalid/missing data.")


def test_create_answers_with_the_group_and_its_revision(ibm: Ibm) -> None:
    reply = ibm.post("/v2/groups?account_id=acc-1", json={"name": "admins", "description": "on call"})
    assert reply.status_code == 201
    body = reply.json()
    assert list(body) == [
        *("id", "name", "description", "account_id"),
        *("created_at", "created_by_id", "last_modified_at", "last_modified_by_id"),
    ]
    assert re.fullmatch(r"AccessGroupId-[0-9a-f-]{36}", body["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["created_at"])
    assert (body["name"], body["description"], body["account_id"]) == ("admins", "on call", "acc-1")
    got = ibm.get(f"/v2/groups/{body['id']}")
    assert got.json() == body
    assert got.headers["ETag"] == reply.headers["ETag"]


def test_names_may_repeat_unless_the_switch_wants_them_unique(emulator: Running, ibm: Ibm) -> None:
    assert ibm.group("Same")["id"] != ibm.group("Same")["id"]
    assert ibm.names() == ["Same", "Same"]
    emulator.switch(unique_names=True)
    ibm.group("Same", account="acc-2")
    other = ibm.group("other")
    assert ibm.post("/v2/groups?account_id=acc-demo", json={"name": "same"}).status_code == 409
    renamed = ibm.patch(f"/v2/groups/{other['id']}", json={"name": "SAME"}, headers={"If-Match": other["etag"]})
    assert renamed.status_code == 409
    same = ibm.patch(f"/v2/groups/{other['id']}", json={"name": "OTHER"}, headers={"If-Match": other["etag"]})
    assert same.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"name": ""}, {"name": "x" * 101}, {"name": 1}, {"name": None}, {"name": ["a"]}),
        *({"name": "n", "description": "x" * 251}, {"name": "n", "description": None}, [], "text", None),
    ],
)
def test_bad_bodies_are_refused(ibm: Ibm, body: Any) -> None:
    reply = ibm.post("/v2/groups?account_id=acc-demo", json=body)
    refused(reply, 400, INVALID[0])
    assert reply.json()["errors"][0]["message"].startswith(INVALID[1])
    assert ibm.names() == []


def test_the_longest_name_and_description_are_accepted_and_none_is_empty(ibm: Ibm) -> None:
    assert ibm.group()["description"] == ""
    assert len(ibm.group("ä" * 100, description="ä" * 250)["name"]) == 100


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_account_is_required(ibm: Ibm, method: str) -> None:
    refused(ibm.request(method, "/v2/groups", json={"name": "n"}), 400, INVALID[0])


def test_an_absent_group_is_404(ibm: Ibm) -> None:
    message = "Failed to find the specified access group: nope"
    for method in ("GET", "DELETE"):
        refused(ibm.request(method, "/v2/groups/nope"), 404, "group_not_found", message)
    refused(ibm.patch("/v2/groups/nope", json={}, headers={"If-Match": "x"}), 404, "group_not_found", message)


def test_update_changes_the_given_fields_and_the_revision(ibm: Ibm) -> None:
    group = ibm.group("old", description="kept")
    path = f"/v2/groups/{group['id']}"
    reply = ibm.patch(path, json={"name": "new"}, headers={"If-Match": group["etag"]})
    assert reply.status_code == 200
    assert (reply.json()["name"], reply.json()["description"]) == ("new", "kept")
    assert reply.headers["ETag"] != group["etag"]
    cleared = ibm.patch(path, json={"description": ""}, headers={"If-Match": reply.headers["ETag"]})
    assert (cleared.json()["name"], cleared.json()["description"]) == ("new", "")
    assert ibm.get(path).headers["ETag"] == cleared.headers["ETag"]


def test_update_needs_the_last_revision(ibm: Ibm) -> None:
    group = ibm.group()
    path = f"/v2/groups/{group['id']}"
    refused(ibm.patch(path, json={"name": "new"}), 400, INVALID[0])
    ibm.patch(path, json={"name": "mine"}, headers={"If-Match": group["etag"]})
    late = ibm.patch(path, json={"name": "late"}, headers={"If-Match": group["etag"]})
    refused(late, 412, "incorrect_etag", "If-Match header contains incorrect/invalid etag.")
    assert ibm.get(path).json()["name"] == "mine"


@pytest.mark.parametrize("body", [{"name": ""}, {"name": None}, {"description": None}, {"name": "x" * 101}])
def test_a_bad_update_changes_nothing(ibm: Ibm, body: dict[str, Any]) -> None:
    group = ibm.group()
    path = f"/v2/groups/{group['id']}"
    refused(ibm.patch(path, json=body, headers={"If-Match": group["etag"]}), 400, INVALID[0])
    assert ibm.get(path).headers["ETag"] == group["etag"]


def test_members_and_rules_do_not_change_the_revision(ibm: Ibm) -> None:
    group = ibm.group()
    ibm.join(group["id"], "IBMid-1")
    assert ibm.get(f"/v2/groups/{group['id']}").headers["ETag"] == group["etag"]


def test_an_empty_group_is_deleted(ibm: Ibm) -> None:
    group = ibm.group()
    reply = ibm.delete(f"/v2/groups/{group['id']}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert ibm.get(f"/v2/groups/{group['id']}").status_code == 404
    assert ibm.delete(f"/v2/groups/{group['id']}").status_code == 404


@pytest.mark.parametrize("content", ["member", "rule"])
def test_a_group_that_is_not_empty_is_deleted_only_by_force(emulator: Running, ibm: Ibm, content: str) -> None:
    group = ibm.group()
    if content == "member":
        ibm.join(group["id"], "IBMid-1")
    else:
        assert ibm.post(f"/v2/groups/{group['id']}/rules", json=RULE).status_code == 201
    path = f"/v2/groups/{group['id']}"
    for query in ("", "?force=false"):
        refused(ibm.delete(path + query), 409, "group_not_empty", f"Access group is not empty: {group['id']}")
    assert ibm.delete(f"{path}?force=true").status_code == 204
    assert not any(emulator.dump()["ibm"].values())


def test_dynamic_members_do_not_prevent_a_delete(emulator: Running, ibm: Ibm) -> None:
    dynamic = {"iam_id": "IBMid-1", "membership_type": "dynamic"}
    [group] = emulator.seed(ibm={"groups": [{"name": "g", "members": [dynamic]}]})["ibm"]["groups"]
    assert ibm.delete(f"/v2/groups/{group}").status_code == 204


def test_the_public_group_is_read_only(ibm: Ibm) -> None:
    path = f"/v2/groups/{PUBLIC}"
    assert ibm.get(path).json()["name"] == "Public Access"
    attempts = {
        "Cannot update group for: ": ibm.patch(path, json={"name": "n"}, headers={"If-Match": "x"}),
        "Cannot delete group for: ": ibm.delete(path),
        "Cannot add members for: ": ibm.put(f"{path}/members", json={"members": []}),
        "Cannot delete group membership for: ": ibm.delete(f"{path}/members/IBMid-1"),
    }
    for words, reply in attempts.items():
        refused(reply, 405, "method_not_allowed_for_group", words + PUBLIC)
    assert ibm.post(f"{path}/members/delete", json={"members": ["IBMid-1"]}).status_code == 405
    assert ibm.post(f"{path}/rules", json={}).status_code == 405


def test_the_account_limit(emulator: Running, ibm: Ibm) -> None:
    emulator.switch(group_limit=2)
    ibm.group("a")
    ibm.group("b")
    assert ibm.post("/v2/groups?account_id=acc-demo", json={"name": "c"}).status_code == 403
    ibm.group("c", account="acc-2")


def test_is_federated_and_crn_are_shown_on_request(emulator: Running, ibm: Ibm) -> None:
    ruled, plain = emulator.seed(ibm={"groups": [{"name": "ruled", "rules": [RULE]}, {"name": "plain"}]})["ibm"][
        "groups"
    ]
    assert "is_federated" not in ibm.get(f"/v2/groups/{ruled}").json()
    shown = [ibm.get(f"/v2/groups/{i}?show_federated=true").json()["is_federated"] for i in (ruled, plain)]
    assert shown == [True, False]
    crn = ibm.get(f"/v2/groups/{ruled}?show_crn=true").json()["crn"]
    assert crn == f"crn:v1:bluemix:public:iam-groups::a/{ACCOUNT}::accessgroup:{ruled}"


def test_account_settings(ibm: Ibm) -> None:
    before = ibm.get("/v2/groups/settings?account_id=acc-1").json()
    assert before["public_access_enabled"] is True
    changed = ibm.patch("/v2/groups/settings?account_id=acc-1", json={"public_access_enabled": False})
    assert changed.status_code == 200
    assert changed.json() == ibm.get("/v2/groups/settings?account_id=acc-1").json()
    assert changed.json()["public_access_enabled"] is False
    assert ibm.get("/v2/groups/settings?account_id=acc-2").json()["public_access_enabled"] is True
    assert ibm.patch("/v2/groups/settings?account_id=acc-1", json={}).json() == changed.json()
    refused(ibm.patch("/v2/groups/settings?account_id=acc-1", json={"public_access_enabled": "no"}), 400, INVALID[0])
