from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, Conflict, Forbidden, NotFound, UnexpectedReply
from pulumi_roster.schema.unknown import UNKNOWN
from roster_emulator import Running
from support.britive_api import (
    APP,
    britive_delete_environment,
    britive_environment,
    britive_map,
    britive_root,
    britive_unmap,
    britive_users,
)
from support.resources import Resource

ALICE, BOB, ERIN = "user-alice", "user-bob", "user-erin"
ACCOUNT, OF_ERIN = 2800, 2804
MAP = "/api/apps/{app}/environments/{environment}/accounts/{key}/users"
USER = f"{MAP}/{{user}}"


@pytest.fixture
def environments(emulator: Running) -> list[str]:
    root = britive_root(emulator)
    made = [britive_environment(emulator, root, name) for name in ("dev", "test", "prod")]
    emulator.clear_requests()
    return made


@pytest.fixture
def mapping(emulator: Running) -> Resource:
    return Resource("britive.AccountMapping", emulator)


def declared(environment: str, **more: Any) -> dict[str, Any]:
    return {"app_id": APP, "environment_id": environment, "account_id": ACCOUNT, "user_id": ALICE, **more}


def where(world: Running, environments: list[str], user: str = ALICE) -> list[bool]:
    """In which of the environments the user is mapped."""
    return [user in britive_users(world, environment, ACCOUNT) for environment in environments]


# -- limits


@pytest.mark.parametrize("given", [2800, "2800", "0002800"])
def test_an_account_is_a_number_in_either_form(mapping: Resource, given: Any) -> None:
    assert mapping.checked(**declared("e", account_id=given))["account_id"] == "2800"


@pytest.mark.parametrize("given", [True, -1, 1.5, "", "x", "2800/users", "\uff12\uff18", [2800]])
def test_what_is_no_number_is_refused(mapping: Resource, given: Any) -> None:
    assert set(mapping.faults(**declared("e", account_id=given))) == {"account_id"}


def test_limits_are_judged_all_together(mapping: Resource) -> None:
    assert set(mapping.faults()) == {"app_id", "environment_id", "account_id", "user_id"}
    assert set(mapping.faults(**declared("", user_id="", save_to_all_envs="yes", force_checkin_paps=1))) == {
        "environment_id",
        "user_id",
        "save_to_all_envs",
        "force_checkin_paps",
    }
    assert mapping.faults(**declared(UNKNOWN, account_id=UNKNOWN, user_id=UNKNOWN)) == {}


# -- one environment


def test_it_maps_in_its_environment_alone_and_takes_that_away(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[1]))
    assert emulator.total() == 1
    assert mapping.id == f"{APP}/{environments[1]}/2800/{ALICE}"
    assert where(emulator, environments) == [False, True, False]
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


@pytest.mark.parametrize("remap", [False, True])
def test_one_that_exists_is_fine(mapping: Resource, emulator: Running, environments: list[str], remap: bool) -> None:
    emulator.switch(britive_remap=remap)
    britive_map(emulator, environments[0], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0]))
    assert mapping.refresh()
    assert mapping.preview(**declared(environments[0])) == "same"


def test_others_users_of_the_account_stay(mapping: Resource, emulator: Running, environments: list[str]) -> None:
    britive_map(emulator, environments[0], ACCOUNT, BOB)
    mapping.up(**declared(environments[0]))
    mapping.destroy()
    assert britive_users(emulator, environments[0], ACCOUNT) == [BOB]


@pytest.mark.parametrize("fault", [{"kind": "drop_after"}, {"kind": "status_after", "status": 502}], ids=str)
@pytest.mark.parametrize("everywhere", [False, True])
def test_a_lost_reply_is_repaired(
    mapping: Resource, emulator: Running, environments: list[str], fault: dict[str, Any], everywhere: bool
) -> None:
    emulator.fault(**fault, method="POST", route=USER if everywhere else MAP)
    mapping.up(**declared(environments[0], save_to_all_envs=everywhere))
    assert where(emulator, environments) == [True, everywhere, everywhere]
    emulator.fault(**fault, method="DELETE", route=USER)
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


@pytest.mark.parametrize("status", [400, 404])
def test_what_is_gone_is_no_error(mapping: Resource, emulator: Running, environments: list[str], status: int) -> None:
    emulator.switch(britive_absent_status=status)
    mapping.up(**declared(environments[0]))
    id, outputs = mapping.id, mapping.outputs
    britive_unmap(emulator, environments[0], ACCOUNT, ALICE)
    mapping.subject.delete(id, outputs)
    assert mapping.subject.read(id, outputs) is None
    britive_delete_environment(emulator, environments[0])
    mapping.subject.delete(id, outputs)
    assert mapping.subject.read(id, outputs) is None


