"""Tests the mapping of a user to a Britive account, in one environment or in all of an application."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_roster.errors import BadRequest, Conflict, NotFound, UnexpectedReply
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
ACCOUNT, OF_ERIN = "2800", "2804"
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
    return {"application_id": APP, "environment_id": environment, "account_id": ACCOUNT, "user_id": ALICE, **more}


def mapped_in(server: Running, environments: list[str], user: str = ALICE) -> list[bool]:
    """Return, for each environment, whether the user is mapped in it."""
    return [user in britive_users(server, environment, ACCOUNT) for environment in environments]


# -- check failures


@pytest.mark.parametrize("given", ["2800", "0", "18446744073709551617"])
def test_an_account_id_is_a_text_of_digits(mapping: Resource, given: str) -> None:
    assert mapping.checked(**declared("e", account_id=given))["account_id"] == given


@pytest.mark.parametrize(
    "given",
    [
        True,
        -1,
        1.5,
        1e300,
        float("nan"),
        float("inf"),
        2**60,
        "",
        "x",
        "0002800",
        " 2800",
        "2800/users",
        "\uff12\uff18",
        ["2800"],
    ],
)
def test_an_account_id_that_is_not_a_text_of_digits_is_refused(mapping: Resource, given: Any) -> None:
    [(path, reason)] = mapping.failures(**declared("e", account_id=given)).items()
    assert path == "account_id"
    assert reason.startswith('must be a string of digits without leading zeros, such as "2800", got ')


@pytest.mark.parametrize("given", [2800, 2800.0])
def test_a_number_as_account_id_is_refused_with_what_to_write(mapping: Resource, given: Any) -> None:
    """Pulumi sends each number as floating point."""
    assert mapping.failures(**declared("e", account_id=given)) == {
        "account_id": f'must be a string: write "2800", got {given}'
    }


def test_all_check_failures_are_reported_together(mapping: Resource) -> None:
    assert set(mapping.failures()) == {"application_id", "environment_id", "account_id", "user_id"}
    assert set(mapping.failures(**declared("", user_id="", all_environments="yes", force_checkin=1))) == {
        "environment_id",
        "user_id",
        "all_environments",
        "force_checkin",
    }
    assert mapping.failures(**declared(UNKNOWN, account_id=UNKNOWN, user_id=UNKNOWN)) == {}


# -- one environment


def test_a_mapping_is_created_and_removed_only_in_its_environment(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[1]))
    assert emulator.total() == 1
    assert mapping.id == f"{APP}/{environments[1]}/2800/{ALICE}"
    assert mapped_in(emulator, environments) == [False, True, False]
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


@pytest.mark.parametrize("remap", [False, True])
def test_an_existing_mapping_is_accepted(
    mapping: Resource, emulator: Running, environments: list[str], remap: bool
) -> None:
    emulator.switch(britive_remap=remap)
    britive_map(emulator, environments[0], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0]))
    assert mapping.refresh()
    assert mapping.preview(**declared(environments[0])) == "same"


def test_other_users_of_the_account_stay_mapped(mapping: Resource, emulator: Running, environments: list[str]) -> None:
    britive_map(emulator, environments[0], ACCOUNT, BOB)
    mapping.up(**declared(environments[0]))
    mapping.destroy()
    assert britive_users(emulator, environments[0], ACCOUNT) == [BOB]


@pytest.mark.parametrize("status", [400, 404])
def test_reading_and_deleting_a_missing_mapping_succeeds(
    mapping: Resource, emulator: Running, environments: list[str], status: int
) -> None:
    emulator.switch(britive_absent_status=status)
    mapping.up(**declared(environments[0]))
    id, outputs = mapping.id, mapping.outputs
    britive_unmap(emulator, environments[0], ACCOUNT, ALICE)
    mapping.subject.delete(id, outputs)
    assert mapping.subject.read(id, outputs) is None
    britive_delete_environment(emulator, environments[0])
    mapping.subject.delete(id, outputs)
    assert mapping.subject.read(id, outputs) is None


def test_the_error_for_a_missing_object_contains_the_services_message(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    absent: list[tuple[dict[str, Any], str]] = [
        ({"account_id": "1"}, "Account '1' does not exist"),
        ({"user_id": "user-nobody"}, "User 'user-nobody' does not exist"),
        ({"environment_id": "nowhere"}, "Environment 'nowhere' does not exist"),
    ]
    for given, words in absent:
        with pytest.raises(NotFound, match=words) as caught:
            mapping.up(**{**declared(environments[0]), **given})
        assert "scan" in caught.value.hint
    with pytest.raises(BadRequest, match="is inactive"):
        mapping.up(**declared(environments[0], user_id="user-frank"))
    with pytest.raises(BadRequest, match="'app-x' does not exist") as unknown:
        mapping.up(**declared(environments[0], application_id="app-x"))
    assert "application_id" in unknown.value.hint


# -- refused deletions


def test_the_error_for_removing_an_automatic_mapping_has_a_hint(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], account_id=OF_ERIN, user_id=ERIN))
    with pytest.raises(Conflict, match="mapped automatically and cannot be unmapped") as caught:
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert caught.value.code == "E1013"
    assert "pulumi state delete" in caught.value.hint
    assert mapping.refresh()


def test_a_removal_checks_in_profiles_only_with_force_checkin_paps(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0]))
    checkout = {"account": int(ACCOUNT), "user": ALICE, "environment": environments[0]}
    emulator.seed(britive={"applications": [{"appContainerId": APP, "checkouts": [checkout]}]})
    with pytest.raises(BadRequest) as caught:
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert "force_checkin=True" in caught.value.hint
    assert mapped_in(emulator, environments) == [True, False, False]
    emulator.clear_requests()
    assert mapping.up(**declared(environments[0], force_checkin=True)) == "update"
    assert emulator.total() == 0
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


# -- all environments


def test_save_to_all_envs_maps_and_unmaps_the_user_in_all_environments(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], all_environments=True))
    assert mapped_in(emulator, environments) == [True, True, True]
    assert mapping.outputs["other_environment_ids"] == sorted(environments[1:])
    assert mapping.refresh()
    assert mapping.preview(**declared(environments[0], all_environments=True)) == "same"
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


def test_a_destroy_keeps_mappings_that_existed_before(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0], all_environments=True))
    assert mapping.outputs["other_environment_ids"] == [environments[2]]
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, True, False]


def test_a_destroy_after_adopt_removes_the_mapping_in_all_environments(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0], all_environments=True, adopt=True))
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


def test_save_to_all_envs_can_be_changed_by_an_update(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    britive_map(emulator, environments[1], ACCOUNT, ALICE)
    mapping.up(**declared(environments[0]))
    assert mapping.up(**declared(environments[0], all_environments=True)) == "update"
    assert mapped_in(emulator, environments) == [True, True, True]
    assert mapping.up(**declared(environments[0])) == "update"
    assert mapped_in(emulator, environments) == [True, True, False]
    assert mapping.outputs["other_environment_ids"] == []


def test_a_mapping_removed_by_hand_is_restored_and_keeps_the_other_environments(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    everywhere = declared(environments[0], all_environments=True)
    mapping.up(**everywhere)
    britive_unmap(emulator, environments[0], ACCOUNT, ALICE)
    assert mapping.refresh()
    assert mapping.up(**everywhere) == "update"
    assert mapped_in(emulator, environments) == [True, True, True]
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


def test_changing_the_environment_keeps_the_mappings_in_all_environments(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], all_environments=True))
    assert mapping.up(**declared(environments[1], all_environments=True)) == "delete-replace"
    assert mapped_in(emulator, environments) == [True, True, True]
    mapping.destroy()
    assert mapped_in(emulator, environments) == [False, False, False]


def test_a_destroy_succeeds_if_an_environment_was_deleted(
    mapping: Resource, emulator: Running, environments: list[str]
) -> None:
    mapping.up(**declared(environments[0], all_environments=True))
    britive_delete_environment(emulator, environments[1])
    mapping.destroy()
    assert mapped_in(emulator, [environments[0], environments[2]]) == [False, False]


def test_a_refresh_by_listing_keeps_fields_that_the_listing_lacks(emulator: Running, environments: list[str]) -> None:
    first = Resource("britive.AccountMapping", emulator)
    accounts = ["2800", "2801", "2802", "2803"]
    mappings = [first, *(first.also() for _ in accounts[1:])]
    for mapping, account in zip(mappings, accounts, strict=True):
        mapping.up(**declared(environments[0], account_id=account, all_environments=account != "2801"))
    first.subject.new_run()
    session = first.subject.lifecycle.session
    for mapping in mappings:
        mapping.subject.lifecycle.session = session
        found = mapping.subject.read(mapping.id, mapping.outputs)
        assert found is not None
        assert found.outputs == mapping.outputs
        assert found.inputs == mapping.inputs
    assert emulator.requests()["GET /api/apps/{app}/environments/{environment}/accounts"] == 1


def test_an_html_page_does_not_confirm_a_removal(mapping: Resource, emulator: Running, environments: list[str]) -> None:
    mapping.up(**declared(environments[0]))
    emulator.fault(kind="html", status=200, method="DELETE", route=USER, times=None)
    with pytest.raises(UnexpectedReply, match="not JSON"):
        mapping.subject.delete(mapping.id, mapping.outputs)
    assert mapped_in(emulator, environments) == [True, False, False]
