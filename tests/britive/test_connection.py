"""Tests the tenant, the token and the error codes of Britive."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from pulumi_roster.britive.connection import DIALECT, SYSTEM, tenant_url
from pulumi_roster.catalog import system
from pulumi_roster.errors import (
    BadRequest,
    Conflict,
    NotFound,
    ServerError,
    ServiceError,
    SettingsError,
    Unauthorized,
    error_class,
)
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.britive_api import APP, britive_names
from support.resources import Resource
from support.transport_calls import request

LONG = "x" * 60


def client_of(**values: str) -> Any:
    return Settings({f"roster:{key}": value for key, value in values.items()}.get, {}).client(
        system("britive"), "default"
    )


@pytest.mark.parametrize(
    ("tenant", "url"),
    [
        ("acme", "https://acme.britive-app.com"),
        ("Acme-EU", "https://acme-eu.britive-app.com"),
        (" acme\n", "https://acme.britive-app.com"),
        ("acme.britive-app.com", "https://acme.britive-app.com"),
        ("https://acme.britive-app.com", "https://acme.britive-app.com"),
        ("https://acme.britive-app.com/", "https://acme.britive-app.com"),
        ("https://acme.britive-app.com/api", "https://acme.britive-app.com"),
        ("https://acme.britive-app.com/api/", "https://acme.britive-app.com"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
    ],
)
def test_a_tenant_is_a_name_a_host_or_an_address(tenant: str, url: str) -> None:
    assert tenant_url(tenant) == url
    client = client_of(britiveTenant=tenant, britiveToken="t")
    assert client.base_url == url
    client.close()


@pytest.mark.parametrize(
    "tenant", ["http://acme.britive-app.com", "https://user:pw@acme.britive-app.com", "ftp://acme"]
)
def test_an_address_that_is_not_https_or_has_a_password_is_refused(tenant: str) -> None:
    with pytest.raises(SettingsError) as caught:
        client_of(britiveTenant=tenant, britiveToken="t")
    assert "britiveTenant" in str(caught.value)


def test_the_error_for_a_missing_setting_says_how_to_set_it() -> None:
    with pytest.raises(SettingsError, match="roster:britiveTenant") as caught:
        client_of(britiveToken="t")
    assert "BRITIVE_TENANT" in caught.value.hint
    with pytest.raises(SettingsError, match="roster:britiveToken") as caught:
        client_of(britiveTenant="acme")
    assert "--secret" in caught.value.hint
    assert "BRITIVE_API_TOKEN" in caught.value.hint


def test_settings_can_come_from_the_environment() -> None:
    environment = {"BRITIVE_TENANT": "acme", "BRITIVE_API_TOKEN": "t"}
    client = Settings(lambda key: None, environment).client(system("britive"), "default")
    assert client.base_url == "https://acme.britive-app.com"
    client.close()


def test_tokens_are_secrets() -> None:
    assert [setting.key for setting in SYSTEM.settings if setting.secret] == ["britiveToken", "britiveOidcToken"]


@pytest.mark.parametrize(
    ("token", "scheme"),
    [
        ("roster-dev", "TOKEN"),
        ("x" * 49, "TOKEN"),
        ("x" * 50, "Bearer"),
        (LONG, "Bearer"),
        (f"github::{LONG}", "WorkloadToken"),
    ],
)
def test_the_form_of_the_token_decides_the_scheme(emulator: Running, token: str, scheme: str) -> None:
    client = client_of(britiveTenant=emulator.url, britiveToken=f" {token}\n")
    asked = request(url=emulator.url)
    next(client._http.auth.sync_auth_flow(asked))
    assert asked.headers["Authorization"] == f"{scheme} {token}"
    client.close()


@pytest.mark.parametrize("shape", ["{}", "github::{}"])
def test_a_resource_works_with_a_long_token(emulator: Running, shape: str) -> None:
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "some-key"}
    exchanged = httpx.post(f"{emulator.url}/identity/token", data=form, trust_env=False).json()["access_token"]
    group = Resource("britive.EnvironmentGroup", emulator, britiveToken=shape.format(exchanged))
    group.up(application_id=APP, name="Platform")
    assert britive_names(emulator) == ["Platform"]


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (400, "E1004", NotFound),
        (404, "E1004", NotFound),
        (500, "E1004", NotFound),
        (400, "E1005", Conflict),
        (400, "E1010", Conflict),
        (400, "E1013", Conflict),
        (500, "E1003", BadRequest),
        (404, "E0000", BadRequest),
        (404, "", BadRequest),
        (410, "", BadRequest),
        (404, "A-0003", BadRequest),
        (400, "A-0003", BadRequest),
        (400, "AU-0017", Unauthorized),
        (403, "AU-0018", Unauthorized),
        (400, "MAINT0001", ServerError),
        (500, "E1001", ServerError),
        (409, "", Conflict),
    ],
)
def test_the_code_of_an_error_decides_its_class(status: int, code: str, meant: type[ServiceError]) -> None:
    assert error_class(DIALECT.meaning(status, code, "")) is meant


def test_an_error_contains_the_services_message(emulator: Running) -> None:
    body = {"status": 400, "message": "No.", "errorCode": "E1012", "details": "Not here"}
    emulator.fault(kind="status", status=400, body=body, method="POST")
    with pytest.raises(BadRequest) as caught:
        Resource("britive.EnvironmentGroup", emulator).up(application_id=APP, name="Platform")
    assert (caught.value.code, caught.value.response) == ("E1012", "No. (Not here)")
    assert 'create britive.EnvironmentGroup "Platform"' in str(caught.value)
    assert "AWS Standalone" in caught.value.hint
