"""Tests the check failures and the settings of Vault's kinds, before any request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.session import Session
from pulumi_roster.schema.unknown import UNKNOWN
from support.vault_api import VaultServer, named, shown

ADDRESS = "https://vault.example.com"


def lifecycle(kind: str, **config: Any) -> Lifecycle:
    """Return a lifecycle that uses only this configuration: no emulator and no environment variables."""
    return Lifecycle(
        handler_class(kind), Session(Settings({f"roster:{key}": value for key, value in config.items()}.get, {}))
    )


def failures(kind: str, given: dict[str, Any]) -> dict[str, str]:
    _, found = lifecycle(kind, vaultAddress=ADDRESS, vaultToken="t").check(given)
    return {failure.path: failure.reason for failure in found}


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({}, "name", "is required"),
        ({"name": ""}, "name", "at least 1"),
        ({"name": 5}, "name", "string"),
        ({"name": "a\nb"}, "name", "control characters"),
        ({"name": "a\0"}, "name", "control characters"),
        ({"name": ".."}, "name", "steps of a path"),
        ({"type": "Internal"}, "type", "'internal' or 'external'"),
        ({"type": True}, "type", "'internal' or 'external'"),
        ({"policies": "root"}, "policies", "list"),
        ({"policies": ["a", " ROOT "]}, "policies[1]", "must not be root"),
        ({"policies": ["a", None]}, "policies[1]", "string"),
        ({"policies": ["a\rb"]}, "policies[0]", "control characters"),
        ({"metadata": ["a=b"]}, "metadata", "dictionary"),
        ({"metadata": {"a": 1}}, "metadata.a", "string"),
        ({"metadata": {"a": {"b": "c"}}}, "metadata.a", "string"),
        ({"metadata": {"a.b": "c"}}, 'metadata["a.b"]', "1 to 128 characters"),
        ({"metadata": {"": "c"}}, 'metadata[""]', "1 to 128 characters"),
        ({"metadata": {"k" * 129: "c"}}, f"metadata.{'k' * 129}", "1 to 128 characters"),
        ({"metadata": {"vault-x": "c"}}, "metadata.vault-x", "which Vault reserves"),
        ({"metadata": {"a": "é" * 257}}, "metadata.a", "must be at most 512 bytes, got 514"),
        ({"metadata": {str(number): "" for number in range(65)}}, "metadata", "at most 64"),
        ({"member_entity_ids": "x"}, "member_entity_ids", "list"),
        ({"member_entity_ids": ["x", ""]}, "member_entity_ids[1]", "at least one character"),
        ({"member_group_ids": ["x y"]}, "member_group_ids[0]", "without blanks"),
        ({"member_group_ids": [{"id": "x"}]}, "member_group_ids[0]", "string"),
        ({"type": "external", "member_entity_ids": []}, "member_entity_ids", "come from logins"),
        ({"type": "external", "member_group_ids": ["x"]}, "member_group_ids", "come from logins"),
        ({"type": "external", "member_group_ids": UNKNOWN}, "member_group_ids", "come from logins"),
        ({"polices": []}, "polices", "did you mean 'policies'"),
        ({"connection": "other"}, "connection", "got 'other'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_check_failure_of_a_group_has_its_path(given: dict[str, Any], path: str, reason: str) -> None:
    found = failures("vault.IdentityGroup", {"name": "platform", **given} if given else given)
    assert list(found) == [path]
    assert reason in found[path]


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({"group_id": "g"}, "member_entity_ids", "is required"),
        ({"member_entity_ids": []}, "group_id", "is required"),
        ({"group_id": "", "member_entity_ids": []}, "group_id", "at least one character"),
        ({"group_id": "a b", "member_entity_ids": []}, "group_id", "without blanks"),
        (
            {"group_id": "g", "member_group_ids": ["h", "g"]},
            "member_group_ids",
            "the group itself, got 'g'",
        ),
        ({"group_id": "g", "member_entity_ids": ["", "x"]}, "member_entity_ids[0]", "at least one character"),
        ({"group_id": "g", "member_entity_ids": [], "exclusive": "yes"}, "exclusive", "boolean"),
        ({"group_id": "g", "member_entity_ids": [], "members": []}, "members", "not a property"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_check_failure_of_members_has_its_path(given: dict[str, Any], path: str, reason: str) -> None:
    found = failures("vault.IdentityGroupMembers", {"exclusive": False, **given})
    assert list(found) == [path]
    assert reason in found[path]


def test_vault_accepts_the_longest_values_that_check_accepts(server: VaultServer) -> None:
    declared = server.resource("vault.IdentityGroup")
    metadata = {"k" * 128: "é" * 256, "a-zA-Z0-9=/+_-": "", **{str(number): "v" for number in range(62)}}
    for name in ("x" * 2000, " ", "a/../b//c", "list?x#y%2F", "Ünïcode 🦊"):
        declared.up(name=name, metadata=metadata, policies=["a,b", " c ", ""])
        assert declared.refresh()
        assert declared.preview(name=name, metadata=metadata, policies=["c", "A,b"]) == "same"
    assert shown(server, declared.id)["metadata"] == metadata
    assert list(named(server)) == ["Ünïcode 🦊"]


# -- settings


def test_the_error_for_a_missing_address_or_token_says_how_to_set_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for config, expected in (
        ({}, "roster:vaultToken"),
        ({"vaultAddress": ADDRESS}, "--secret roster:vaultToken, or set VAULT_TOKEN"),
        ({"vaultToken": "t"}, "roster:vaultAddress"),
    ):
        _, [failure] = lifecycle("vault.IdentityGroup", **config).check({"name": "a"})
        assert failure.path == "connection"
        assert expected in failure.reason


def test_the_token_of_vault_login_is_used_if_no_other_is_set(
    real: VaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".vault-token").write_text(f"{real.token}\n")
    left = lifecycle("vault.IdentityGroup", vaultAddress=real.url)
    left.create({"name": "by the file"})
    left.session.close()
    assert list(named(real)) == ["by the file"]
    (tmp_path / ".vault-token").write_text("wrong")
    set_up = lifecycle("vault.IdentityGroup", vaultAddress=real.url, vaultToken=real.token)
    set_up.create({"name": "by the setting"})
    set_up.session.close()
    assert set(named(real)) == {"by the file", "by the setting"}


def test_a_named_connection_does_not_use_the_token_of_vault_login(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".vault-token").write_text("t")
    other = lifecycle("vault.IdentityGroup", connections={"other": {"vaultAddress": ADDRESS}})
    _, [failure] = other.check({"name": "a", "connection": "other"})
    assert "vaultToken in roster:connections.other" in failure.reason
