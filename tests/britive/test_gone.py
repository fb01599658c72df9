"""Tests which replies of Britive mean that an object was deleted. All others are errors and keep the state."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, Forbidden, RosterError, Unauthorized, UnexpectedReply
from roster_emulator import Running
from support.britive_api import APP, britive_environment, britive_root, britive_tree
from support.resources import Resource
from support.subjects import session_for

KINDS = ["britive.EnvironmentGroup", "britive.Environment", "britive.AccountMapping"]
READ = {
    "britive.EnvironmentGroup": "/api/apps/{app}",
    "britive.Environment": "/api/apps/{app}",
    "britive.AccountMapping": "/api/apps/{app}/environments/{environment}/accounts/{key}/users",
}
DELETE = {
    "britive.EnvironmentGroup": "/api/apps/{app}/environment-groups/{group}",
    "britive.Environment": "/api/apps/{app}/environments/{environment}",
    "britive.AccountMapping": "/api/apps/{app}/environments/{environment}/accounts/{key}/users/{user}",
}


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, emulator: Running) -> Resource:
    """Create an object of each kind."""
    resource = Resource(request.param, emulator)
    given: dict[str, Any] = {"application_id": APP, "name": "n"}
    if request.param == "britive.AccountMapping":
        environment = britive_environment(emulator, britive_root(emulator), "Production")
        given = {"application_id": APP, "environment_id": environment, "account_id": "2800", "user_id": "user-alice"}
    resource.up(**given)
    return resource


def kind_of(resource: Resource) -> str:
    return resource.subject.lifecycle.kind


@pytest.mark.parametrize("form", ["refuse", "empty"])
def test_an_unknown_application_is_an_error(made: Resource, emulator: Running, form: str) -> None:
    """A mistyped application or tenant must not remove objects from the state."""
    emulator.switch(britive_absent_app=form)
    mistyped = {**made.outputs, "application_id": "app-dmeo"}
    for verb in (made.subject.read, made.subject.delete):
        with pytest.raises(BadRequest, match="has no application 'app-dmeo'") as caught:
            verb(made.id, mistyped)
        assert "roster:britiveTenant" in caught.value.hint
    assert made.refresh()


PLANS: list[tuple[str, dict[str, Any], type[Exception]]] = [
    ("status", {"status": 404}, RosterError),
    ("status", {"status": 404, "body": {"message": "no such page"}}, RosterError),
    ("status", {"status": 400}, BadRequest),
    ("status", {"status": 401}, Unauthorized),
    ("status", {"status": 403}, Forbidden),
    ("html", {"status": 404}, RosterError),
    ("html", {"status": 200}, UnexpectedReply),
    ("redirect", {}, UnexpectedReply),
]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(("fault", "more", "error"), PLANS)
def test_other_replies_do_not_mean_that_the_object_was_deleted(
    made: Resource, emulator: Running, method: str, fault: str, more: dict[str, Any], error: type[Exception]
) -> None:
    route = (READ if method == "GET" else DELETE)[kind_of(made)]
    emulator.fault(kind=fault, method=method, route=route, times=None, **more)
    made.subject.new_run()
    with pytest.raises(error):
        (made.subject.read if method == "GET" else made.subject.delete)(made.id, made.outputs)
    emulator.clear_faults()
    assert made.refresh()


@pytest.mark.parametrize("made", KINDS[:2], indirect=True)
@pytest.mark.parametrize(
    "tree",
    [
        [],
        [1],
        "tree",
        {"environments": []},
        {"environmentGroups": []},
        {"environmentGroups": [{"id": "x", "name": "n", "type": "group"}], "environments": []},
        {"environmentGroups": [], "environments": [{"id": "x", "name": "n"}]},
        {"environmentGroups": ["x"], "environments": []},
        {"environmentGroups": [{"id": "x"}], "environments": []},
        {"environmentGroups": [], "environments": [{"id": None, "name": "n"}]},
        {"environmentGroups": [], "environments": [{"id": "x", "name": "n", "parentGroupId": {"id": "y"}}]},
    ],
)
def test_a_malformed_tree_is_an_error(made: Resource, emulator: Running, tree: Any) -> None:
    body = {"appContainerId": APP, "rootEnvironmentGroup": tree}
    emulator.fault(kind="status", status=200, body=body, method="GET", route="/api/apps/{app}", times=None)
    made.subject.new_run()
    with pytest.raises(UnexpectedReply):
        made.subject.read(made.id, made.outputs)


def test_a_refresh_drops_only_the_deleted_object(emulator: Running) -> None:
    session = session_for(emulator.url)
    resource = Resource("britive.Environment", emulator)
    resource.subject.lifecycle.session = session
    kept, gone = resource, resource.also()
    kept.up(application_id=APP, name="kept")
    gone.up(application_id=APP, name="gone")
    outputs = gone.outputs
    gone.subject.delete(gone.id, outputs)
    assert not gone.refresh()
    assert kept.refresh()
    assert [row["name"] for row in britive_tree(emulator)[1]] == ["kept"]
