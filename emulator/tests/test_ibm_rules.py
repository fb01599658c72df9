from __future__ import annotations

import re
from typing import Any

import pytest

from roster_emulator import Running
from testkit.ibm import RULE, Ibm, refused

OPERATORS = ["EQUALS", "EQUALS_IGNORE_CASE", "IN", "NOT_EQUALS", "NOT_EQUALS_IGNORE_CASE", "CONTAINS"]


@pytest.fixture
def path(ibm: Ibm) -> str:
    return f"/v2/groups/{ibm.group()['id']}/rules"


def made(ibm: Ibm, path: str, **changes: Any) -> dict[str, Any]:
    reply = ibm.post(path, json={**RULE, **changes})
    assert reply.status_code == 201, reply.text
    return {**reply.json(), "etag": reply.headers["ETag"]}


def test_a_rule_is_created_and_read(ibm: Ibm, path: str) -> None:
    rule = made(ibm, path)
    assert re.fullmatch(r"ClaimRule-[0-9a-f-]{36}", rule["id"])
    assert {key: rule[key] for key in RULE} == RULE
    assert rule["access_group_id"] in path
    assert rule["account_id"] == "acc-demo"
    got = ibm.get(f"{path}/{rule['id']}")
    assert (got.status_code, got.headers["ETag"]) == (200, rule["etag"])
    assert {**got.json(), "etag": rule["etag"]} == rule
    assert ibm.get(path).json() == {"rules": [got.json()]}


def test_replace_needs_the_last_revision_and_clears_absent_fields(ibm: Ibm, path: str) -> None:
    rule = made(ibm, path)
    one = f"{path}/{rule['id']}"
    nameless = {key: RULE[key] for key in ("realm_name", "conditions")} | {"expiration": 24}
    refused(ibm.put(one, json=nameless), 400, "invalid_payload")
    refused(ibm.put(one, json=nameless, headers={"If-Match": "1-old"}), 412, "incorrect_etag")
    reply = ibm.put(one, json=nameless, headers={"If-Match": rule["etag"]})
    assert reply.status_code == 200
    assert (reply.json()["name"], reply.json()["expiration"]) == ("", 24)
    assert reply.headers["ETag"] != rule["etag"]
    refused(ibm.put(one, json=nameless, headers={"If-Match": rule["etag"]}), 412, "incorrect_etag")


def test_delete_needs_no_revision(ibm: Ibm, path: str) -> None:
    one = f"{path}/{made(ibm, path)['id']}"
    assert ibm.delete(one).status_code == 204
    for method in ("GET", "DELETE"):
        refused(ibm.request(method, one), 404, "rule_not_found")
    assert ibm.get(path).json() == {"rules": []}


def test_a_rule_belongs_to_its_group(ibm: Ibm, path: str) -> None:
    rule = made(ibm, path)
    elsewhere = f"/v2/groups/{ibm.group('other')['id']}/rules/{rule['id']}"
    refused(ibm.get(elsewhere), 404, "rule_not_found")
    refused(ibm.delete(elsewhere), 404, "rule_not_found")


def test_an_absent_group(ibm: Ibm) -> None:
    for method, rest in [("GET", ""), ("POST", ""), ("GET", "/r"), ("PUT", "/r"), ("DELETE", "/r")]:
        refused(ibm.request(method, f"/v2/groups/nope/rules{rest}", json=RULE), 404, "group_not_found")


@pytest.mark.parametrize(
    "changes",
    [
        *({"expiration": 0}, {"expiration": 25}, {"expiration": "12"}, {"expiration": 1.5}, {"expiration": None}),
        *({"realm_name": ""}, {"realm_name": None}, {"conditions": []}, {"conditions": None}, {"name": 1}),
        *({"operator": "LIKE"}, {"operator": "equals"}, {"claim": ""}),
        *({"value": "platform"}, {"value": ["a"]}, {"value": ""}),
    ],
)
def test_bad_rules_and_conditions_are_refused(ibm: Ibm, path: str, changes: dict[str, Any]) -> None:
    if changes.keys() <= RULE["conditions"][0].keys():
        changes = {"conditions": [{**RULE["conditions"][0], **changes}]}
    refused(ibm.post(path, json={**RULE, **changes}), 400, "invalid_payload")
    assert ibm.get(path).json() == {"rules": []}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("value", ['"x"', "true", "1", '["a", "b"]'])
def test_every_operator_and_every_json_value(ibm: Ibm, path: str, operator: str, value: str) -> None:
    conditions = [{"claim": "c", "operator": operator, "value": value}]
    assert made(ibm, path, conditions=conditions)["conditions"] == conditions


def test_the_number_of_rules_is_limited(emulator: Running, ibm: Ibm, path: str) -> None:
    for number in range(5):
        made(ibm, path, name=str(number))
    refused(ibm.post(path, json=RULE), 403, "rule_limit_exceeded")
    emulator.switch(rule_limit=6)
    made(ibm, path)
    assert [rule["name"] for rule in ibm.get(path).json()["rules"]] == [*"01234", "sso"]
