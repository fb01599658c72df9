"""Tests how a pipeline signs in to Britive: with a token, or as a federated workload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import RosterError, SettingsError, Unauthorized, UnexpectedReply, Unreachable
from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.client_calls import ONCE
from support.github_actions import REQUEST_TOKEN, github_actions, job, oidc_token
from support.scripted_server import ReceivedRequest, ScriptedServer, reply, scripted_server
from support.settings_given import everything
from testkit.ibm import exchange

Connect = Callable[..., Client]
FIRST, SECOND = oidc_token("canary-first"), oidc_token("canary-second")


@pytest.fixture
def client_of() -> Iterator[Connect]:
    """Create the client of a configuration."""
    made: list[Settings] = []

    def create(environ: Mapping[str, str] | None = None, limits: Limits | None = None, **config: Any) -> Client:
        made.append(Settings({f"roster:{key}": value for key, value in config.items()}.get, environ or {}, limits))
        return made[-1].client(system("britive"))

    yield create
    for settings in made:
        settings.close()


@pytest.fixture
def tenant() -> Iterator[ScriptedServer]:
    """A tenant that accepts every token."""
    with scripted_server(reply(body={})) as server:
        yield server


@pytest.fixture
def in_job(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedServer], None]:
    """Run this process as a job of GitHub Actions."""

    def enter(server: ScriptedServer) -> None:
        for name, value in job(server).items():
            monkeypatch.setenv(name, value)

    return enter


def sent(server: ScriptedServer) -> list[str]:
    """Return the Authorization headers that a server received."""
    return [got.headers["authorization"] for got in server.got]


# -- which way counts


@pytest.mark.parametrize(
    ("environ", "config", "authorization"),
    [
        ({"BRITIVE_API_TOKEN": "a", "BRITIVE_TOKEN": "b"}, {}, "TOKEN a"),
        ({"BRITIVE_TOKEN": "b"}, {}, "TOKEN b"),
        ({"BRITIVE_TOKEN": "b"}, {"britiveToken": "c"}, "TOKEN c"),
        ({"BRITIVE_OIDC_TOKEN": "short"}, {}, "WorkloadToken OIDC::short"),
        ({"BRITIVE_OIDC_TOKEN": FIRST}, {"britiveToken": "c"}, "TOKEN c"),
        ({"BRITIVE_OIDC_TOKEN": FIRST}, {"britiveOidcToken": SECOND}, f"WorkloadToken OIDC::{SECOND}"),
        (
            {"ROSTER_BRITIVE_FEDERATION": "github"},
            {"britiveToken": "c"},
            "TOKEN c",
        ),
    ],
)
def test_a_configured_way_counts_before_those_of_the_environment(
    client_of: Connect,
    tenant: ScriptedServer,
    in_job: Callable[[ScriptedServer], None],
    environ: dict[str, str],
    config: dict[str, str],
    authorization: str,
) -> None:
    with github_actions(SECOND) as github:
        in_job(github)
        client_of({"BRITIVE_TENANT": tenant.url, **environ}, **config).get("/x")
    assert sent(tenant) == [authorization]


def test_a_job_of_github_actions_does_not_sign_in_unless_configured(
    client_of: Connect, tenant: ScriptedServer, in_job: Callable[[ScriptedServer], None]
) -> None:
    with github_actions(FIRST) as github:
        in_job(github)
        with pytest.raises(SettingsError, match="roster:britiveToken or roster:britiveOidcToken"):
            client_of(britiveTenant=tenant.url)
    assert github.got == []


def test_the_emulator_gets_no_token_of_github(
    emulator: Running, client_of: Connect, in_job: Callable[[ScriptedServer], None]
) -> None:
    with github_actions(FIRST) as github:
        in_job(github)
        client_of(emulator=emulator.url, britiveFederation="github").get("/api/users")
    assert github.got == []


# -- GitHub Actions


@pytest.mark.parametrize(
    ("environ", "config", "query"),
    [
        ({}, {}, "api-version=2.0"),
        ({}, {"britiveOidcAudience": "https://acme/?a&b"}, "api-version=2.0&audience=https%3A%2F%2Facme%2F%3Fa%26b"),
        (
            {"ROSTER_BRITIVE_FEDERATION": "github", "ROSTER_BRITIVE_OIDC_AUDIENCE": "acme"},
            None,
            "api-version=2.0&audience=acme",
        ),
    ],
)
def test_github_gets_the_audience(
    client_of: Connect,
    tenant: ScriptedServer,
    in_job: Callable[[ScriptedServer], None],
    environ: dict[str, str],
    config: dict[str, str] | None,
    query: str,
) -> None:
    with github_actions(FIRST) as github:
        in_job(github)
        way = {} if config is None else {"britiveFederation": "github", **config}
        client = client_of(environ, britiveTenant=tenant.url, **way)
        assert github.got == [], "creating a client must send nothing"
        client.get("/x")
    assert [got.query for got in github.got] == [query]


def test_one_token_serves_until_it_expires_or_is_refused(
    emulator: Running, client_of: Connect, in_job: Callable[[ScriptedServer], None]
) -> None:
    """The emulator accepts the tokens that it has issued itself."""
    first, second = (exchange(emulator.url, "some-key").json()["access_token"] for _ in range(2))
    with github_actions(first, second) as github:
        in_job(github)
        client = client_of(britiveTenant=emulator.url, britiveFederation="github")
        client.get("/api/users")
        client.get("/api/users")
        assert len(github.got) == 1
        emulator.revoke(first)
        client.get("/api/users")
        client.get("/api/users")
    assert len(github.got) == 2


def test_a_token_is_replaced_before_it_expires(
    client_of: Connect, tenant: ScriptedServer, in_job: Callable[[ScriptedServer], None]
) -> None:
    expired = oidc_token("expired", lifetime=0)
    with github_actions(expired, FIRST) as github:
        in_job(github)
        client = client_of(britiveTenant=tenant.url, britiveFederation="github")
        for _ in range(3):
            client.get("/x")
    assert sent(tenant) == [f"WorkloadToken OIDC::{token}" for token in (expired, FIRST, FIRST)]


# -- errors


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ({"britiveFederation": "github"}, "not a job of GitHub Actions", "id-token: write"),
        ({"britiveFederation": "gitlab"}, "britiveFederation must be github, got 'gitlab'", "britiveOidcToken"),
        ({"britiveOidcToken": "canary\nX-Evil: 1"}, "token cannot be sent", "configure the token again"),
        ({}, "roster:britiveToken or roster:britiveOidcToken", "BRITIVE_OIDC_TOKEN"),
    ],
)
def test_an_unclear_configuration_is_refused_before_a_request(
    client_of: Connect,
    tenant: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, str],
    message: str,
    hint: str,
) -> None:
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_URL", raising=False)
    with pytest.raises(SettingsError, match=message) as caught:
        client_of(britiveTenant=tenant.url, **config)
    assert hint in caught.value.hint
    assert "canary" not in everything(caught.value)
    assert tenant.got == []


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (reply(403, {"message": "canary-first said no"}), Unauthorized, "GitHub Actions gave no OIDC token"),
        (reply(500), Unreachable, "GitHub Actions gave no OIDC token"),
        (reply(body={"value": "not-a-token"}), UnexpectedReply, "not an OIDC token"),
        (reply(body={"value": f"{FIRST} "}), UnexpectedReply, "not an OIDC token"),
        (reply(body={"value": "a.W10.c"}), UnexpectedReply, "not an OIDC token"),
        (reply(body={"value": "a.e30.c"}), UnexpectedReply, "not an OIDC token"),
    ],
    ids=range(6),
)
def test_without_a_token_of_github_britive_gets_no_request(
    client_of: Connect,
    tenant: ScriptedServer,
    in_job: Callable[[ScriptedServer], None],
    answer: bytes,
    kind: type[RosterError],
    message: str,
) -> None:
    with scripted_server(answer) as github:
        in_job(github)
        client = client_of(limits=ONCE, britiveTenant=tenant.url, britiveFederation="github")
        with pytest.raises(kind, match=message) as caught:
            client.get("/x")
    assert type(caught.value) is kind
    assert REQUEST_TOKEN not in everything(caught.value)
    assert tenant.got == []


@pytest.mark.parametrize("way", ["github", "token"])
@pytest.mark.parametrize("shape", ["{}", "OIDC::{}", "WorkloadToken OIDC::{}"])
def test_a_service_that_repeats_the_token_does_not_show_it(
    client_of: Connect, in_job: Callable[[ScriptedServer], None], way: str, shape: str
) -> None:
    def refuse(got: ReceivedRequest) -> bytes:
        return reply(401, {"status": 401, "errorCode": "AU-0018", "message": f"unknown: {shape.format(FIRST)}"})

    with scripted_server(refuse) as britive, github_actions(FIRST) as github:
        in_job(github)
        config = {"britiveFederation": "github"} if way == "github" else {"britiveOidcToken": FIRST}
        client = client_of(britiveTenant=britive.url, **config)
        with pytest.raises(Unauthorized) as caught:
            client.get("/x")
    assert "unknown: " in caught.value.response
    assert FIRST not in everything(caught.value)
    assert "check that the tenant trusts the issuer" in caught.value.hint
