"""Creates an object of the same name between the look-up and the creation, where a service keeps names unique."""

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


def _britive_group(server: Running) -> str:
    path = "app-demo/root-environment-group/groups"
    body = {"name": "platform", "description": "", "type": "group", "parentId": britive_root(server)}
    return str(britive(server, "POST", path, body)["id"])


KINDS: dict[str, tuple[dict[str, str], Make]] = {
    "ibm.AccessGroup": ({"name": "platform"}, lambda server: ibm_group(server, "platform")),
    "britive.EnvironmentGroup": ({"application_id": "app-demo", "name": "platform"}, _britive_group),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("adopt", [False, True])
def test_an_object_that_appears_during_the_creation_counts_as_existing(
    kind: str, adopt: bool, emulator: Running
) -> None:
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
            with pytest.raises(AlreadyExists, match=f"already exists as {theirs}, and is not in this stack"):
                ours.result(20)


def test_a_duplicate_that_the_service_refuses_fails_with_the_message_of_the_service(emulator: Running) -> None:
    emulator.switch(unique_names=True)
    ibm_group(emulator, "platform")
    with pytest.raises(Conflict, match="group_name_conflict"):
        Resource("ibm.AccessGroup", emulator).up(name="platform", allow_duplicate_name=True)
