"""Tests what all look-ups have in common: results, the check of their arguments, and the errors that they raise."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pulumi
import pytest

from pulumi_roster import appsec, britive, errors, ibm, managed, vault
from pulumi_roster.catalog import RESOURCES, handler_class
from pulumi_roster.errors import InvalidArguments, RosterError
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from pulumi_roster.schema.marks import is_provider_only
from pulumi_roster.schema.results import Result
from roster_emulator import Running
from support.appsec_api import appsec as ask_appsec
from support.britive_api import APP, britive_environment, britive_map, britive_root
from support.britive_api import britive as ask_britive
from support.fake_time import skipping_waits
from support.ibm_api import ibm as ask_ibm
from support.ibm_api import ibm_add, ibm_group, ibm_rule
from support.subjects import config_for
from support.vault_api import VaultServer, shown
from support.vault_api import group as vault_group

Configure = Callable[..., None]
SYSTEMS = (appsec, britive, ibm, vault)
LOOKUPS: dict[str, Callable[..., Any]] = {
    f"{system.__name__.rpartition('.')[2]}.{name}": getattr(system, name)
    for system in SYSTEMS
    for name in system.__all__
    if inspect.isfunction(getattr(system, name))
}
RESULTS: list[type[Result]] = [
    kind
    for system in SYSTEMS
    for kind in map(system.__dict__.get, system.__all__)
    if isinstance(kind, type) and issubclass(kind, Result)
]
# The positional arguments with which each look-up can be called.
POSITIONAL = {"application_id": APP, "account_id": "2800", "permission_id": "46600", "group_id": "69152"}
IBM_IDS = {"access_group_id": "AccessGroupId-1", "iam_id": "IBMid-1"}


@pytest.fixture(autouse=True)
def _program(emulator: Running, program_config: Configure) -> None:
    program_config(**{key.removeprefix("roster:"): value for key, value in config_for(emulator.url).items()})


def arguments(name: str) -> dict[str, Any]:
    """Return valid arguments of a look-up."""
    parameters = inspect.signature(LOOKUPS[name]).parameters
    required = {key for key, item in parameters.items() if item.kind is item.POSITIONAL_OR_KEYWORD}
    choice = {"id": "one"} if "id" in parameters else {}
    return {**{key: value for key, value in {**POSITIONAL, **IBM_IDS}.items() if key in required}, **choice}


def test_the_lookups_and_results_are_found() -> None:
    assert len(LOOKUPS) == 22
    assert {"AccessGroupResult", "IdentityGroupResult", "EnvironmentResult", "ScannedLink"} <= {
        kind.__name__ for kind in RESULTS
    }
    assert {f"{name}State" for name in ("AccessGroup", "IdentityGroup", "Environment")}.isdisjoint(
        name for system in SYSTEMS for name in system.__all__
    )


# -- results


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_result_has_no_provider_options(kind: type[Result]) -> None:
    models = [handler_class(name).state_type for name in RESOURCES]
    options = {name for model in models for name in model.model_fields if is_provider_only(model, name)}
    assert {"connection", "adopt", "force_delete", "allow_duplicate_name", "force_checkin"} <= options
    assert options.isdisjoint(field.name for field in fields(kind))  # type: ignore[arg-type]


# What else the tenant knows about a user.
PERSONAL = {
    "admin_roles",
    "created",
    "external",
    "external_id",
    "identity_provider",
    "last_login",
    "mapped_accounts",
    "mobile",
    "modified",
    "phone",
    "user_tags",
}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower()


def test_results_have_all_fields_of_the_services(emulator: Running) -> None:
    """The emulator answers with all documented fields."""
    team = ibm_group(emulator, "team")
    ibm_add(emulator, team, "IBMid-1")
    ibm_rule(emulator, team, "sso")
    britive_map(emulator, place := britive_environment(emulator, britive_root(emulator), "live"), 2800, "user-alice")
    tree = ask_britive(emulator, "GET", APP)["rootEnvironmentGroup"]
    scanned = f"{APP}/environments/{place}"
    members = "page=0&includeMembers=true"
    accounts = ask_britive(emulator, "GET", f"{scanned}/accounts?{members}")["data"]
    external = vault_group(VaultServer(emulator.url), "external", type="external")
    rows: list[tuple[type[Result], Any, set[str]]] = [
        (ibm.AccessGroupResult, ask_ibm(emulator, "GET", f"/groups/{team}"), set()),
        (ibm.AccessGroupMemberResult, ask_ibm(emulator, "GET", f"/groups/{team}/members?verbose=true"), {"href"}),
        (ibm.AccessGroupRuleResult, ask_ibm(emulator, "GET", f"/groups/{team}/rules"), set()),
        (vault.IdentityGroupResult, shown(VaultServer(emulator.url), external), set()),
        (appsec.IdentityGroupResult, ask_appsec(emulator, "POST", json={"name": "team"}), set()),
        (britive.EnvironmentResult, tree["environments"][0], {"internal_parent_id"}),
        (britive.EnvironmentGroupResult, tree["environmentGroups"][0], {"internal_parent_id"}),
        (britive.ScannedAccount, accounts[0], set()),
        (britive.ScannedAccount, ask_britive(emulator, "GET", f"{scanned}/accounts")[0], set()),
        (britive.MappedUser, accounts[0]["mappedUsers"][0], PERSONAL),
        (britive.ScannedReference, accounts[0]["permissions"][0], set()),
        (britive.ScannedPermission, ask_britive(emulator, "GET", f"{scanned}/permissions?{members}")["data"][0], set()),
        (britive.ScannedPermission, ask_britive(emulator, "GET", f"{scanned}/permissions?type=permission")[0], set()),
        (britive.ScannedLink, ask_britive(emulator, "GET", f"{scanned}/accounts/2800/groups?page=0")["data"][0], set()),
    ]
    renamed = {"native_id": {"native_ids"}, "tenant_app_id": {"tenant_application_id"}}
    for kind, row, left_out in rows:
        if kind.__module__.startswith("pulumi_roster.ibm"):
            [row] = row.get("members") or row.get("rules") or [row]
        names = {field.name for field in fields(kind)}  # type: ignore[arg-type]
        own = {"account_id", "app_permission_id", "user_id"} if "id" in names else set()
        missing = {name for name in map(snake, row) if not names & ({name} | renamed.get(name, set()))}
        assert missing - own == left_out, kind


# -- arguments

REFUSED: list[Any] = [5, 2.5, True, "", "a\x00b", "\ud800", ["one"], {"id": "one"}, pulumi.Output.from_input("one")]


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_all_wrong_arguments_are_refused_together_before_a_request(lookup: str, emulator: Running) -> None:
    right = arguments(lookup)
    for value in REFUSED:
        wrong = {**dict.fromkeys(right, value), "connection": 5}
        with pytest.raises(InvalidArguments) as caught:
            LOOKUPS[lookup](**wrong)
        assert caught.value.message.count(", got ") >= len(wrong) - 1
        assert all(f"{name}: " in caught.value.message for name in wrong)
        assert str(caught.value).startswith(f"{lookup.partition('.')[2]}: ")
        assert ("apply" in caught.value.hint) == (isinstance(value, pulumi.Output) and right != {})
    for name in right:
        with pytest.raises(InvalidArguments):
            LOOKUPS[lookup](**{**right, name: ".."} if "account_id" not in right else {**right, name: "\n"})
    assert emulator.total() == 0


@pytest.mark.parametrize("lookup", [name for name in LOOKUPS if ".get_" in name])
@pytest.mark.parametrize(("given", "got"), [({}, "neither"), ({"id": "a", "name": "b"}, "both")])
def test_a_lookup_needs_either_an_id_or_a_name(lookup: str, given: dict[str, str], got: str, emulator: Running) -> None:
    with pytest.raises(InvalidArguments, match=f"set exactly one of id and name, got {got}$"):
        LOOKUPS[lookup](**given)
    with pytest.raises(InvalidArguments) as caught:
        LOOKUPS[lookup](id="", name=5)
    assert all(
        text in caught.value.message for text in ("id: must be at least", "name: must be a string", "set exactly one")
    )
    assert emulator.total() == 0


@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize("keyword", ["colour", "adopt"])
def test_an_unknown_keyword_is_a_type_error(lookup: str, keyword: str) -> None:
    """As in every Python function."""
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{keyword}'"):
        LOOKUPS[lookup](**arguments(lookup), **{keyword: True})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"account_id": 2800}, 'account_id: must be a string: write "2800", got 2800'),
        ({"account_id": "alice"}, "account_id: must be a string of digits"),
        ({"page": -1}, "page: must be at least 0, got -1"),
        ({"size": 0}, "size: must be at least 1, got 0"),
        ({"page": "1"}, "page: must be a whole number, got '1'"),
        ({"sort": ""}, "sort: must be at least 1 character, got 0"),
        ({"environment_id": 7}, "environment_id: must be a string, got 7"),
    ],
    ids=str,
)
def test_a_wrong_argument_is_named_with_its_rule(given: dict[str, Any], reason: str) -> None:
    arguments: dict[str, Any] = {"application_id": APP, "account_id": "2800", **given}
    with pytest.raises(InvalidArguments) as caught:
        britive.list_account_groups(**arguments)
    assert caught.value.message.startswith(reason)


@pytest.mark.parametrize("lookup", LOOKUPS)
def test_none_means_the_default(lookup: str, emulator: Running, program_config: Configure) -> None:
    """The look-up sends the same requests, and ends in the same way, as without the argument."""
    parameters = inspect.signature(LOOKUPS[lookup]).parameters.values()
    optional = [item.name for item in parameters if item.default not in (item.empty, None)]
    queried = ["page", "size", "sort", "filter", "connection"]
    names = [*optional, *(queried if any(item.kind is item.VAR_KEYWORD for item in parameters) else [])]
    assert "connection" in names

    def sent(**more: None) -> Any:
        emulator.clear_requests()
        try:
            found = LOOKUPS[lookup](**arguments(lookup), **more)
        except RosterError as error:
            found = str(error)
        return re.sub("transaction id: .*", "", str(found)), [
            (call["method"], call["path"], call["query"]) for call in emulator.last_requests()
        ]

    assert sent(**dict.fromkeys(names)) == sent()
    assert emulator.total() > 0


# -- errors

ENDINGS: dict[str, tuple[dict[str, Any], type[RosterError]]] = {
    "400": ({"kind": "status", "status": 400}, errors.BadRequest),
    "401": ({"kind": "status", "status": 401}, RosterError),  # for Vault, it is a Forbidden
    "403": ({"kind": "status", "status": 403}, errors.Forbidden),
    "405": ({"kind": "status", "status": 405}, errors.ServiceError),
    "429": ({"kind": "status", "status": 429}, errors.RateLimited),
    "500": ({"kind": "status", "status": 500}, errors.ServerError),
    "a lost reply": ({"kind": "drop_after"}, RosterError),
    "html": ({"kind": "html"}, RosterError),
    "half": ({"kind": "truncated", "how": "json"}, RosterError),
    "empty": ({"kind": "empty", "status": 200}, RosterError),
    "redirect": ({"kind": "redirect"}, RosterError),
}


@pytest.fixture
def skipped_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no look-up wait before it gives up."""
    limits = skipping_waits(Limits())
    monkeypatch.setattr(managed, "Settings", lambda config, systems: Settings(config, systems=systems, limits=limits))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failing_service_ends_each_lookup_with_a_class_that_programs_catch(
    ending: str, emulator: Running, skipped_waits: None
) -> None:
    fault, expected = ENDINGS[ending]
    emulator.fault(**fault, times=None)
    for name, lookup in LOOKUPS.items():
        if name == "ibm.is_access_group_member" and ending in ("half", "empty"):
            continue  # its answer has no body
        with pytest.raises(expected) as caught:
            lookup(**arguments(name))
        assert caught.value.about == name.partition(".")[2]


def test_an_unreachable_service_and_a_missing_connection_end_each_lookup(
    program_config: Configure, closed_port: int, skipped_waits: None
) -> None:
    program_config(emulator=f"http://127.0.0.1:{closed_port}")
    for name, lookup in LOOKUPS.items():
        with pytest.raises(errors.Unreachable):
            lookup(**arguments(name))
        with pytest.raises(errors.SettingsError):
            lookup(**arguments(name), connection="absent")
