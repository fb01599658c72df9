"""Tests the rules of an access group of IBM Cloud IAM: conditions, their JSON values, and the revision."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_roster.errors import AlreadyExists, Forbidden, NotFound, UnexpectedReply
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.ibm_api import ibm_change, ibm_group, ibm_rule, ibm_rules
from support.resources import Resource

REALM = "https://idp.example.com/saml"
RULES = "/v2/groups/{access_group_id}/rules"


@pytest.fixture
def rule(emulator: Running) -> Resource:
    return Resource("ibm.AccessGroupRule", emulator)


def declared(group: str, **more: Any) -> dict[str, Any]:
    conditions = [{"claim": "groups", "operator": "CONTAINS", "value": "platform"}]
    return {
        "access_group_id": group,
        "name": "sso",
        "expiration": 12,
        "realm_name": REALM,
        "conditions": conditions,
        **more,
    }


def condition(operator: str, value: Any) -> list[dict[str, Any]]:
    return [{"claim": "c", "operator": operator, "value": value}]


def stored(server: Running, group: str) -> dict[str, Any]:
    [row] = ibm_rules(server, group)
    return row


# -- what may be declared


@pytest.mark.parametrize(
    ("given", "failures"),
    [
        ({"expiration": 1}, set()),
        ({"expiration": 24}, set()),
        ({"expiration": 0}, {"expiration"}),
        ({"expiration": 25}, {"expiration"}),
        ({"expiration": "12"}, {"expiration"}),
        ({"expiration": [12]}, {"expiration"}),
        ({"expiration": 1.5}, {"expiration"}),
        ({"expiration": True}, {"expiration"}),
        ({"expiration": None}, {"expiration"}),
        ({"realm_name": ""}, {"realm_name"}),
        ({"name": "x" * 201}, {"name"}),
        ({"conditions": []}, {"conditions"}),
        ({"conditions": {"claim": "c"}}, {"conditions"}),
        ({"conditions": [{"claim": "c", "operator": "LIKE", "value": "x"}]}, {"conditions[0].operator"}),
        ({"conditions": [{"claim": "", "operator": "EQUALS", "value": "x"}]}, {"conditions[0].claim"}),
        ({"conditions": [{"claim": "c", "operator": "EQUALS"}]}, {"conditions[0].value"}),
        ({"conditions": [{"operator": "EQUALS", "value": 1}]}, {"conditions[0].claim"}),
        ({"conditions": [{"claim": "c", "operator": "EQUALS", "value": 1, "valu": 2}]}, {"conditions[0].valu"}),
        ({"access_group_id": "AccessGroupId-PublicAccess"}, {"access_group_id"}),
        (
            {"expiration": 25, "realm_name": "", "conditions": condition("LIKE", "x"), "name": 5},
            {"expiration", "realm_name", "conditions[0].operator", "name"},
        ),
    ],
)
def test_all_check_failures_are_reported_with_their_paths(
    rule: Resource, given: dict[str, Any], failures: set[str]
) -> None:
    assert set(rule.failures(**{**declared("g"), **given})) == failures


SCALARS: list[Any] = ["text", "", "ü€😀", 'quo"te', True, False, 0, 1, -5, 1.5]


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("EQUALS", ["a"]),
        ("NOT_EQUALS", []),
        ("CONTAINS", ["a"]),
        ("EQUALS", {"a": 1}),
        ("EQUALS", None),
        ("EQUALS_IGNORE_CASE", 1),
        ("EQUALS_IGNORE_CASE", True),
        ("NOT_EQUALS_IGNORE_CASE", ["a"]),
        ("IN", "a"),
        ("IN", 1),
        ("IN", []),
        ("IN", [["a"]]),
        ("IN", [None]),
        ("IN", ["a", {"b": 1}]),
        ("EQUALS", float("nan")),
        ("EQUALS", float("inf")),
        ("IN", [1, float("-inf")]),
    ],
)
def test_a_value_must_fit_its_operator(rule: Resource, operator: str, value: Any) -> None:
    failures = rule.failures(**declared("g", conditions=[*condition("EQUALS", "fine"), *condition(operator, value)]))
    assert set(failures) <= {"conditions[1]", "conditions[1].value"}
    assert len(failures) == 1


def test_unknown_values_pass_at_any_depth(rule: Resource) -> None:
    for conditions in (
        UNKNOWN,
        [UNKNOWN],
        condition("IN", UNKNOWN),
        condition("IN", [UNKNOWN]),
        condition(UNKNOWN, ["a"]),
    ):
        assert rule.failures(**declared(UNKNOWN, conditions=conditions, expiration=UNKNOWN)) == {}
    mixed = [*condition("IN", [UNKNOWN]), *condition("LIKE", "x")]
    assert set(rule.failures(**declared(UNKNOWN, conditions=mixed))) == {"conditions[1].operator"}


# -- values


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_a_value_is_sent_as_json_text(rule: Resource, emulator: Running, team: str, value: Any) -> None:
    rule.up(**declared(team, conditions=condition("EQUALS", value)))
    [sent] = stored(emulator, team)["conditions"]
    assert isinstance(sent["value"], str)
    assert json.loads(sent["value"]) == value
    assert type(json.loads(sent["value"])) is type(value)
    assert rule.refresh()
    assert rule.preview(**declared(team, conditions=condition("EQUALS", value))) == "same"


@pytest.mark.parametrize(
    ("operator", "value", "spelling", "same"),
    [
        ("CONTAINS", "platform", '"platform"', True),
        ("CONTAINS", "platform", ' "platform" ', True),
        ("CONTAINS", "platform", r'"\u0070latform"', True),
        ("CONTAINS", "platform", '"Platform"', False),
        ("CONTAINS", "platform", '["platform"]', False),
        ("IN", ["a", "b", 3], '[3, "b",\n"a"]', True),
    ],
)
def test_values_of_other_tools_are_compared_as_json(
    rule: Resource, emulator: Running, team: str, operator: str, value: Any, spelling: str, same: bool
) -> None:
    given = declared(team, conditions=condition(operator, value))
    rule.up(**given)
    by_hand = [{"claim": "c", "operator": operator, "value": spelling}]
    ibm_change(emulator, f"/groups/{team}/rules/{rule.id}", "PUT", conditions=by_hand)
    assert rule.refresh()
    assert rule.preview(**given) == ("same" if same else "update")


@pytest.mark.parametrize("text", ["platform", "", "{half", "None", "[1,"])
def test_text_that_is_not_json_is_drift(rule: Resource, emulator: Running, team: str, text: str) -> None:
    rule.up(**declared(team))
    # The service refuses such text today; rules that other tools wrote once may still hold it.
    odd = [{"claim": "groups", "operator": "CONTAINS", "value": text}]
    emulator.application.state.store.run("UPDATE ibm_rules SET conditions = ?", json.dumps(odd))
    assert rule.refresh()
    assert text in json.dumps(rule.outputs["conditions"])
    assert rule.up(**declared(team)) == "update"
    assert stored(emulator, team)["conditions"][0]["value"] == '"platform"'


def test_unknown_operators_and_fields_are_drift(rule: Resource, emulator: Running, team: str) -> None:
    rule.up(**declared(team))
    odd = [{"claim": "groups", "operator": "MATCHES", "value": '{"a": 1}', "flavour": "new"}]
    emulator.application.state.store.run("UPDATE ibm_rules SET conditions = ?", json.dumps(odd))
    assert rule.refresh()
    assert rule.outputs["conditions"] == [{"claim": "groups", "operator": "MATCHES", "value": {"a": 1}}]
    assert rule.up(**declared(team)) == "update"


# -- the complete rule


def test_an_update_sends_the_complete_rule_and_its_revision(rule: Resource, emulator: Running, team: str) -> None:
    rule.up(**declared(team))
    assert rule.up(**declared(team, expiration=24)) == "update"
    [put] = [call for call in emulator.last_requests() if call["method"] == "PUT"]
    assert put["headers"]["if-match"]
    assert set(put["body"]) == {"name", "expiration", "realm_name", "conditions"}
    assert put["body"]["name"] == "sso"
    assert stored(emulator, team)["name"] == "sso"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "by hand"},
        {"expiration": 3},
        {"realm_name": "appid://other"},
        {"conditions": [{"claim": "x", "operator": "IN", "value": "[1]"}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_drift_of_each_field_is_repaired(rule: Resource, emulator: Running, team: str, change: dict[str, Any]) -> None:
    rule.up(**declared(team))
    before = stored(emulator, team)
    ibm_change(emulator, f"/groups/{team}/rules/{rule.id}", "PUT", **change)
    assert rule.refresh()
    assert rule.up(**declared(team)) == "update"
    after = stored(emulator, team)
    assert {name: after[name] for name in change} == {name: before[name] for name in change}


# -- existing rules


def test_the_same_name_may_be_used_in_another_group(rule: Resource, emulator: Running, team: str) -> None:
    ibm_rule(emulator, ibm_group(emulator, "other"), "sso")
    rule.up(**declared(team))
    assert stored(emulator, team)["id"] == rule.id


def test_rules_without_a_name_are_recognised_by_all_their_fields(rule: Resource, emulator: Running, team: str) -> None:
    there = ibm_rule(emulator, team, "")
    rule.up(**declared(team, name="", expiration=11))
    assert len(ibm_rules(emulator, team)) == 2
    with pytest.raises(AlreadyExists, match=there):
        rule.also().up(**declared(team, name=""))
    adopted = rule.also()
    adopted.up(**declared(team, name="", adopt=True))
    assert adopted.id == there


def test_the_limit_of_rules_is_reported_in_the_services_words(rule: Resource, emulator: Running, team: str) -> None:
    for number in range(5):
        ibm_rule(emulator, team, f"rule {number}")
    with pytest.raises(Forbidden, match="Limit of 5 rules"):
        rule.up(**declared(team))
    assert len(ibm_rules(emulator, team)) == 5


# -- missing groups and malformed listings


def test_a_rule_in_a_missing_group_is_an_error(rule: Resource, emulator: Running) -> None:
    with pytest.raises(NotFound, match="Failed to find"):
        rule.up(**declared("AccessGroupId-absent"))


@pytest.mark.parametrize("body", [{}, {"rules": None}, {"rules": {}}, {"rules": ["x"]}], ids=str)
def test_a_malformed_listing_creates_no_duplicate(
    rule: Resource, emulator: Running, team: str, body: dict[str, Any]
) -> None:
    rule.up(**declared(team))
    emulator.fault(kind="status", status=200, method="GET", route=RULES, body=body, times=None)
    with pytest.raises(UnexpectedReply, match="transaction id: roster-"):
        rule.refresh()
    with pytest.raises(UnexpectedReply):
        rule.also().up(**declared(team))
    emulator.clear_faults()
    assert len(ibm_rules(emulator, team)) == 1
