"""Tests the check failures, settings and credentials of AppSec+'s kinds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.errors import Forbidden, Unauthorized
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.appsec_api import group, names, shown
from support.resources import Resource

URL = "https://api.appsecplus.example.com"
GROUP, MEMBERS = "appsec.IdentityGroup", "appsec.IdentityGroupMembers"
EXCHANGE = "POST /oauth/token"


def failures(kind: str, given: dict[str, Any], **config: Any) -> dict[str, str]:
    """Return the check failures with only this configuration: no emulator and no environment variables."""
    keys = {f"roster:{key}": value for key, value in (config or {"appsecUrl": URL, "appsecToken": "t"}).items()}
    _, found = Lifecycle(handler_class(kind), Session(Settings(keys.get, {}))).check(given)
    return {failure.path: failure.reason for failure in found}


@pytest.mark.parametrize(
    ("kind", "given", "path", "reason"),
    [
        (GROUP, {}, "name", "is required"),
        (GROUP, {"name": ""}, "name", "at least 1"),
        (GROUP, {"name": "  "}, "name", "must not be blank"),
        (GROUP, {"name": "a\nb"}, "name", "control characters"),
        (GROUP, {"name": ["a"]}, "name", "string"),
        (GROUP, {"name": "a", "description": 5}, "description", "string"),
        (GROUP, {"name": "a", "members": "b"}, "members", "list"),
        (GROUP, {"name": "a", "members": ["b", ""]}, "members[1]", "at least 1"),
        (GROUP, {"name": "a", "members": [" "]}, "members[0]", "must not be blank"),
        (GROUP, {"name": "a", "members": [{"id": "b"}]}, "members[0]", "string"),
        (GROUP, {"name": "a", "member": ["b"]}, "member", "did you mean 'members'"),
        (MEMBERS, {"members": ["b"]}, "group_id", "is required"),
        (MEMBERS, {"group_id": "a"}, "members", "is required"),
        (MEMBERS, {"group_id": "", "members": []}, "group_id", "at least 1"),
        (MEMBERS, {"group_id": "a", "members": ["b", "c\0"]}, "members[1]", "control characters"),
        (MEMBERS, {"group_id": "a", "members": [], "exclusive": 1}, "exclusive", "boolean"),
    ],
    ids=str,
)
def test_a_check_failure_has_its_path(kind: str, given: dict[str, Any], path: str, reason: str) -> None:
    found = failures(kind, {"exclusive": False, **given} if kind == MEMBERS else given)
    assert list(found) == [path]
    assert reason in found[path]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"appsecToken": "t"}, "roster:appsecUrl"),
        ({"appsecUrl": URL}, "roster:appsecToken or roster:appsecClientId"),
        ({"appsecUrl": URL, "appsecClientId": "c"}, "roster:appsecClientSecret"),
        ({"appsecUrl": "http://api.appsecplus.example.com", "appsecToken": "t"}, "without encryption"),
    ],
    ids=str,
)
def test_a_missing_or_forbidden_setting_is_a_check_failure(config: dict[str, str], expected: str) -> None:
    assert expected in failures(GROUP, {"name": "a"}, **config)["connection"]


# -- credentials


def test_client_credentials_are_exchanged_once_and_again_after_a_revocation(emulator: Running) -> None:
    stack = Resource(GROUP, emulator, appsecClientId="client", appsecClientSecret="secret-1")
    resources = [stack.also() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one, number: one.up(name=f"team {number}"), resources, range(4)))
    assert emulator.requests()[EXCHANGE] == 1
    emulator.revoke()
    resources[0].up(name="renamed")
    assert emulator.requests()[EXCHANGE] == 2
    assert "secret-1" not in str(resources[0].outputs)


def test_a_refused_secret_is_not_shown(emulator: Running) -> None:
    stack = Resource(GROUP, emulator, appsecClientId="client", appsecClientSecret="bad-secret")
    with pytest.raises(Unauthorized, match=r"(?s)AppSec\+ client secret was not accepted.*check") as caught:
        stack.up(name="team")
    assert "bad-secret" not in str(caught.value)
    assert names(emulator) == []


def test_a_token_without_rights_changes_nothing(emulator: Running) -> None:
    there = group(emulator, "theirs", "a")
    before = shown(emulator, there)
    for token, error in (("viewer-1", Forbidden), ("wrong", Unauthorized)):
        with pytest.raises(error, match="hint: "):
            Resource(GROUP, emulator, appsecToken=token).up(name="team")
        with pytest.raises(error):
            Resource(MEMBERS, emulator, appsecToken=token).up(group_id=there, members=["b"])
    assert shown(emulator, there) == before
    assert names(emulator) == ["theirs"]
