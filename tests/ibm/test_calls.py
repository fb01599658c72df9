"""Counts the requests that a run sends to IBM Cloud IAM. Services take 50 to 300 ms for each, and limit their rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.ibm_api import ibm_group, ibm_groups
from support.resources import Resource
from support.subjects import Values

LIST, POST, READ = "GET /v2/groups", "POST /v2/groups", "GET /v2/groups/{access_group_id}"
RULES = "GET /v2/groups/{access_group_id}/rules"
MEMBERS = "GET /v2/groups/{access_group_id}/members"
HEAD = "HEAD /v2/groups/{access_group_id}/members/{iam_id}"
REALM = "https://idp.example.com/saml"


class Run:
    """Many resources of one kind in one process, as the engine's worker threads lead them."""

    def __init__(self, kind: str, emulator: Running, threads: int = 4) -> None:
        self.first = Resource(kind, emulator)
        self.kind, self.threads = kind, threads
        self.made: list[tuple[str, Values]] = []
        self.inputs: list[Values] = []

    def _each(self, act: Callable[[Lifecycle, Any], Any], items: Iterable[Any]) -> list[Any]:
        # A new process: nothing is known of the run before.
        lifecycle = Lifecycle(handler_class(self.kind), Session(self.first.subject.lifecycle.session.settings))
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda item: act(lifecycle, item), items))

    def create(self, declared: Iterable[Values]) -> None:
        self.inputs = [self.first.checked(**given) for given in declared]
        self.made = self._each(lambda lifecycle, inputs: lifecycle.create(inputs), self.inputs)

    def refresh(self) -> list[bool]:
        """Whether each is there, unchanged."""

        def unchanged(lifecycle: Lifecycle, item: tuple[tuple[str, Values], Values]) -> bool:
            (id, outputs), inputs = item
            found = lifecycle.read(id, outputs)
            return found is not None and not lifecycle.diff(found.outputs, inputs).changed

        return self._each(unchanged, zip(self.made, self.inputs, strict=True))

    def delete(self) -> None:
        self._each(lambda lifecycle, made: lifecycle.delete(*made), self.made)


@pytest.fixture
def teams(emulator: Running) -> list[str]:
    return [ibm_group(emulator, f"team {number}") for number in range(3)]


# -- creates


@pytest.mark.parametrize(("existing", "pages"), [(0, 1), (250, 3)])
def test_creations_cost_a_write_each_and_one_listing(emulator: Running, existing: int, pages: int) -> None:
    emulator.seed(ibm={"groups": [{"name": f"there already {number}"} for number in range(existing)]})
    emulator.clear_requests()
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {number}"} for number in range(120))
    assert emulator.requests() == {POST: 120, LIST: pages}
    assert len({id for id, _ in run.made}) == 120


