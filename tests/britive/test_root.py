"""Tests the root group of a Britive application: the provider finds it, or creates it once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest

from pulumi_roster.errors import Conflict, Forbidden, UnexpectedReply
from roster_emulator import Running
from support.britive_api import APP, britive_group, britive_names, britive_root, britive_tree
from support.resources import Resource

TREE = "/api/apps/{app}"
GROUPS = "/api/apps/{app}/root-environment-group/groups"


def roots(server: Running, app: str = APP) -> list[dict[str, Any]]:
    return [row for row in britive_tree(server, app)[0] if not row["parentId"]]


def parent(resource: Resource) -> Any:
    return resource.outputs.get("parent_id") or resource.outputs.get("parent_group_id")


def together(*calls: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_the_first_resource_creates_a_root_group_that_stays(emulator: Running) -> None:
    group = Resource("britive.EnvironmentGroup", emulator)
    group.up(application_id=APP, name="Platform")
    [root] = roots(emulator)
    assert root["name"] == "root"
    assert parent(group) == root["id"]
    group.destroy()
    assert roots(emulator) == [root]


def test_concurrent_resources_share_one_root_group(emulator: Running) -> None:
    first = Resource("britive.EnvironmentGroup", emulator)
    kinds = ["britive.EnvironmentGroup", "britive.Environment"] * 5
    resources = [first.also(kind) for kind in kinds]
    together(
        *(
            lambda resource=resource, name=f"{number}": resource.up(application_id=APP, name=name)
            for number, resource in enumerate(resources)
        )
    )
    [root] = roots(emulator)
    assert {parent(resource) for resource in resources} == {root["id"]}
    assert britive_names(emulator) == [str(number) for number in range(10)]
    assert emulator.requests()[f"POST {GROUPS}"] == 6, "five groups and one root"


@pytest.mark.parametrize("crossed", [False, True])
def test_concurrent_processes_end_with_one_root_group(emulator: Running, crossed: bool) -> None:
    """Let both processes find no root group. If ``crossed``, both create one before either reads again."""
    one, two = (Resource("britive.EnvironmentGroup", emulator) for _ in range(2))
    emulator.fault(kind="hold", method="POST", route=GROUPS, times=2)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(each.up, application_id=APP, name=name) for each, name in ((one, "one"), (two, "two"))]
        emulator.held(2)
        if crossed:
            emulator.fault(kind="hold", method="GET", route=TREE, times=2)
            emulator.release(2)
            emulator.held(2)
        else:
            emulator.release(1)
            wait(futures, return_when=FIRST_COMPLETED)
        emulator.release()
        for future in futures:
            future.result()
    [root] = roots(emulator)
    assert {parent(one), parent(two)} == {root["id"]}
    assert britive_names(emulator) == ["one", "two"]
    assert emulator.requests()[f"DELETE {TREE}/environment-groups/{{group}}"] == 1, "two root groups were created"
    for resource in (one, two):
        assert resource.refresh()


def test_a_process_sends_one_request_at_a_time_to_create_the_root_group(emulator: Running) -> None:
    first = Resource("britive.EnvironmentGroup", emulator)
    resources = [first, *(first.also() for _ in range(3))]
    emulator.fault(kind="hold", method="POST", route=GROUPS)
    emulator.fault(kind="hold", method="POST", route=GROUPS, skip=4)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(each.up, application_id=APP, name=f"{number}") for number, each in enumerate(resources)]
        with pytest.raises(TimeoutError):
            emulator.held(2, timeout=0.5)
        assert emulator.requests()[f"POST {GROUPS}"] == 1
        emulator.clear_faults()
        for future in futures:
            future.result()
    assert len(roots(emulator)) == 1
    assert emulator.requests()[f"POST {GROUPS}"] == 5, "four groups and one root"


def test_a_root_group_created_after_the_listing_is_found(emulator: Running) -> None:
    group = Resource("britive.EnvironmentGroup", emulator)
    assert group.subject.read("absent", {"application_id": APP, "name": "n"}) is None
    root = britive_root(emulator)
    emulator.clear_requests()
    group.up(application_id=APP, name="Platform")
    assert parent(group) == root
    assert emulator.requests()[f"POST {GROUPS}"] == 1, "the group, and no root"


def test_our_second_root_group_is_not_deleted_if_it_has_content(emulator: Running) -> None:
    emulator.switch(britive_nonempty_group="cascade")
    group = Resource("britive.EnvironmentGroup", emulator)
    held = emulator.fault(kind="hold", method="POST", route=GROUPS)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(group.up, application_id=APP, name="Platform")
        emulator.held(1)
        first = britive_group(emulator, "", "root")
        emulator.fault(kind="hold", method="GET", route=TREE)
        emulator.release(fault=held["id"])
        emulator.held(1)
        # Both root groups exist, and the provider has not read the groups again yet.
        second = next(row["id"] for row in emulator.dump()["britive"]["environment_group"] if row["id"] != first)
        britive_group(emulator, second, "theirs")
        emulator.release()
        future.result()
    assert [row["id"] for row in roots(emulator)] == [first, second]
    assert parent(group) == first
    assert britive_names(emulator) == ["Platform", "theirs"]


def test_after_a_refused_second_root_group_the_existing_one_is_used(emulator: Running) -> None:
    emulator.switch(britive_root_twice=False)
    one, two = (Resource("britive.EnvironmentGroup", emulator) for _ in range(2))
    emulator.fault(kind="hold", method="POST", route=GROUPS, times=2, after=False)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(each.up, application_id=APP, name=name) for each, name in ((one, "one"), (two, "two"))]
        emulator.held(2)
        emulator.release()
        for future in futures:
            future.result()
    [root] = roots(emulator)
    assert {parent(one), parent(two)} == {root["id"]}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("drop_after", {}),
        ("status_after", {"status": 502}),
        ("truncated", {"how": "json"}),
        ("empty", {}),
        ("html", {}),
    ],
)
def test_a_lost_reply_creates_no_second_root_group(emulator: Running, kind: str, more: dict[str, Any]) -> None:
    group = Resource("britive.EnvironmentGroup", emulator)
    emulator.fault(kind=kind, method="POST", route=GROUPS, **more)
    group.up(application_id=APP, name="Platform")
    assert len(roots(emulator)) == 1
    assert britive_names(emulator) == ["Platform"]


@pytest.mark.parametrize(
    ("groups", "root"),
    [
        ([("first", "ROOT", "")], "first"),
        ([("first", "root", ""), ("second", "root", "")], "first"),
        ([("first", "Top", ""), ("second", "Root", "")], "second"),
        ([("first", "root", ""), ("second", "root", "first")], "first"),
    ],
    ids=["other case", "two root groups", "another top group", "a lower group"],
)
def test_the_root_group_is_the_first_top_group_with_its_name(
    emulator: Running, groups: list[tuple[str, str, str]], root: str
) -> None:
    rows = [{"id": id, "name": name, **({"parentId": parent} if parent else {})} for id, name, parent in groups]
    emulator.seed(britive={"applications": [{"appContainerId": APP, "environmentGroups": rows}]})
    group = Resource("britive.EnvironmentGroup", emulator)
    group.up(application_id=APP, name="Platform")
    assert parent(group) == root
    assert len(britive_tree(emulator)[0]) == len(groups) + 1, "groups of other writers stay"


def test_each_application_has_its_own_root_group(emulator: Running) -> None:
    emulator.seed(britive={"applications": [{"appContainerId": "app-two"}]})
    one = Resource("britive.EnvironmentGroup", emulator)
    two = one.also()
    together(lambda: one.up(application_id=APP, name="n"), lambda: two.up(application_id="app-two", name="n"))
    assert roots(emulator)[0]["id"] == parent(one)
    assert roots(emulator, "app-two")[0]["id"] == parent(two)


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (409, Conflict)])
def test_if_the_root_group_is_refused_nothing_is_created(
    emulator: Running, status: int, error: type[Exception]
) -> None:
    group = Resource("britive.EnvironmentGroup", emulator)
    emulator.fault(kind="status", status=status, method="POST", route=GROUPS)
    with pytest.raises(error):
        group.up(application_id=APP, name="Platform")
    assert britive_tree(emulator) == ([], [])


def test_a_reply_without_the_tree_does_not_count_as_an_empty_application(emulator: Running) -> None:
    group = Resource("britive.EnvironmentGroup", emulator)
    group.up(application_id=APP, name="Platform")
    emulator.fault(kind="missing_field", field="rootEnvironmentGroup", method="GET", route=TREE, times=None)
    with pytest.raises(UnexpectedReply, match="rootEnvironmentGroup"):
        group.refresh()
