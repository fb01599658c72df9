"""Counts the requests that a run sends to IBM Cloud IAM. Services take 50 to 300 ms for each, and limit their rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from pulumi_roster.schema.outputs import declared_fields
from roster_emulator import Running
from support.cases.ibm import CASES
from support.ibm_api import ibm_group, ibm_groups
from support.resources import Resource
from support.subjects import Values

GROUP, RULE = "ibm.AccessGroup", "ibm.AccessGroupRule"
MEMBERS, MEMBERSHIP = "ibm.AccessGroupMembers", "ibm.AccessGroupMembership"

LIST, POST, READ = "GET /v2/groups", "POST /v2/groups", "GET /v2/groups/{access_group_id}"
LIST_RULES, POST_RULE = "GET /v2/groups/{access_group_id}/rules", "POST /v2/groups/{access_group_id}/rules"
LIST_MEMBERS, ADD_MEMBERS = "GET /v2/groups/{access_group_id}/members", "PUT /v2/groups/{access_group_id}/members"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"


class Run:
    """Many resources of one kind in one process, in several threads as in the engine."""

    def __init__(self, kind: str, emulator: Running, threads: int = 4) -> None:
        self.first = Resource(kind, emulator)
        self.kind, self.threads = kind, threads
        self.made: list[tuple[str, Values]] = []
        self.inputs: list[Values] = []

    def new_process(self) -> Lifecycle:
        return Lifecycle(handler_class(self.kind), Session(self.first.subject.lifecycle.session.settings))

    def _each(self, act: Callable[[Lifecycle, Any], Any], items: Iterable[Any]) -> list[Any]:
        lifecycle = self.new_process()
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda item: act(lifecycle, item), items))

    def create(self, declared: Iterable[Values]) -> None:
        self.inputs = [self.first.checked(**given) for given in declared]
        self.made = self._each(lambda lifecycle, inputs: lifecycle.create(inputs), self.inputs)

    def refresh(self) -> list[bool]:
        """Read each object. Return whether it exists and is unchanged."""

        def unchanged(lifecycle: Lifecycle, item: tuple[tuple[str, Values], Values]) -> bool:
            (id, outputs), inputs = item
            found = lifecycle.read(id, outputs)
            return found is not None and not lifecycle.diff(found.outputs, inputs).changed

        return self._each(unchanged, zip(self.made, self.inputs, strict=True))

    def delete(self) -> None:
        self._each(lambda lifecycle, made: lifecycle.delete(*made), self.made)


def declared(kind: str, teams: list[str], count: int) -> list[Values]:
    """Return a number of declarations: groups in all, other kinds for each team."""
    if kind == GROUP:
        return [{"name": f"group {number}"} for number in range(count)]
    if kind == MEMBERS:
        return [{"access_group_id": team, "members": [f"IBMid-{n:04}" for n in range(count)]} for team in teams]
    if kind == MEMBERSHIP:
        return [{"access_group_id": team, "iam_id": f"IBMid-{n:04}"} for team in teams for n in range(count)]
    rule = {
        "expiration": 12,
        "realm_name": "https://idp.example.com/saml",
        "conditions": [{"claim": "groups", "operator": "CONTAINS", "value": "platform"}],
    }
    return [{**rule, "access_group_id": team, "name": f"rule {n}"} for team in teams for n in range(count)]


@pytest.fixture
def teams(emulator: Running) -> list[str]:
    return [ibm_group(emulator, f"team {number}") for number in range(3)]


@pytest.mark.parametrize(
    ("kind", "count", "creation", "refresh"),
    [
        (GROUP, 1, {LIST: 1, POST: 1}, {READ: 1}),
        (GROUP, 2, {LIST: 1, POST: 2}, {READ: 2}),
        (GROUP, 3, {LIST: 1, POST: 3}, {LIST: 1}),
        (GROUP, 120, {LIST: 1, POST: 120}, {LIST: 2}),
        (RULE, 1, {LIST_RULES: 3, POST_RULE: 3}, {LIST_RULES: 3}),
        (RULE, 5, {LIST_RULES: 3, POST_RULE: 15}, {LIST_RULES: 3}),
        (MEMBERS, 60, {ADD_MEMBERS: 6}, {LIST_MEMBERS: 3}),
        (MEMBERSHIP, 1, {ADD_MEMBERS: 3}, {HEAD: 3}),
        (MEMBERSHIP, 2, {ADD_MEMBERS: 6}, {HEAD: 6}),
        (MEMBERSHIP, 3, {ADD_MEMBERS: 9}, {LIST_MEMBERS: 3}),
        (MEMBERSHIP, 60, {ADD_MEMBERS: 180}, {LIST_MEMBERS: 3}),
    ],
)
def test_objects_are_created_and_refreshed_with_few_requests(
    emulator: Running, teams: list[str], kind: str, count: int, creation: dict[str, int], refresh: dict[str, int]
) -> None:
    run = Run(kind, emulator)
    emulator.clear_requests()
    run.create(declared(kind, teams, count))
    assert emulator.requests() == creation
    emulator.clear_requests()
    assert set(run.refresh()) == {True}
    assert emulator.requests() == refresh


def test_a_creation_reads_all_pages_of_existing_groups_once(emulator: Running) -> None:
    emulator.seed(ibm={"groups": [{"name": f"there already {number}"} for number in range(250)]})
    emulator.clear_requests()
    run = Run(GROUP, emulator)
    run.create({"name": f"group {number}"} for number in range(10))
    assert emulator.requests() == {POST: 10, LIST: 3}
    emulator.clear_requests()
    run.delete()
    assert emulator.requests() == {"DELETE /v2/groups/{access_group_id}": 10}


def test_each_account_has_its_own_listing(emulator: Running) -> None:
    run = Run(GROUP, emulator)
    run.create({"name": f"group {n}", "account_id": f"acc-{n % 2}"} for n in range(10))
    assert emulator.requests() == {POST: 10, LIST: 2}


def test_a_group_that_the_listing_lacks_is_read_directly(emulator: Running) -> None:
    run = Run(GROUP, emulator)
    emulator.fault(kind="stale", route="/v2/groups", as_of="plan", times=2)
    run.create(declared(GROUP, [], 5))
    emulator.clear_requests()
    assert run.refresh() == [True] * 5, "the groups must exist, although the listing is older than they are"
    assert emulator.requests() == {LIST: 1, READ: 5}


def test_an_update_reads_the_revision_and_writes(emulator: Running) -> None:
    group = Resource(GROUP, emulator)
    group.up(name="one")
    emulator.clear_requests()
    group.up(name="two")
    assert emulator.requests() == {READ: 1, "PATCH /v2/groups/{access_group_id}": 1}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_and_diff_send_no_request(emulator: Running, case: Any) -> None:
    made = case.prepare(emulator)
    emulator.clear_requests()
    resource = Resource(case.kind, emulator, ibmApiKey="some-key")
    inputs = resource.checked(**case.inputs(made))
    outputs = {**inputs, "_managed": declared_fields(resource.subject.lifecycle.args_type, inputs)}
    for replacing, _ in case.replaces:
        news = resource.checked(**{**case.inputs(made), **replacing(made)})
        assert resource.subject.diff("id", outputs, news).changed
    assert not resource.subject.diff("id", outputs, inputs).changed
    assert emulator.total() == 0


# -- concurrent steps


def test_concurrent_creations_share_one_listing(emulator: Running) -> None:
    run = Run(GROUP, emulator)
    inputs = [run.first.checked(**given) for given in declared(GROUP, [], 4)]
    lifecycle = run.new_process()
    held = emulator.fault(kind="hold", route="/v2/groups", method="GET", times=None)
    with ThreadPoolExecutor(4) as pool:
        running: list[Future[tuple[str, Values]]] = [pool.submit(lifecycle.create, given) for given in inputs]
        emulator.held(1)
        assert emulator.requests() == {LIST: 1}, "no second read and no write while the first read is in progress"
        emulator.release(fault=held["id"])
        ids = {future.result(30)[0] for future in running}
    assert len(ids) == 4
    assert emulator.requests() == {LIST: 1, POST: 4}


def test_concurrent_reads_share_one_listing(emulator: Running) -> None:
    run = Run(GROUP, emulator)
    run.create(declared(GROUP, [], 4))
    emulator.clear_requests()
    emulator.fault(kind="hold", route="/v2/groups", method="GET", times=None)
    lifecycle = run.new_process()
    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(lifecycle.read, *made) for made in run.made]
        emulator.held(1)
        emulator.clear_faults()
        assert all(future.result(30) for future in reading)
    assert emulator.requests() == {LIST: 1}


def test_concurrent_creations_with_one_name_create_one_group(emulator: Running) -> None:
    run = Run(GROUP, emulator)
    inputs, lifecycle = run.first.checked(name="one"), run.new_process()
    with ThreadPoolExecutor(4) as pool:
        creating = [pool.submit(lifecycle.create, inputs) for _ in range(4)]
        failures = [future.exception(30) for future in creating]
    assert len(ibm_groups(emulator)) == 1
    assert [type(failure).__name__ for failure in failures if failure] == ["AlreadyExists"] * 3
