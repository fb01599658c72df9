"""Somebody else makes an object between our look and our creation, where the service keeps names unique."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_roster.errors import AlreadyExists, Conflict
from roster_emulator import Running
from support.britive_api import britive, britive_root
from support.ibm_api import ibm_group
from support.resources import Resource

Make = Callable[[Running], str]


def _britive(world: Running) -> str:
    path = "app-demo/root-environment-group/groups"
    body = {"name": "platform", "description": "", "type": "group", "parentId": britive_root(world)}
    return str(britive(world, "POST", path, body)["id"])


KINDS: dict[str, tuple[dict[str, str], Make]] = {
    "ibm.AccessGroup": ({"name": "platform"}, lambda world: ibm_group(world, "platform")),
    "britive.EnvironmentGroup": ({"app_id": "app-demo", "name": "platform"}, _britive),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("adopt", [False, True])
def test_who_is_slower_is_treated_as_if_the_object_had_been_there(kind: str, adopt: bool, emulator: Running) -> None:
    inputs, make = KINDS[kind]
    emulator.switch(unique_names=True, britive_unique_names=True)
    britive_root(emulator)
    resource = Resource(kind, emulator)
    emulator.fault("hold", method="POST")
    with ThreadPoolExecutor() as pool:
        ours = pool.submit(resource.up, **inputs, adopt=adopt)
        emulator.held()
        theirs = make(emulator)
        emulator.release()
        if adopt:
            assert ours.result(20) == "create"
            assert resource.id == theirs
        else:
            with pytest.raises(AlreadyExists, match=f"it exists already as {theirs}, and is not in this stack"):
                ours.result(20)


def test_a_twin_that_the_service_refuses_is_told_in_its_own_words(emulator: Running) -> None:
    emulator.switch(unique_names=True)
    ibm_group(emulator, "platform")
    with pytest.raises(Conflict, match="group_name_conflict"):
        Resource("ibm.AccessGroup", emulator).up(name="platform", allow_duplicate_name=True)
