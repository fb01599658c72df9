"""Each mistake gets its own clear error, before or without touching anything else, and leaves nothing half-made."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import (
    BadRequest,
    ConnectionFailed,
    InvalidArguments,
    ReplyLost,
    ServerError,
    Unauthorized,
    UnexpectedReply,
)
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.ibm_api import ibm_group, ibm_groups
from support.resources import Resource
from support.subjects import QUICK
from support.timetable import skipping_waits

HASTY = skipping_waits(dataclasses.replace(QUICK, budget=2, settle=0.1))


def lifecycle(kind: str, **config: Any) -> Lifecycle:
    """A life with this configuration and nothing else: no emulator, no environment."""
    return Lifecycle(
        handler_class(kind), Session(Settings({f"roster:{key}": value for key, value in config.items()}.get, {}, HASTY))
    )


DECLARED: dict[str, dict[str, Any]] = {
    "ibm.AccessGroup": {"name": "one"},
    "ibm.AccessGroupMembers": {"access_group_id": "g", "members": ["IBMid-1"]},
    "ibm.AccessGroupMembership": {"access_group_id": "g", "iam_id": "IBMid-1"},
    "ibm.MemberAccessGroups": {"iam_id": "IBMid-1", "access_group_ids": ["g"]},
    "ibm.AccessGroupRule": {
        "access_group_id": "g",
        "expiration": 1,
        "realm_name": "r",
        "conditions": [{"claim": "c", "operator": "EQUALS", "value": "v"}],
    },
}


@pytest.fixture(params=DECLARED)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# -- settings: nothing is sent


def test_no_credentials_and_no_account_are_told_together_with_the_ways_to_give_them(kind: str) -> None:
    _, faults = lifecycle(kind).check(DECLARED[kind])
    told = {fault.path: fault.reason for fault in faults}
    assert "ibmApiKey or roster:ibmToken" in told["connection"]
    assert "pulumi config set --secret roster:ibmApiKey" in told["connection"]
    assert "IC_API_KEY" in told["connection"]
    if kind in ("ibm.AccessGroup", "ibm.MemberAccessGroups"):
        assert "pulumi config set roster:ibmAccountId" in told["account_id"]
        assert "IBMCLOUD_ACCOUNT_ID" in told["account_id"]
        assert set(told) == {"connection", "account_id"}
    else:
        assert set(told) == {"connection"}


def test_an_account_that_is_declared_needs_no_setting() -> None:
    inputs, faults = lifecycle("ibm.AccessGroup", ibmToken="t").check({"name": "one", "account_id": "acc-1"})
    assert faults == []
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
def test_an_address_that_is_none(config: dict[str, str], words: str) -> None:
    _, faults = lifecycle("ibm.AccessGroup", ibmAccountId="a", **config).check({"name": "one"})
    assert [fault.path for fault in faults] == ["connection"]
    assert words in faults[0].reason
    assert "pw@" not in faults[0].reason


def test_a_connection_that_there_is_not() -> None:
    _, faults = lifecycle("ibm.AccessGroup", ibmToken="t", ibmAccountId="a").check({"name": "n", "connection": "other"})
    assert "connection" in [fault.path for fault in faults]
    assert "got 'other'" in next(fault.reason for fault in faults if fault.path == "connection")


# -- the service


def test_a_wrong_token(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY, ibmToken="nobodys-token")
    with pytest.raises(Unauthorized) as told:
        resource.up(**DECLARED[kind])
    assert "roster:ibmApiKey" in str(told.value)
    assert "transaction id" in str(told.value)
    assert "nobodys-token" not in str(told.value)
    assert ibm_groups(emulator) == []


def test_a_wrong_api_key(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY, ibmApiKey="bad-key")
    with pytest.raises(Unauthorized, match="IBM Cloud API key was not accepted") as told:
        resource.up(**DECLARED[kind])
    assert "Provided API key could not be found" in str(told.value)
    assert "bad-key" not in str(told.value)
    assert emulator.requests() == {"POST /identity/token": 1}


def test_a_host_that_is_not_there(emulator: Running, kind: str, closed_port: int) -> None:
    resource = Resource(kind, emulator, HASTY, emulator=f"http://127.0.0.1:{closed_port}")
    with pytest.raises(ConnectionFailed) as told:
        resource.up(**DECLARED[kind])
    assert f"IBM Cloud IAM at 127.0.0.1:{closed_port} was not reached" in str(told.value)
    assert "check the address" in str(told.value)
    assert emulator.total() == 0


@pytest.mark.parametrize("fault", [{"kind": "html"}, {"kind": "truncated", "how": "json"}], ids=["html", "half"])
def test_what_is_no_json(emulator: Running, kind: str, fault: dict[str, str]) -> None:
    resource = Resource(kind, emulator, HASTY)
    given = dict(DECLARED[kind])
    if "access_group_id" in given:
        given["access_group_id"] = ibm_group(emulator, "team")
    emulator.fault(**fault, times=None)
    with pytest.raises(UnexpectedReply) as told:
        resource.up(**given)
    assert "something that is not JSON" in str(told.value)
    assert "transaction id: roster-" in str(told.value)
    assert "whether a proxy stands between" in str(told.value)
    assert kind in str(told.value).splitlines()[0], "the first line says which object"
    emulator.clear_faults()
    assert [row["name"] for row in ibm_groups(emulator)] == (["team"] if "access_group_id" in given else [])


def test_a_body_that_is_cut_off_each_time_and_the_run_after_it(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY)
    team = ibm_group(emulator, "team")
    given = {
        name: {"access_group_id": team, "access_group_ids": [team]}.get(name, value)
        for name, value in DECLARED[kind].items()
    }
    emulator.fault(kind="truncated", times=None)
    with pytest.raises(ReplyLost, match="gave no complete reply"):
        resource.up(**given)
    emulator.clear_faults()
    resource.up(**given)
    assert resource.refresh()
    assert resource.preview(**given) == "same"
    tables = emulator.dump()["ibm"]
    assert len(tables["groups"]) == (2 if kind == "ibm.AccessGroup" else 1)
    assert len(tables["members"]) + len(tables["rules"]) == (0 if kind == "ibm.AccessGroup" else 1)


def test_a_service_in_trouble(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, HASTY)
    emulator.fault(kind="status", status=503, times=None)
    with pytest.raises(ServerError) as told:
        resource.up(**DECLARED[kind])
    assert "Service Temporarily Unavailable" in str(told.value)
    assert "run again in a few minutes" in str(told.value)


def test_an_object_that_the_service_refuses_is_told_in_its_words(emulator: Running) -> None:
    emulator.fault(kind="status", status=400, method="POST")
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    with pytest.raises(BadRequest) as told:
        group.up(name="one")
    first, *rest = str(told.value).splitlines()
    assert first.startswith('create ibm.AccessGroup "one": IBM Cloud IAM answered 400 invalid_payload')
    assert "  response: Payload contains invalid/missing data." in rest
    assert len(rest) <= 4, "a few lines"


def test_inputs_of_another_version_that_are_wrong_now_are_told_not_sent(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    with pytest.raises(InvalidArguments, match=r"name: must be 1 to 100"):
        group.subject.create({"name": "x" * 101})
    assert emulator.total() == 0


def test_what_does_not_run_the_program_is_told_which_credentials_it_uses(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator, HASTY)
    group.up(name="one")
    emulator.revoke("roster-dev")
    for act in (group.refresh, group.destroy):
        with pytest.raises(Unauthorized, match="the last `pulumi up`, unless run with --run-program"):
            act()
    with pytest.raises(Unauthorized) as told:
        group.up(name="two")
    assert "--run-program" not in str(told.value)