def test_each_account_has_its_own_listing(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {n}", "account_id": f"acc-{n % 2}"} for n in range(10))
    assert emulator.requests() == {POST: 10, LIST: 2}


def test_creating_rules_lists_each_group_once(emulator: Running, teams: list[str]) -> None:
    emulator.clear_requests()
    run = Run("ibm.AccessGroupRule", emulator)
    run.create(rule(team, number) for team in teams for number in range(5))
    assert emulator.requests() == {"POST /v2/groups/{access_group_id}/rules": 15, RULES: 3}


def test_creating_sets_of_members_needs_no_read(emulator: Running, teams: list[str]) -> None:
    emulator.clear_requests()
    Run("ibm.AccessGroupMembers", emulator).create(
        {"access_group_id": team, "members": [f"IBMid-{n:04}" for n in range(60)]} for team in teams
    )
    assert emulator.requests() == {"PUT /v2/groups/{access_group_id}/members": 6}


# -- refreshes


@pytest.mark.parametrize(("count", "pages"), [(3, 1), (120, 2)])
def test_a_refresh_of_many_groups_is_one_listing(emulator: Running, count: int, pages: int) -> None:
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {number}"} for number in range(count))
    emulator.clear_requests()
    assert run.refresh() == [True] * count
    assert emulator.requests() == {LIST: pages}


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_groups_are_read_directly(emulator: Running, count: int) -> None:
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {number}"} for number in range(count))
    emulator.clear_requests()
    assert run.refresh() == [True] * count
    assert emulator.requests() == {READ: count}


def test_a_group_that_the_listing_lacks_is_read_directly(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    emulator.fault(kind="stale", route="/v2/groups", as_of="plan", times=2)
    run.create({"name": f"group {number}"} for number in range(5))
    emulator.clear_requests()
    assert run.refresh() == [True] * 5, "the listing is older than the groups"
    assert emulator.requests() == {LIST: 1, READ: 5}


@pytest.mark.parametrize(("kind", "count"), [("rules", 1), ("rules", 5), ("memberships", 3), ("memberships", 60)])
def test_a_refresh_of_rules_and_memberships_is_one_listing_for_each_group(
    emulator: Running, teams: list[str], kind: str, count: int
) -> None:
    run = Run("ibm.AccessGroupRule" if kind == "rules" else "ibm.AccessGroupMembership", emulator)
    run.create(
        rule(team, number) if kind == "rules" else {"access_group_id": team, "iam_id": f"IBMid-{number:04}"}
        for team in teams
        for number in range(count)
    )
    emulator.clear_requests()
    assert run.refresh() == [True] * count * 3
    assert emulator.requests() == {RULES if kind == "rules" else MEMBERS: 3}


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_memberships_of_a_group_are_read_by_head(emulator: Running, teams: list[str], count: int) -> None:
    run = Run("ibm.AccessGroupMembership", emulator)
    run.create({"access_group_id": team, "iam_id": f"IBMid-{n}"} for team in teams for n in range(count))
    emulator.clear_requests()
    assert run.refresh() == [True] * count * 3
    assert emulator.requests() == {HEAD: 3 * count}


def test_a_refresh_of_sets_is_one_listing_for_each_set(emulator: Running, teams: list[str]) -> None:
    run = Run("ibm.AccessGroupMembers", emulator)
    run.create({"access_group_id": team, "members": ["IBMid-1", "IBMid-2"]} for team in teams)
    emulator.clear_requests()
    assert run.refresh() == [True] * 3
    assert emulator.requests() == {MEMBERS: 3}


def test_deletions_are_one_request_each(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {number}"} for number in range(10))
    emulator.clear_requests()
    run.delete()
    assert emulator.requests() == {"DELETE /v2/groups/{access_group_id}": 10}
    assert ibm_groups(emulator) == []


def test_an_update_reads_the_revision_and_writes(emulator: Running) -> None:
    group = Resource("ibm.AccessGroup", emulator)
    group.up(name="one")
    emulator.clear_requests()
    group.up(name="two")
    assert emulator.requests() == {READ: 1, "PATCH /v2/groups/{access_group_id}": 1}


# -- at the same moment


def test_concurrent_creations_share_one_listing(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    inputs = [run.first.checked(name=f"group {number}") for number in range(4)]
    lifecycle = run.first.subject.lifecycle
    held = emulator.fault(kind="hold", route="/v2/groups", method="GET", times=None)
    with ThreadPoolExecutor(4) as pool:
        running: list[Future[tuple[str, Values]]] = [pool.submit(lifecycle.create, given) for given in inputs]
        emulator.held(1)
        assert emulator.requests() == {LIST: 1}, "while it is under way, nobody asks a second time, and nobody writes"
        emulator.release(fault=held["id"])
        ids = {future.result(30)[0] for future in running}
    assert len(ids) == 4
    assert emulator.requests() == {LIST: 1, POST: 4}


def test_concurrent_reads_share_one_listing(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    run.create({"name": f"group {number}"} for number in range(4))
    emulator.clear_requests()
    emulator.fault(kind="hold", route="/v2/groups", method="GET", times=None)
    lifecycle = Lifecycle(handler_class("ibm.AccessGroup"), Session(run.first.subject.lifecycle.session.settings))
    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(lifecycle.read, *made) for made in run.made]
        emulator.held(1)
        emulator.clear_faults()
        assert all(future.result(30) for future in reading)
    assert emulator.requests() == {LIST: 1}


def test_concurrent_creations_with_one_name_create_one_group(emulator: Running) -> None:
    run = Run("ibm.AccessGroup", emulator)
    inputs = run.first.checked(name="one")
    lifecycle = run.first.subject.lifecycle
    with ThreadPoolExecutor(4) as pool:
        making = [pool.submit(lifecycle.create, inputs) for _ in range(4)]
        failures = [future.exception(30) for future in making]
    assert len(ibm_groups(emulator)) == 1
    assert [type(failure).__name__ for failure in failures if failure] == ["AlreadyExists"] * 3


# -- no calls at all


def rule(team: str, number: int) -> dict[str, Any]:
    conditions = [{"claim": "groups", "operator": "CONTAINS", "value": f"team {number}"}]
    return {
        "access_group_id": team,
        "name": f"rule {number}",
        "expiration": 12,
        "realm_name": REALM,
        "conditions": conditions,
    }


DECLARED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "ibm.AccessGroup": ({"name": "one"}, {"name": "two", "account_id": "acc-other"}),
    "ibm.AccessGroupMembers": (
        {"access_group_id": "g", "members": ["IBMid-1"]},
        {"access_group_id": "h", "members": [], "exclusive": True},
    ),
    "ibm.AccessGroupMembership": (
        {"access_group_id": "g", "iam_id": "IBMid-1"},
        {"access_group_id": "g", "iam_id": "IBMid-2"},
    ),
    "ibm.MemberAccessGroups": (
        {"iam_id": "IBMid-1", "access_group_ids": ["g"]},
        {"iam_id": "IBMid-1", "access_group_ids": ["g", "h"]},
    ),
    "ibm.AccessGroupRule": (rule("g", 1), rule("g", 2)),
}


@pytest.mark.parametrize("kind", DECLARED)
def test_check_and_diff_send_no_request(emulator: Running, kind: str) -> None:
    resource = Resource(kind, emulator, ibmApiKey="some-key")
    old, new = DECLARED[kind]
    inputs = resource.checked(**old)
    assert resource.subject.diff("id", inputs, resource.checked(**new)).changed
    assert not resource.subject.diff("id", inputs, inputs).changed
    assert emulator.total() == 0
