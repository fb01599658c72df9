"""Tests the errors for missing settings, wrong credentials and refused requests of IBM Cloud IAM."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import BadRequest, InvalidArguments, Unauthorized
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.fake_time import skipping_waits
from support.ibm_api import ibm_groups
from support.resources import Resource
from support.subjects import QUICK

HASTY = skipping_waits(dataclasses.replace(QUICK, budget=2, settle=0.1))


def lifecycle(kind: str, **config: Any) -> Lifecycle:
    """Return a lifecycle with this configuration only: no emulator, no environment."""
    return Lifecycle(
        handler_class(kind), Session(Settings({f"roster:{key}": value for key, value in config.items()}.get, {}, HASTY))
    )


DECLARED: dict[str, dict[str, Any]] = {
    "ibm.AccessGroup": {"name": "one"},
    "ibm.AccessGroupMembers": {"access_group_id": "g", "members": ["IBMid-1"], "exclusive": False},
    "ibm.AccessGroupMembership": {"access_group_id": "g", "iam_id": "IBMid-1"},
    "ibm.MemberAccessGroups": {"iam_id": "IBMid-1", "access_group_ids": ["g"], "exclusive": False},
    "ibm.AccessGroupRule": {
        "access_group_id": "g",
        "name": "n",
        "expiration": 1,
        "realm_name": "r",
        "conditions": [{"claim": "c", "operator": "EQUALS", "value": "v"}],
    },
}


@pytest.fixture(params=DECLARED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# -- settings: nothing is sent


def test_missing_credentials_and_account_fail_together_with_hints(kind: str) -> None:
    _, failures = lifecycle(kind).check(DECLARED[kind])
    found = {failure.path: failure.reason for failure in failures}
    assert "ibmApiKey or roster:ibmToken" in found["connection"]
    assert "pulumi config set --secret roster:ibmApiKey" in found["connection"]
    assert "IC_API_KEY" in found["connection"]
    if kind in ("ibm.AccessGroup", "ibm.MemberAccessGroups"):
        assert "pulumi config set roster:ibmAccountId" in found["account_id"]
        assert "IBMCLOUD_ACCOUNT_ID" in found["account_id"]
        assert set(found) == {"connection", "account_id"}
    else:
        assert set(found) == {"connection"}


def test_a_declared_account_needs_no_setting() -> None:
    inputs, failures = lifecycle("ibm.AccessGroup", ibmToken="t").check({"name": "one", "account_id": "acc-1"})
    assert failures == []
    assert inputs["account_id"] == "acc-1"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"ibmToken": "t", "ibmUrl": "ftp://iam"}, "must be an http or https address"),
        ({"ibmToken": "t", "ibmUrl": "iam.cloud.ibm.com"}, "must be an http or https address"),
        ({"ibmToken": "t", "ibmUrl": "http://iam.example.com"}, "without encryption"),
        ({"ibmToken": "t", "ibmUrl": "https://me:pw@iam.example.com"}, "user name or password"),
    ],
)
def test_a_malformed_address_is_refused(config: dict[str, str], words: str) -> None:
    _, failures = lifecycle("ibm.AccessGroup", ibmAccountId="a", **config).check({"name": "one"})
    assert [failure.path for failure in failures] == ["connection"]
    assert words in failures[0].reason
    assert "pw@" not in failures[0].reason


def test_an_unknown_connection_is_refused() -> None:
    _, failures = lifecycle("ibm.AccessGroup", ibmToken="t", ibmAccountId="a").check(
        {"name": "n", "connection": "other"}
    )
    assert "connection" in [failure.path for failure in failures]
    assert "got 'other'" in next(failure.reason for failure in failures if failure.path == "connection")


# -- the service


def test_a_wrong_token_is_refused_and_not_shown(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY, ibmToken="nobodys-token")
    with pytest.raises(Unauthorized) as caught:
        resource.up(**DECLARED[kind])
    assert "check roster:ibmToken" in str(caught.value)
    assert "transaction id" in str(caught.value)
    assert "nobodys-token" not in str(caught.value)
    assert ibm_groups(emulator) == []


def test_a_wrong_api_key_is_refused_and_not_shown(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY, ibmApiKey="bad-key")
    with pytest.raises(Unauthorized, match="IBM Cloud API key was not accepted") as caught:
        resource.up(**DECLARED[kind])
    assert "Provided API key could not be found" in str(caught.value)
    assert "bad-key" not in str(caught.value)
    assert emulator.requests() == {"POST /identity/token": 1}


def test_a_refused_object_is_reported_in_the_services_words(emulator: Running) -> None:
    emulator.fault(kind="status", status=400, method="POST")
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    with pytest.raises(BadRequest) as caught:
        group.up(name="one")
    first, *rest = str(caught.value).splitlines()
    assert first.startswith('create ibm.AccessGroup "one": IBM Cloud IAM answered 400 invalid_payload')
    assert "  response: Payload contains invalid/missing data." in rest
    assert len(rest) <= 4, "an error must have at most five lines"


def test_inputs_of_an_older_version_are_validated_before_a_request(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    with pytest.raises(InvalidArguments, match=r"name: must be 1 to 100"):
        group.subject.create({"name": "x" * 101})
    assert emulator.total() == 0


def test_commands_that_skip_the_program_explain_which_credentials_they_use(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    group.up(name="one")
    emulator.revoke("roster-dev")
    for act in (group.refresh, group.destroy):
        with pytest.raises(Unauthorized, match="the last `pulumi up`, unless you add --run-program"):
            act()
    with pytest.raises(Unauthorized) as caught:
        group.up(name="two")
    assert "--run-program" not in str(caught.value)