def test_what_does_not_exist_is_told_in_the_services_words(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    absent: list[tuple[dict[str, Any], str]] = [
        ({"account_id": 1}, "Account '1' does not exist"),
        ({"user_id": "user-nobody"}, "User 'user-nobody' does not exist"),
        ({"environment_id": "nowhere"}, "Environment 'nowhere' does not exist"),
    ]
    for given, words in absent:
        with pytest.raises(NotFound, match=words) as refused:
            mapping.up(**{**declared(environments[0]), **given})
        assert "scan" in refused.value.hint
    with pytest.raises(BadRequest, match="is inactive"):
        mapping.up(**declared(environments[0], user_id="user-frank"))
    with pytest.raises(BadRequest, match="'app-x' does not exist") as unknown:
        mapping.up(**declared(environments[0], app_id="app-x"))
    assert "app_id" in unknown.value.hint


def test_a_viewer_may_not(emulator: Running, environments: list[str]) -> None:
    mapping = Resource("britive.AccountMapping", emulator, britiveToken="viewer-1")
    with pytest.raises(Forbidden):
        mapping.up(**declared(environments[0]))


# -- removal that is refused


def test_an_automatic_one_is_fine_but_cannot_be_removed_and_says_what_to_do(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], account_id=OF_ERIN, user_id=ERIN))
    with pytest.raises(Conflict, match="mapped automatically and cannot be unmapped") as refused:
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert refused.value.code == "E1013"
    assert "pulumi state delete" in refused.value.hint
    assert mapping.refresh()


def test_a_checked_out_profile_is_checked_in_only_when_that_is_declared(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0]))
    checkout = {"account": ACCOUNT, "user": ALICE, "environment": environments[0]}
    emulator.seed(britive={"applications": [{"appContainerId": APP, "checkouts": [checkout]}]})
    with pytest.raises(BadRequest) as refused:
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert "force_checkin_paps=True" in refused.value.hint
    assert where(emulator, environments) == [True, False, False]
    emulator.clear_requests()
    assert mapping.up(**declared(environments[0], force_checkin_paps=True)) == "update"
    assert emulator.total() == 0
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


# -- all environments


def test_all_environments_are_mapped_and_all_are_unmapped(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], save_to_all_envs=True))
    assert where(emulator, environments) == [True, True, True]
    assert mapping.outputs["other_environment_ids"] == sorted(environments[1:])
    assert mapping.refresh()
    assert mapping.preview(**declared(environments[0], save_to_all_envs=True)) == "same"
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


def test_where_it_was_before_it_stays(mapping: Resource, emulator: Running, environments: list[str]) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0], save_to_all_envs=True))
    assert mapping.outputs["other_environment_ids"] == [environments[2]]
    mapping.destroy()
    assert where(emulator, environments) == [False, True, False]


def test_adopt_takes_it_away_everywhere(mapping: Resource, emulator: Running, environments: list[str]) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0], save_to_all_envs=True, adopt=True))
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


def test_all_environments_are_switched_on_and_off_in_place(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0]))
    assert mapping.up(**declared(environments[0], save_to_all_envs=True)) == "update"
    assert where(emulator, environments) == [True, True, True]
    assert mapping.up(**declared(environments[0])) == "update"
    assert where(emulator, environments) == [True, True, False]
    assert mapping.outputs["other_environment_ids"] == []


def test_one_that_is_taken_away_in_its_own_environment_shows_and_what_it_made_elsewhere_is_not_forgotten(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    everywhere = declared(environments[0], save_to_all_envs=True)
    mapping.up(**everywhere)
    britive_unmap(emulator, environments[0], ACCOUNT, ALICE)
    assert mapping.refresh()
    assert mapping.up(**everywhere) == "update"
    assert where(emulator, environments) == [True, True, True]
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


def test_another_environment_as_its_own_loses_none_of_the_others(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], save_to_all_envs=True))
    assert mapping.up(**declared(environments[1], save_to_all_envs=True)) == "delete-replace"
    assert where(emulator, environments) == [True, True, True]
    mapping.destroy()
    assert where(emulator, environments) == [False, False, False]


def test_an_environment_that_is_gone_is_no_obstacle(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], save_to_all_envs=True))
    britive_delete_environment(emulator, environments[1])
    mapping.destroy()
    assert where(emulator, [environments[0], environments[2]]) == [False, False]


def test_a_refresh_of_many_keeps_what_a_listing_does_not_tell(emulator: Running, environments: list[str]) -> None:
    first = Resource("britive.AccountMapping", emulator)
    accounts = [2800, 2801, 2802, 2803]
    mappings = [first, *(first.also() for _ in accounts[1:])]
    for mapping, account in zip(mappings, accounts, strict=True):
        mapping.up(**declared(environments[0], account_id=account, save_to_all_envs=account != 2801))
    first.subject.new_run()
    session = first.subject.lifecycle.session
    for mapping in mappings:
        mapping.subject.lifecycle.session = session
        found = mapping.subject.read(mapping.id, mapping.outputs)
        assert found is not None
        assert found.outputs == mapping.outputs
        assert found.inputs == mapping.inputs
    assert emulator.requests()["GET /api/apps/{app}/environments/{environment}/accounts"] == 1


def test_a_page_of_somebody_else_is_no_proof_of_removal(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0]))
    emulator.fault(kind="html", status=200, method="DELETE", route=USER, times=None)
    with pytest.raises(UnexpectedReply, match="not JSON"):
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert where(emulator, environments) == [True, False, False]
