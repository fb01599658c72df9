"""Tests the look-ups of AppSec+'s identity groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster import appsec as roster_appsec
from pulumi_roster.errors import InvalidArguments, NotFound, Unauthorized, UnexpectedReply
from roster_emulator import Running
from support.appsec_api import group

Configure = Callable[..., None]


@pytest.fixture(autouse=True)
def _program(emulator: Running, program_config: Configure) -> None:
    program_config(emulator=emulator.url)


def test_a_group_is_found_by_id_and_by_name(emulator: Running) -> None:
    there = group(emulator, "one", "b", "a", description="why")
    group(emulator, "One")
    for found in (roster_appsec.get_identity_group(id=there), roster_appsec.get_identity_group(name="one")):
        assert (found.id, found.name, found.description, found.members) == (there, "one", "why", ["a", "b"])
        assert found.created_at
        assert found.updated_at


def test_a_missing_group_or_an_ambiguous_lookup_is_an_error() -> None:
    with pytest.raises(NotFound, match="group-999"):
        roster_appsec.get_identity_group(id="group-999")
    with pytest.raises(NotFound, match="'absent'"):
        roster_appsec.get_identity_group(name="absent")
    with pytest.raises(InvalidArguments):
        roster_appsec.get_identity_group()
    with pytest.raises(InvalidArguments):
        roster_appsec.get_identity_group(id="a", name="a")


def test_a_listing_is_sorted_by_name(emulator: Running) -> None:
    assert roster_appsec.list_identity_groups() == []
    for number in range(3):
        group(emulator, f"team {number}")
    assert [row.name for row in roster_appsec.list_identity_groups()] == ["team 0", "team 1", "team 2"]


@pytest.mark.parametrize("fault", [{"kind": "html"}, {"kind": "truncated", "how": "json"}, {"kind": "empty"}], ids=str)
def test_a_malformed_listing_does_not_count_as_empty(emulator: Running, fault: dict[str, Any]) -> None:
    emulator.fault(**fault, method="GET", route="/identity-groups", times=None)
    with pytest.raises(UnexpectedReply):
        roster_appsec.list_identity_groups()


@pytest.mark.parametrize("description", [None, ""])
def test_a_null_description_is_none_and_an_empty_one_is_empty(emulator: Running, description: str | None) -> None:
    row = {"id": "g", "name": "one", "description": description, "members": None}
    for route, body in (("/identity-groups", [row]), ("/identity-groups/{id}", row)):
        emulator.fault(kind="status", status=200, body=body, method="GET", route=route)
    [listed] = roster_appsec.list_identity_groups()
    assert listed == roster_appsec.get_identity_group(id="g")
    assert (listed.description, listed.members, listed.created_at) == (description, [], None)


def test_a_row_without_a_name_is_an_error(emulator: Running) -> None:
    group(emulator, "one")
    emulator.fault("missing_field", method="GET", route="/identity-groups", field="name")
    with pytest.raises(UnexpectedReply, match="name"):
        roster_appsec.list_identity_groups()


def test_the_error_for_an_unknown_token_names_the_setting(emulator: Running, program_config: Configure) -> None:
    program_config(emulator=emulator.url, appsecToken="ended")
    with pytest.raises(Unauthorized, match="appsecToken"):
        roster_appsec.list_identity_groups()
