"""Tests which settings sign in to Vault, and the errors of settings that cannot. No test sends a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulumi_roster.errors import SettingsError
from pulumi_roster.http.auth import Exchange, Token
from pulumi_roster.vault.connection import SYSTEM
from pulumi_roster.vault.sign_in import METHODS
from support.settings_given import everything
from support.vault_sign_in import signed_in

ADDRESS = {"vaultAddress": "https://vault.invalid"}
APPROLE = {"vaultAuthMethod": "approle", "vaultRoleId": "role-1", "vaultSecretId": "secret-1"}
JWT = {"vaultAuthMethod": "jwt", "vaultJwt": "a.b.c"}
ABSENT = "/nowhere/token"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the developer's own token and the variables of a job."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def problem(
    config: Mapping[str, Any], environ: Mapping[str, str] | None = None, name: str = "default"
) -> SettingsError:
    """Return the error of settings that cannot sign in."""
    with pytest.raises(SettingsError) as caught, signed_in(config, environ=environ, name=name):
        pass
    assert "canary" not in everything(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({}, ["roster:vaultAddress", "roster:vaultToken", "set roster:vaultAuthMethod"]),
        (ADDRESS, ["roster:vaultToken"]),
        ({"vaultAuthMethod": "approle"}, ["roster:vaultAddress", "roster:vaultRoleId", "roster:vaultSecretId"]),
        ({**ADDRESS, "vaultAuthMethod": "approle"}, ["roster:vaultRoleId", "--secret roster:vaultSecretId"]),
        ({**ADDRESS, **APPROLE, "vaultSecretId": ""}, ["config set --secret roster:vaultSecretId"]),
        ({**ADDRESS, **APPROLE, "vaultRoleId": ""}, ["roster:vaultRoleId"]),
        ({**ADDRESS, "vaultAuthMethod": "jwt"}, ["roster:vaultJwt or roster:vaultJwtFile", "id-token: write"]),
        ({**ADDRESS, "vaultAuthMethod": "kubernetes"}, ["roster:vaultAuthRole", "roster:vaultJwtFile"]),
        ({**ADDRESS, "vaultAuthMethod": "jwt", "vaultJwtFile": ABSENT}, [ABSENT, "No such file"]),
        ({**ADDRESS, "vaultAuthMethod": "jwt", "vaultJwtFile": "/"}, ["Is a directory"]),
        ({**ADDRESS, "vaultAuthMethod": "jwt", "vaultJwtFile": "/dev/null"}, ["it is empty"]),
        ({**ADDRESS, "vaultAuthMethod": "ldap"}, ["must be one of token, approle, jwt, kubernetes, got 'ldap'"]),
        ({**ADDRESS, **APPROLE, "vaultToken": "canary"}, ["roster:vaultToken and roster:vaultAuthMethod are both set"]),
        ({**ADDRESS, **JWT, "vaultJwtFile": "/dev/null"}, ["roster:vaultJwt and roster:vaultJwtFile are both set"]),
        ({**ADDRESS, "vaultToken": "canary", "vaultAuthRole": "r"}, ["roster:vaultAuthRole need", "or to token"]),
        ({**ADDRESS, **APPROLE, "vaultSecretId": "canary\udcff"}, ["the configured secret ID is not valid text"]),
        ({**ADDRESS, **JWT, "vaultJwt": "canary\udcff"}, ["the configured JWT is not valid text"]),
        ({**ADDRESS, **APPROLE, "vaultAuthMount": "a//b"}, ["roster:vaultAuthMount must be the path", "'a//b'"]),
        ({**ADDRESS, **APPROLE, "vaultAuthMount": "../sys"}, ["roster:vaultAuthMount must be the path"]),
        ({**ADDRESS, **APPROLE, "vaultAuthNamespace": "a b"}, ["roster:vaultAuthNamespace must be the path"]),
        ({**ADDRESS, "vaultAuthMethod": "approle", "vaultCaCert": ABSENT}, ["vaultRoleId", "vaultCaCert"]),
    ],
)
def test_all_problems_of_the_settings_are_reported_at_once(config: dict[str, str], named: list[str]) -> None:
    error = problem(config)
    for text in named:
        assert text in str(error)


def test_the_problems_of_a_named_connection_name_it() -> None:
    error = problem({"connections": {"lab": {**ADDRESS, "vaultAuthMethod": "approle"}}}, name="lab")
    assert "vaultRoleId in roster:connections.lab" in str(error)
    assert "vaultSecretId in roster:connections.lab" in str(error)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"canary\xff")
    error = problem({**ADDRESS, "vaultAuthMethod": "jwt", "vaultJwtFile": str(tmp_path / "token")})
    assert "it is not text" in str(error)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"vaultToken": "t"}, Token),
        ({"vaultToken": "t", "vaultAuthMethod": "token", "vaultRoleId": "r", "vaultJwtFile": ABSENT}, Token),
        ({**APPROLE, "vaultJwtFile": ABSENT, "vaultJwt": "j"}, Exchange),
        ({**APPROLE, "vaultAuthMethod": "AppRole"}, Exchange),
        ({**JWT, "vaultRoleId": "r"}, Exchange),
        ({**APPROLE, "emulator": "http://127.0.0.1:1", "vaultAddress": ""}, Token),
        ({**APPROLE, "emulator": "http://127.0.0.1:1"}, Exchange),
        ({"vaultAuthMethod": "jwt", "vaultJwtFile": __file__, "vaultAuthMount": "auth/gitlab/"}, Exchange),
    ],
)
def test_only_the_settings_of_the_chosen_method_count(config: dict[str, str], kind: type[object]) -> None:
    with signed_in({**ADDRESS, **config}) as client:
        assert isinstance(client._auth, kind)


def test_the_token_of_vault_login_is_not_used_with_a_method(tmp_path: Path) -> None:
    (tmp_path / ".vault-token").write_text("t")
    with signed_in({**ADDRESS, **APPROLE}) as client:
        assert isinstance(client._auth, Exchange)


def test_the_variables_of_openbao_come_before_those_of_vault() -> None:
    for setting in SYSTEM.settings:
        if setting.environment[0].startswith("BAO_"):
            assert setting.environment[1] == setting.environment[0].replace("BAO_", "VAULT_"), setting.key
    environ = {"BAO_ADDR": "https://bao.invalid", "VAULT_ADDR": "https://vault.invalid", "VAULT_TOKEN": "t"}
    with signed_in({}, environ=environ) as client:
        assert client.base_url == "https://bao.invalid"


def test_a_pipeline_can_sign_in_with_variables_alone() -> None:
    environ = {
        "VAULT_ADDR": "https://vault.invalid",
        "ROSTER_VAULT_AUTH_METHOD": "approle",
        "ROSTER_VAULT_ROLE_ID": "r",
        "ROSTER_VAULT_SECRET_ID": "s",
    }
    with signed_in({}, environ=environ) as client:
        assert isinstance(client._auth, Exchange)
    assert "unset BAO_TOKEN VAULT_TOKEN" in problem({}, {**environ, "VAULT_TOKEN": "canary"}).hint


def test_an_unreadable_token_of_vault_login_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / ".vault-token").write_bytes(b"canary\xff")
    assert "it is not text" in str(problem(ADDRESS))


def test_credentials_are_declared_as_secret() -> None:
    secret = {setting.key for setting in SYSTEM.settings if setting.secret}
    assert secret == {"vaultToken", "vaultSecretId", "vaultJwt"}
    assert {*METHODS} == {"approle", "jwt", "kubernetes"}
