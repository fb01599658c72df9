"""Counts the requests that a run sends to Britive, which takes 50 to 300 ms for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from roster_emulator import Running
from support.britive_api import APP, britive_environment, britive_root
from support.resources import Resource
from support.subjects import session_for

TREE = "GET /api/apps/{app}"
ACCOUNTS = "GET /api/apps/{app}/environments/{environment}/accounts"


def four_threads(call: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """Call a function for each item in four threads, as the engine calls a provider."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call, items))


def new_run(resources: Sequence[Resource], server: Running) -> None:
    """Start the next command. All resources share its session."""
    session = session_for(server.url)
    for resource in resources:
        resource.subject.lifecycle.session = session


@pytest.fixture
def tree(emulator: Running) -> list[Resource]:
    """Create ten groups and ten environments under the root."""
    root = britive_root(emulator)
    first = Resource("britive.EnvironmentGroup", emulator)
    resources = [first, *(first.also() for _ in range(9)), *(first.also("britive.Environment") for _ in range(10))]
    emulator.clear_requests()

    def create(numbered: tuple[int, Resource]) -> None:
        number, resource = numbered
        above = "parent_id" if number < 10 else "parent_group_id"
        resource.up(application_id=APP, name=f"{number}", **({above: root} if number % 2 else {}))

    four_threads(create, list(enumerate(resources)))
    return resources


def test_creations_send_one_request_each_and_one_listing(emulator: Running, tree: list[Resource]) -> None:
    assert emulator.requests()[TREE] == 1
    assert emulator.total() == len(tree) + 1


def test_a_refresh_of_both_kinds_sends_one_request(emulator: Running, tree: list[Resource]) -> None:
    new_run(tree, emulator)
    emulator.clear_requests()
    four_threads(lambda resource: resource.subject.read(resource.id, resource.outputs), tree)
    assert emulator.requests() == {TREE: 1}


def test_a_preview_sends_no_request(emulator: Running, tree: list[Resource]) -> None:
    new_run(tree, emulator)
    emulator.clear_requests()
    assert tree[0].preview(application_id=APP, name="0") == "same"
    assert tree[1].preview(application_id=APP, name="another", parent_id=tree[1].outputs["parent_id"]) == "update"
    assert emulator.total() == 0


def test_an_update_sends_one_request_and_one_read_for_a_group_that_is_partly_managed(
    emulator: Running, tree: list[Resource]
) -> None:
    new_run(tree, emulator)
    emulator.clear_requests()
    assert tree[0].up(application_id=APP, name="another") == "update"
    assert tree[10].up(application_id=APP, name="yet another") == "update"
    assert emulator.requests()[TREE] == 1
    assert emulator.total() == 3


def test_a_deletion_sends_one_request_and_for_a_group_one_read(emulator: Running, tree: list[Resource]) -> None:
    new_run(tree, emulator)
    emulator.clear_requests()
    four_threads(lambda resource: resource.subject.delete(resource.id, resource.outputs), tree)
    assert emulator.requests()[TREE] == 10
    assert emulator.total() == 30


def test_mappings_send_one_request_each_and_one_listing_to_refresh(emulator: Running) -> None:
    environment = britive_environment(emulator, britive_root(emulator), "Production")
    accounts = [{"accountId": number, "nativeName": f"account {number}"} for number in range(9000, 9020)]
    emulator.seed(britive={"applications": [{"appContainerId": APP, "accounts": accounts}]})
    first = Resource("britive.AccountMapping", emulator)
    mappings = [first, *(first.also() for _ in range(19))]
    emulator.clear_requests()
    for number, mapping in enumerate(mappings):
        mapping.up(application_id=APP, environment_id=environment, account_id=str(9000 + number), user_id="user-alice")
    assert emulator.total() == 20
    new_run(mappings, emulator)
    emulator.clear_requests()
    four_threads(lambda mapping: mapping.subject.read(mapping.id, mapping.outputs), mappings)
    assert emulator.requests() == {ACCOUNTS: 1}


def test_a_refresh_of_one_mapping_reads_it_directly(emulator: Running) -> None:
    environment = britive_environment(emulator, britive_root(emulator), "Production")
    mapping = Resource("britive.AccountMapping", emulator)
    mapping.up(application_id=APP, environment_id=environment, account_id="2800", user_id="user-alice")
    emulator.clear_requests()
    assert mapping.refresh()
    assert emulator.requests() == {f"{ACCOUNTS}/{{key}}/users": 1}
