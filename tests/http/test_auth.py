"""Tests how credentials are sent, exchanged and renewed, and that no message shows them."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote_plus

import httpx
import pytest

from pulumi_roster.errors import (
    OutcomeUnknown,
    RateLimited,
    RosterError,
    ServiceError,
    SettingsError,
    Unauthorized,
    UnexpectedReply,
    Unreachable,
)
from pulumi_roster.http.auth import Exchange, Token, sign_out_until
from pulumi_roster.http.client import Client, Dialect
from pulumi_roster.http.grants import Grant, Granted, OAuthForm, Steps, TokenRequest
from pulumi_roster.http.limits import Limits
from roster_emulator import Running
from support.fake_time import FakeTime
from support.scripted_server import ReceivedRequest, ScriptedServer, reply, scripted_server

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
TOKEN_ROUTE = "POST /identity/token"
QUICK = Limits(budget=5, unreachable=0.2, first_wait=0.01, longest_wait=0.05)
GROUPS = {"account_id": "acc-demo"}


def exchange(url: str, key: str = "a-good-key", limits: Limits = QUICK, **more: Any) -> Exchange:
    form = {"grant_type": GRANT, "apikey": key}
    return Exchange(
        OAuthForm(f"{url}/identity/token", form, secret_name="API key", error_field="errorMessage"), limits, **more
    )


@contextmanager
def api(url: str, auth: httpx.Auth, limits: Limits = QUICK) -> Iterator[Client]:
    dialect = Dialect("Test", lambda body: ("", str(body["errors"][0]["message"])), transaction_header="Transaction-Id")
    client = Client(url, auth, dialect, limits)
    yield client
    client.close()


@pytest.fixture
def keyed(emulator: Running) -> Iterator[Client]:
    """A client that exchanges a key of the emulator."""
    with api(emulator.url, exchange(emulator.url)) as client:
        yield client


def together(count: int, what: Callable[[], Any]) -> list[Any]:
    """Run a function in many threads at once. Return their answers and errors."""
    answers: list[Any] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait(10)
        try:
            answers.append(what())
        except RosterError as error:
            answers.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads), "a thread did not end"
    return answers


# -- a token that was given


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Token("t-1"), "authorization", "Bearer t-1"),
        (Token("t-1", scheme="TOKEN"), "authorization", "TOKEN t-1"),
        (Token("t-1", scheme="", header="X-Vault-Token"), "x-vault-token", "t-1"),
    ],
    ids=["bearer", "scheme", "header"],
)
def test_a_token_is_sent_in_the_header_and_scheme_of_the_service(auth: Token, header: str, value: str) -> None:
    with scripted_server(reply(body={})) as server, api(server.url, auth) as client:
        client.get("/x")
    assert server.got[0].headers[header] == value


def test_a_refused_token_is_not_sent_again(emulator: Running) -> None:
    with api(emulator.url, Token("bad-token")) as client, pytest.raises(Unauthorized):
        client.get("/v2/groups", params=GROUPS)
    assert emulator.total() == 1


@pytest.mark.parametrize("token", ["", " ", "canary\n", "cana ry", "canary\x00", "canaryé", "canary\r\nX-Evil: 1"])
def test_a_malformed_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Token(token)
    assert "cana" not in everything(caught.value)


# -- a key that is exchanged


def test_eight_threads_exchange_a_key_once(emulator: Running, keyed: Client) -> None:
    emulator.fault("hold", route="/identity/token")
    release = threading.Thread(target=lambda: (emulator.held(), emulator.release()))
    release.start()
    answers = together(8, lambda: keyed.get("/v2/groups", params=GROUPS).status)
    release.join()
    assert answers == [200] * 8
    assert emulator.requests() == {TOKEN_ROUTE: 1, "GET /v2/groups": 8}


def test_the_exchange_sends_a_form_and_the_token_is_a_bearer_token(emulator: Running) -> None:
    with scripted_server() as server:
        server.answer = lambda got: reply(body={"access_token": "t-1", "expires_in": 60})
        with api(server.url, exchange(server.url, "k+/= y")) as client:
            client.put("/x", json={})
    first, second = server.got
    assert (first.method, first.path, first.query) == ("POST", "/identity/token", "")
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(first.body.decode()) == {"grant_type": [GRANT], "apikey": ["k+/= y"]}
    assert "authorization" not in first.headers
    assert first.headers["user-agent"] == second.headers["user-agent"]
    assert second.headers["authorization"] == "Bearer t-1"
    assert b"k%2B" not in second.body


def test_a_token_is_renewed_before_it_expires(emulator: Running) -> None:
    emulator.switch(token_lifetime=1000)
    time = FakeTime()
    with api(emulator.url, exchange(emulator.url, limits=replace(QUICK, clock=lambda: time.now), early=0.8)) as client:
        client.get("/v2/groups", params=GROUPS)
        time.now += 799
        client.get("/v2/groups", params=GROUPS)
        assert emulator.requests()[TOKEN_ROUTE] == 1
        time.now += 2
        together(4, lambda: client.get("/v2/groups", params=GROUPS))
        assert emulator.requests()[TOKEN_ROUTE] == 2


def test_a_refused_token_is_fetched_again_once(emulator: Running, keyed: Client) -> None:
    keyed.get("/v2/groups", params=GROUPS)
    emulator.revoke()
    made = keyed.post("/v2/groups", params=GROUPS, json={"name": "admins"}).fields()
    emulator.revoke()
    answers = together(8, lambda: keyed.get("/v2/groups", params={**GROUPS, "hide_public_access": True}).fields())
    assert [[row["id"] for row in answer["groups"]] for answer in answers] == [[made["id"]]] * 8
    assert emulator.requests()[TOKEN_ROUTE] == 3


def test_a_service_that_refuses_each_token_gets_two_requests(emulator: Running, keyed: Client) -> None:
    emulator.fault("status", status=401, route="/v2/groups", times=None)
    with pytest.raises(Unauthorized):
        keyed.get("/v2/groups", params=GROUPS)
    assert emulator.requests() == {TOKEN_ROUTE: 2, "GET /v2/groups": 2}
    # The service refuses the identity, so another token would not help the next call either.
    with pytest.raises(Unauthorized):
        keyed.get("/v2/groups", params=GROUPS)
    assert emulator.requests() == {TOKEN_ROUTE: 2, "GET /v2/groups": 3}


# -- an exchange that fails


def everything(error: BaseException) -> str:
    """Return all texts of an error."""
    shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return "\n".join([shown, repr(error), str(error), repr(error.args), str(vars(error))])


def test_a_refused_key_is_reported_in_the_services_words_and_not_shown(emulator: Running) -> None:
    auth = exchange(emulator.url, "bad-canary")
    with api(emulator.url, auth) as client, pytest.raises(Unauthorized, match="the API key was not accepted") as caught:
        client.get("/v2/groups", params=GROUPS)
    assert caught.value.response == "Provided API key could not be found."
    assert "canary" not in everything(caught.value) + repr(auth) + repr(client)
    assert caught.value.transaction_id == emulator.last_requests()[0]["headers"]["transaction-id"]
    assert emulator.requests() == {TOKEN_ROUTE: 1}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_key_that_a_service_repeats_is_redacted(status: int) -> None:
    key = "canary+/= key"

    def answer(got: ReceivedRequest) -> bytes:
        words = f"no such key: {key} ({quote_plus(key)})\n{got.body.decode()}"
        return reply(status, {"errorMessage": words})

    with (
        scripted_server(answer) as server,
        api(server.url, exchange(server.url, key)) as client,
        pytest.raises(Unauthorized, match="no such key") as caught,
    ):
        client.get("/x")
    assert "canary" not in everything(caught.value)
    assert "\n" not in caught.value.response


@pytest.mark.parametrize(("times", "failures"), [(1, 1), (None, 8)], ids=["one thread", "all threads"])
def test_failed_exchanges_cause_no_deadlock(times: int | None, failures: int, emulator: Running, keyed: Client) -> None:
    emulator.fault("status", status=400, route="/identity/token", body={"errorMessage": "not now"}, times=times)
    answers = together(8, lambda: keyed.get("/v2/groups", params=GROUPS).status)
    assert sum(isinstance(answer, Unauthorized) for answer in answers) == failures
    assert answers.count(200) == 8 - failures


def test_a_lost_exchange_is_sent_again(emulator: Running, keyed: Client) -> None:
    emulator.fault("drop_after", route="/identity/token")
    emulator.fault("status", status=503, route="/identity/token")
    made = keyed.post("/v2/groups", params=GROUPS, json={"name": "admins"})
    assert made.status == 201
    assert emulator.requests() == {TOKEN_ROUTE: 3, "POST /v2/groups": 1}


@pytest.mark.parametrize(
    ("fault", "kind", "hint"),
    [
        ({"kind": "status", "status": 500}, ServiceError, ""),
        ({"kind": "status", "status": 503}, ServiceError, "later"),
        ({"kind": "status", "status": 404}, ServiceError, "check the address"),
        ({"kind": "status", "status": 405}, ServiceError, "check the address"),
        ({"kind": "status", "status": 429}, RateLimited, ""),
        ({"kind": "drop"}, Unreachable, ""),
        ({"kind": "slow_headers", "seconds": 60}, Unreachable, ""),
        ({"kind": "truncated"}, Unreachable, ""),
    ],
    ids=str,
)
def test_a_failed_exchange_means_that_nothing_was_done(
    fault: dict[str, Any], kind: type[RosterError], hint: str, emulator: Running
) -> None:
    emulator.fault(**fault, route="/identity/token", times=None)
    limits = Limits(budget=0.3 if "seconds" in fault else 5, first_wait=20)  # no time for a second attempt
    with api(emulator.url, exchange(emulator.url), limits) as client, pytest.raises(kind) as caught:
        client.post("/v2/groups", params=GROUPS, json={"name": "admins"})
    # After an ``OutcomeUnknown``, the provider would look for a new object. After a ``NotFound``, it would treat the
    # object as deleted.
    assert not isinstance(caught.value, OutcomeUnknown)
    assert type(caught.value) in (ServiceError, RateLimited, Unreachable)
    assert "token" in str(caught.value)
    assert hint in caught.value.hint
    assert "POST /v2/groups" not in emulator.requests()


@pytest.mark.parametrize(
    "answer",
    [
        reply(body={}),
        reply(body=[]),
        reply(body={"access_token": None}),
        reply(body={"access_token": ""}),
        reply(body={"access_token": 5}),
        reply(body={"access_token": "two\nlines"}),
        reply(body={"access_token": "umläut"}),
        reply(body={"access_token": "t", "expires_in": "soon"}),
        reply(body={"access_token": "t", "expires_in": None}),
        reply(body=b"<html>", kind="text/html"),
        reply(body=b"[" * 100_000),
        reply(body=b'{"access_token": "t'),
        reply(),
        reply(302, headers={"Location": "https://elsewhere.invalid/"}),
    ],
    ids=range(14),
)
def test_an_answer_without_a_token_is_not_used(answer: bytes) -> None:
    with (
        scripted_server(answer) as server,
        api(server.url, exchange(server.url)) as client,
        pytest.raises(UnexpectedReply, match="token endpoint"),
    ):
        client.get("/x")
    assert [got.path for got in server.got] == ["/identity/token"]


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"null", b"[1]", b'{"errorMessage": {"a": 1}}', b"<p>no</p>", b"\xff"]
)
def test_a_refusal_with_a_malformed_body_is_a_refusal(body: bytes) -> None:
    with (
        scripted_server(reply(400, body)) as server,
        api(server.url, exchange(server.url)) as client,
        pytest.raises(Unauthorized),
    ):
        client.get("/x")


def test_a_malformed_key_is_refused_and_not_shown() -> None:
    key = "canary\udcff"
    with pytest.raises(SettingsError, match="API key") as caught:
        exchange("http://127.0.0.1", key)
    assert "canary" not in everything(caught.value)


# -- other hosts


@pytest.fixture
def other_host() -> Iterator[ScriptedServer]:
    with scripted_server(reply(body={"access_token": "t", "expires_in": 60})) as server:
        yield server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_key_never_goes_to_another_host(status: int, other_host: ScriptedServer) -> None:
    away = reply(status, headers={"Location": f"{other_host.url}/identity/token"})
    with (
        scripted_server(away) as server,
        api(server.url, exchange(server.url)) as client,
        pytest.raises(UnexpectedReply),
    ):
        client.get("/x")
    assert other_host.got == []


def test_no_revocation_starts_after_the_time_that_all_clients_share() -> None:
    class Revocable(Grant):
        def sign_in(self) -> Steps[Granted]:
            yield from ()
            return Granted("t", revocable=True)

        def revoke(self, current: Granted) -> TokenRequest:
            return TokenRequest(f"{server.url}/revoke", "token")

    with scripted_server(reply(body={})) as server:
        for until, paths in ((time.monotonic() - 1, ["/x"]), (sign_out_until(), ["/x", "/x", "/revoke"])):
            client = Client(server.url, Exchange(Revocable(), QUICK), Dialect("Test", lambda body: ("", "")), QUICK)
            client.get("/x")
            client.close(until)
            assert [got.path for got in server.got] == paths
