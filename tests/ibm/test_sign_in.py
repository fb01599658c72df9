"""Tests who acts in IBM Cloud IAM: the owner of a key or token, or a trusted profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from pulumi_roster.catalog import system
from pulumi_roster.errors import RateLimited, RosterError, ServiceError, SettingsError, Unauthorized, UnexpectedReply
from pulumi_roster.http.client import Client
from pulumi_roster.http.limits import Limits
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.client_calls import ONCE
from support.ibm_api import ibm_groups
from support.resources import Resource
from support.scripted_server import ReceivedRequest, reply, scripted_server
from support.settings_given import everything, given
from testkit.ibm import exchange

CRN = "crn:v1:bluemix:public:iam-identity::a/acc-demo::profile:Profile-1"
PROFILE, DEVELOPER = "iam-Profile-1", "IBMid-ROSTERDEV0"
Connect = Callable[..., Client]
TOKEN_ROUTE = "POST /identity/token"
GROUPS = {"account_id": "acc-demo"}


@pytest.fixture
def client_of() -> Iterator[Connect]:
    """Create the client of a configuration."""
    made: list[Settings] = []

    def create(environ: Mapping[str, str] | None = None, limits: Limits | None = None, **config: Any) -> Client:
        made.append(Settings({f"roster:{key}": value for key, value in config.items()}.get, environ or {}, limits))
        return made[-1].client(system("ibm"))

    yield create
    for settings in made:
        settings.close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """The file in which a compute resource finds its token."""
    path = tmp_path / "token"
    path.write_text("of-a-pod\n")
    return path


# -- who acts


@pytest.mark.parametrize(
    ("config", "author", "exchanges"),
    [
        ({"ibmApiKey": "some-key"}, "IBMid-", 1),
        ({"ibmApiKey": "viewer-key", "ibmProfileId": "Profile-1"}, PROFILE, 2),
        ({"ibmApiKey": "viewer-key", "ibmProfileId": CRN}, PROFILE, 2),
        ({"ibmApiKey": "viewer-key", "ibmProfileName": "1"}, PROFILE, 2),
        ({}, DEVELOPER, 0),
        ({"ibmToken": "Bearer roster-dev"}, DEVELOPER, 0),
        ({"ibmToken": "Bearer viewer-token", "ibmProfileId": "Profile-1"}, PROFILE, 1),
        ({"ibmProfileName": "1"}, PROFILE, 1),
        ({"ibmComputeToken": "of-a-pod", "ibmProfileId": "Profile-1"}, PROFILE, 1),
        ({"ibmComputeToken": "@{file}", "ibmProfileId": CRN}, PROFILE, 1),
        ({"ibmComputeToken": "@{file}", "ibmProfileName": "1"}, PROFILE, 1),
    ],
)
def test_the_configured_identity_acts(
    emulator: Running, token_file: Path, config: dict[str, str], author: str, exchanges: int
) -> None:
    """A key or token that may only read shows that its owner does not act."""
    config = {key: value.format(file=token_file) for key, value in config.items()}
    Resource("ibm.AccessGroup", emulator, **config).up(name="one")
    [group] = ibm_groups(emulator)
    assert group["created_by_id"].startswith(author)
    assert emulator.requests().get(TOKEN_ROUTE, 0) == exchanges


@pytest.mark.parametrize(
    ("config", "sent"),
    [
        ({"ibmProfileId": "Profile-1"}, {"profile_id": "Profile-1"}),
        ({"ibmProfileId": CRN}, {"profile_crn": CRN}),
        ({"ibmProfileName": "a + b"}, {"profile_name": "a + b", "account": "acc-demo"}),
    ],
)
def test_each_step_sends_the_fields_of_the_vendors_client(
    client_of: Connect, config: dict[str, str], sent: dict[str, str]
) -> None:
    def answer(got: ReceivedRequest) -> bytes:
        return reply(body={"access_token": f"t-{len(server.got)}", "expires_in": 3600})

    with scripted_server(answer) as server:
        client_of(ibmUrl=server.url, ibmAccountId="acc-demo", ibmApiKey="k", **config).get("/x")
    grant = "urn:ibm:params:oauth:grant-type:"
    assert [{name: value for name, [value] in parse_qs(got.body.decode()).items()} for got in server.got] == [
        {"grant_type": f"{grant}apikey", "apikey": "k"},
        {"grant_type": f"{grant}assume", "access_token": "t-1", **sent},
        {},
    ]
    assert [got.headers.get("authorization") for got in server.got] == [None, None, "Bearer t-2"]


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("ibmAccountId", ["IC_ACCOUNT_ID", "IBMCLOUD_ACCOUNT_ID"]),
        ("ibmApiKey", ["IC_API_KEY", "IBMCLOUD_API_KEY"]),
        ("ibmToken", ["IC_IAM_TOKEN", "IBMCLOUD_IAM_TOKEN"]),
        ("ibmComputeToken", ["IBMCLOUD_CR_TOKEN"]),
        ("ibmProfileId", ["IC_IAM_PROFILE_ID", "IBMCLOUD_IAM_PROFILE_ID"]),
        ("ibmProfileName", ["IC_IAM_PROFILE_NAME", "IBMCLOUD_IAM_PROFILE_NAME"]),
    ],
)
def test_the_variables_are_those_of_the_vendors_tools(key: str, names: list[str]) -> None:
    environ = {name: f"from {name}" for name in names}
    assert given(environ, **{key: "configured"}).connection(system("ibm")).get(key) == "configured"
    for name in names:
        assert given(environ).connection(system("ibm")).get(key) == f"from {name}"
        del environ[name]


# -- configuration that is not clear


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        (
            {"ibmApiKey": "canary", "ibmProfileId": "Profile-1", "ibmProfileName": "one"},
            "roster:ibmProfileId and roster:ibmProfileName are both set",
            "pulumi config rm roster:ibmProfileName",
        ),
        ({"ibmApiKey": "canary", "ibmProfileName": "one"}, "needs roster:ibmAccountId", "ibmProfileId"),
        ({"ibmToken": "canary", "ibmProfileName": "one"}, "needs roster:ibmAccountId", "ibmProfileId"),
        ({"ibmProfileId": "Profile-1"}, "needs roster:ibmApiKey or roster:ibmToken", "config set --secret"),
        ({"ibmComputeToken": "canary"}, "needs roster:ibmProfileId or", "ibmProfileId"),
        ({"ibmApiKey": "canary", "ibmToken": "canary"}, "ibmApiKey and roster:ibmToken are both set", "config rm"),
        ({"ibmApiKey": "canary", "ibmComputeProfile": "P"}, "are both set", "config rm roster:ibmComputeProfile"),
        ({"ibmApiKey": "@/file"}, "roster:ibmApiKey must be the key itself", "apikey"),
        ({"ibmComputeToken": "@/absent", "ibmProfileId": "P"}, "ibmComputeToken must name a file .*/absent", "path"),
        ({"ibmComputeToken": "@{empty}", "ibmProfileId": "P"}, "ibmComputeToken must name .* it is empty", "path"),
        ({"ibmComputeToken": "@{binary}", "ibmProfileId": "P"}, "ibmComputeToken must name .* it is not text", "path"),
        ({"ibmApiKey": "canary\udcff", "ibmProfileId": "P"}, "API key is not valid text", ""),
        ({"ibmToken": "canary\udcff", "ibmProfileId": "P"}, "token is not valid text", ""),
        ({"ibmComputeToken": "canary\udcff", "ibmProfileId": "P"}, "compute resource is not valid text", ""),
    ],
)
def test_an_unclear_configuration_is_refused_before_a_request(
    client_of: Connect, tmp_path: Path, config: dict[str, str], message: str, hint: str
) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    files = {name: str(tmp_path / name) for name in ("empty", "binary")}
    with pytest.raises(SettingsError, match=message) as caught:
        client_of(**{key: value.format(**files) for key, value in config.items()})
    assert hint in caught.value.hint
    assert "canary" not in everything(caught.value)


def test_two_identities_in_the_environment_are_refused(client_of: Connect) -> None:
    environ = {"IC_API_KEY": "k", "IBMCLOUD_IAM_TOKEN": "t"}
    with pytest.raises(SettingsError, match="both set") as caught:
        client_of(environ)
    assert "`unset IC_API_KEY IBMCLOUD_API_KEY`" in caught.value.hint


def test_a_configured_profile_works_with_a_key_of_the_environment() -> None:
    environ = {"IC_API_KEY": "k", "IC_IAM_PROFILE_ID": "Profile-stray"}
    found = given(environ, ibmProfileId="Profile-1").connection(system("ibm"))
    assert (found.get("ibmApiKey"), found.get("ibmProfileId")) == ("k", "Profile-1")


def test_a_configured_identity_hides_those_of_the_environment() -> None:
    environ = {"IC_API_KEY": "k", "IC_IAM_PROFILE_ID": "Profile-1", "IC_ACCOUNT_ID": "a"}
    found = given(environ, ibmToken="t").connection(system("ibm"))
    assert [found.get(key) for key in ("ibmToken", "ibmApiKey", "ibmProfileId", "ibmAccountId")] == ["t", "", "", "a"]


# -- a step that is refused


@pytest.mark.parametrize(
    ("config", "message", "words", "hint"),
    [
        ({"ibmApiKey": "bad-canary"}, "the IBM Cloud API key was not accepted (400)", "could not be found", "API key"),
        (
            {"ibmApiKey": "good-canary", "ibmProfileId": "Profile-bad-1"},
            "the trusted profile 'Profile-bad-1' could not be assumed (400)",
            "Selected trusted profile not eligible. (The given token with identifier 'IBMid-",
            "trusts the owner of the API key",
        ),
        (
            {"ibmToken": "nobody-canary", "ibmProfileId": "Profile-1"},
            "the trusted profile 'Profile-1' could not be assumed (400)",
            "Provided access_token is invalid.",
            "if the token is the profile's own, remove the profile",
        ),
        (
            {"ibmComputeToken": "pod-canary", "ibmProfileName": "bad-one"},
            "the trusted profile 'bad-one' could not be assumed (400)",
            "not eligible",
            "trusts the compute resource",
        ),
    ],
)
def test_an_error_names_the_step_that_was_refused(
    emulator: Running, client_of: Connect, config: dict[str, str], message: str, words: str, hint: str
) -> None:
    with pytest.raises(Unauthorized) as caught:
        client_of(emulator=emulator.url, **config).post("/v2/groups", params=GROUPS, json={"name": "one"})
    error = caught.value
    assert error.message == message
    assert words in error.response
    assert hint in error.hint
    assert error.transaction_id == emulator.last_requests()[0]["headers"]["transaction-id"]
    assert "canary" not in everything(error)
    assert set(emulator.requests()) == {TOKEN_ROUTE}


@pytest.mark.parametrize(
    ("second", "kind", "message"),
    [
        (reply(404, {"errorMessage": "no such profile"}), Unauthorized, "could not be assumed"),
        (reply(403, b"<html>"), Unauthorized, "could not be assumed"),
        (reply(429), RateLimited, "the token endpoint answered 429"),
        (reply(503), ServiceError, "the token endpoint answered 503"),
        (reply(200, {}), UnexpectedReply, "without a token"),
        (reply(200, {"access_token": 5}), UnexpectedReply, "without a token"),
        (reply(200, {"access_token": "t", "expires_in": None}), UnexpectedReply, "without a token"),
    ],
    ids=range(7),
)
def test_only_a_refusal_of_the_profile_names_the_profile(
    client_of: Connect, second: bytes, kind: type[RosterError], message: str
) -> None:
    with scripted_server() as server:
        server.answer = lambda got: second if b"assume" in got.body else reply(body={"access_token": "t-1"})
        client = client_of(limits=ONCE, ibmUrl=server.url, ibmApiKey="k", ibmProfileId="Profile-1")
        with pytest.raises(kind, match=message) as caught:
            client.get("/x")
    assert type(caught.value) is kind


def test_a_service_that_repeats_credentials_does_not_show_them(client_of: Connect) -> None:
    def answer(got: ReceivedRequest) -> bytes:
        if b"apikey=" in got.body:
            return reply(body={"access_token": "canary-of-owner", "expires_in": 3600})
        return reply(400, {"errorMessage": got.body.decode(), "errorDetails": "canary-of-owner for canary-key"})

    config = {"ibmApiKey": "canary-key", "ibmProfileId": "Profile-1"}
    with scripted_server(answer) as server:
        client = client_of(ibmUrl=server.url, **config)
        with pytest.raises(Unauthorized) as caught:
            client.get("/x")
    assert "[redacted]" in caught.value.response
    assert "canary" not in everything(caught.value)


# -- renewal


@pytest.mark.parametrize(
    ("config", "exchanges"),
    [
        ({"ibmApiKey": "viewer-key", "ibmProfileId": "Profile-1"}, 4),
        ({"ibmToken": "roster-dev", "ibmProfileId": "Profile-1"}, 2),
        ({"ibmComputeToken": "@{file}", "ibmProfileId": "Profile-1"}, 2),
    ],
)
def test_a_renewal_repeats_all_steps(
    emulator: Running, client_of: Connect, token_file: Path, config: dict[str, str], exchanges: int
) -> None:
    config = {key: value.format(file=token_file) for key, value in config.items()}
    client = client_of(emulator=emulator.url, **config)
    client.post("/v2/groups", params=GROUPS, json={"name": "one"})
    emulator.revoke()
    client.post("/v2/groups", params=GROUPS, json={"name": "two"})
    assert {group["created_by_id"] for group in ibm_groups(emulator)} == {PROFILE}
    assert emulator.requests()[TOKEN_ROUTE] == exchanges


def test_a_renewal_reads_the_token_of_the_compute_resource_again(client_of: Connect, token_file: Path) -> None:
    def answer(got: ReceivedRequest) -> bytes:
        return reply(body={"access_token": "t", "expires_in": 0}) if got.method == "POST" else reply(body={})

    with scripted_server(answer) as server:
        client = client_of(ibmUrl=server.url, ibmComputeToken=f"@{token_file}", ibmProfileId="Profile-1")
        client.get("/x")
        token_file.write_text("the-next")
        client.get("/x")
        token_file.unlink()
        with pytest.raises(SettingsError, match="No such file"):
            client.get("/x")
    sent = [parse_qs(got.body.decode())["cr_token"] for got in server.got if got.method == "POST"]
    assert sent == [["of-a-pod"], ["the-next"]]


def test_a_token_cannot_outlive_its_hour(emulator: Running, client_of: Connect) -> None:
    """Roster assumes the profile with the same token, as long as IBM Cloud accepts that token."""
    token = exchange(emulator.url, "some-key").json()["access_token"]
    client = client_of(emulator=emulator.url, ibmToken=token, ibmProfileId="Profile-1")
    client.get("/v2/groups", params=GROUPS)
    emulator.revoke()
    with pytest.raises(Unauthorized, match="could not be assumed") as caught:
        client.get("/v2/groups", params=GROUPS)
    assert token not in everything(caught.value)
