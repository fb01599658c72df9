"""Signs in to a scripted Vault, for namespaces, lifetimes and failures that a test cannot get from a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from pulumi_roster.errors import Forbidden, OutcomeUnknown, RosterError, ServiceError, Unreachable
from pulumi_roster.http import auth
from support.fake_time import FakeTime
from support.scripted_server import ReceivedRequest, ScriptedServer, reply, scripted_server
from support.subjects import QUICK
from support.vault_sign_in import signed_in

APPROLE = {"vaultAuthMethod": "approle", "vaultRoleId": "role-1", "vaultSecretId": "canary-secret"}
LOGIN, RENEW, LOOKUP, REVOKE = "approle/login", "token/renew-self", "token/lookup-self", "token/revoke-self"
REFUSED = reply(403, {"errors": ["permission denied"]})

Answers = dict[str, bytes | list[bytes]]


def granted(token: str = "t-1", seconds: float = 1000, **more: Any) -> bytes:
    return reply(body={"auth": {"client_token": token, "lease_duration": seconds, "renewable": True, **more}})


def vault(**answers: bytes | list[bytes]) -> Callable[[ReceivedRequest], bytes]:
    """Answer by the last word of the path: ``login``, ``renew``, ``lookup``, ``revoke`` or ``call``.

    Of several answers, each request takes the next one, and the last one stays.
    """

    def answer(got: ReceivedRequest) -> bytes:
        name = got.path.rpartition("/")[2].removesuffix("-self")
        found = answers.get(name if got.path.startswith("/v1/auth/") else "call", reply(body={}))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    return answer


def sent(server: ScriptedServer) -> list[str]:
    return [got.path.removeprefix("/v1/").removeprefix("auth/") for got in server.got]


def test_a_login_is_json_without_a_token_and_calls_carry_the_token() -> None:
    namespace = {"vaultNamespace": "teams/a"}
    with (
        scripted_server(vault(login=granted())) as server,
        signed_in({**APPROLE, **namespace, "vaultAddress": server.url}) as client,
    ):
        client.get("/v1/x")
        client.close()
    login, call, revocation = server.got
    assert (login.method, login.path) == ("POST", "/v1/auth/approle/login")
    assert json.loads(login.body) == {"role_id": "role-1", "secret_id": "canary-secret"}
    assert "x-vault-token" not in login.headers
    assert call.headers["x-vault-token"] == revocation.headers["x-vault-token"] == "t-1"
    assert "authorization" not in call.headers
    assert (revocation.method, revocation.path) == ("POST", "/v1/auth/token/revoke-self")
    assert [got.headers["x-vault-namespace"] for got in server.got] == ["teams/a"] * 3
    assert [got.headers["x-vault-request"] for got in server.got] == ["true"] * 3


@pytest.mark.parametrize(("own", "login"), [("admin", "admin"), ("root", None), ("/admin/", "admin")])
def test_the_login_may_be_in_another_namespace(own: str, login: str | None) -> None:
    config = {**APPROLE, "vaultNamespace": "admin/team", "vaultAuthNamespace": own}
    with (
        scripted_server(vault(login=granted())) as server,
        signed_in({**config, "vaultAddress": server.url}) as client,
    ):
        client.get("/v1/x")
        client.close()
    assert [got.headers.get("x-vault-namespace") for got in server.got] == [login, "admin/team", login]


@pytest.mark.parametrize(
    ("answers", "later", "expected"),
    [
        ({"renew": granted("t-1", 1000)}, [801], [RENEW]),
        ({"renew": granted("t-1", 1000)}, [801, 801], [RENEW, RENEW]),
        ({"renew": granted("t-1", 400)}, [801], [RENEW, LOGIN]),  # near its maximum lifetime
        ({"renew": REFUSED}, [801], [RENEW, LOGIN]),  # expired while the run waited for something else
        ({"renew": reply(500, {"errors": ["internal error"]})}, [801], [RENEW, LOGIN]),
        ({"login": granted(renewable=False)}, [801], [LOGIN]),
        ({"login": granted(seconds=0)}, [10**9], []),  # does not expire
        ({}, [799], []),
    ],
    ids=["renewed", "renewed twice", "at its end", "expired", "failed", "not renewable", "no end", "early"],
)
def test_a_token_is_renewed_or_replaced_before_it_expires(
    answers: Answers, later: list[int], expected: list[str]
) -> None:
    time = FakeTime()
    with scripted_server(vault(**{"login": granted(), **answers})) as server:
        config = {**APPROLE, "vaultAddress": server.url}
        with signed_in(config, replace(QUICK, clock=lambda: time.now)) as client:
            client.get("/v1/x")
            for seconds in later:
                time.now += seconds
                client.get("/v1/x")
    assert [path for path in sent(server)[2:-1] if path != "x"] == expected


@pytest.mark.parametrize(
    ("answers", "expected", "refused"),
    [
        ({"call": REFUSED}, [LOGIN, "x", LOOKUP, "x"], True),
        ({"call": [REFUSED, reply(body={})], "lookup": REFUSED}, [LOGIN, "x", LOOKUP, LOGIN, "x"], False),
        ({"call": REFUSED, "lookup": REFUSED}, [LOGIN, "x", LOOKUP, LOGIN, "x"], True),
        ({"call": REFUSED, "lookup": reply(500, {"errors": ["x"]})}, [LOGIN, "x", LOOKUP, "x"], True),
    ],
    ids=["missing policy", "revoked", "no right to look up", "failed"],
)
def test_a_403_leads_to_a_login_only_if_the_token_is_not_valid(
    answers: Answers, expected: list[str], refused: bool
) -> None:
    logins = [granted("t-1"), granted("t-2")]
    with (
        scripted_server(vault(login=logins, **answers)) as server,
        signed_in({**APPROLE, "vaultAddress": server.url}) as client,
    ):
        with pytest.raises(Forbidden) if refused else nullcontext():
            client.get("/v1/x")
        assert sent(server) == expected


def test_a_lost_look_up_of_the_token_does_not_look_like_a_lost_write() -> None:
    limits = replace(QUICK, budget=2, first_wait=5)
    with (
        scripted_server(vault(login=granted(), call=REFUSED, lookup=b"")) as server,
        signed_in({**APPROLE, "vaultAddress": server.url}, limits) as client,
        pytest.raises(Unreachable),
    ):
        client.post("/v1/x", json={})


@pytest.mark.parametrize(
    "login",
    [
        reply(body={"auth": None}),
        reply(body={"auth": {"client_token": "", "lease_duration": 1}}),
        reply(body={"auth": {"client_token": "t"}}),
        reply(body={"auth": {"client_token": "t", "lease_duration": "soon"}}),
        reply(body={"wrap_info": {"token": "wrapped"}}),
        reply(body=[]),
        reply(204),
    ],
    ids=range(7),
)
def test_a_login_without_a_token_is_an_error(login: bytes) -> None:
    with scripted_server(vault(login=login)) as server, signed_in({**APPROLE, "vaultAddress": server.url}) as client:
        with pytest.raises(RosterError, match="without a token"):
            client.get("/v1/x")
        assert sent(server) == [LOGIN]


@pytest.mark.parametrize(("status", "kind"), [(404, ServiceError), (500, ServiceError), (503, ServiceError)])
def test_a_failed_login_means_that_nothing_was_done(status: int, kind: type[RosterError]) -> None:
    with scripted_server(vault(login=reply(status, {"errors": ["canary-secret"]}))) as server:
        limits = replace(QUICK, budget=2, first_wait=5)
        with signed_in({**APPROLE, "vaultAddress": server.url}, limits) as client, pytest.raises(kind) as caught:
            client.post("/v1/x", json={})
    assert not isinstance(caught.value, OutcomeUnknown)
    assert "nothing was done" in caught.value.hint
    assert "canary" not in str(caught.value)


# -- the end of a run


@pytest.mark.parametrize("revoke", [reply(204), REFUSED, reply(500), b"", b"HTTP/1.1 nonsense\r\n\r\n"], ids=range(5))
def test_a_revocation_is_sent_once_and_its_failure_ignored(revoke: bytes) -> None:
    with (
        scripted_server(vault(login=granted(), revoke=revoke)) as server,
        signed_in({**APPROLE, "vaultAddress": server.url}) as client,
    ):
        client.get("/v1/x")
        client.close()
    assert sent(server) == [LOGIN, "x", REVOKE]


@pytest.mark.parametrize("login", [granted(token_type="batch"), REFUSED], ids=["batch token", "no token"])
def test_what_cannot_be_revoked_is_not_revoked(login: bytes) -> None:
    with scripted_server(vault(login=login)) as server, signed_in({**APPROLE, "vaultAddress": server.url}) as client:
        with pytest.raises(RosterError) if login is REFUSED else nullcontext():
            client.get("/v1/x")
        client.close()
    assert REVOKE not in sent(server)


def test_a_client_without_a_call_sends_nothing() -> None:
    with scripted_server() as server, signed_in({**APPROLE, "vaultAddress": server.url}):
        pass
    assert server.got == []


def test_the_end_does_not_wait_for_a_vault_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_SIGN_OUT_SECONDS", 0.2)
    release = threading.Event()

    def hang(got: ReceivedRequest) -> bytes:
        if got.path.endswith("revoke-self"):
            release.wait(60)
        return vault(login=granted())(got)

    with scripted_server(hang) as server, signed_in({**APPROLE, "vaultAddress": server.url}) as client:
        client.get("/v1/x")
        closing = threading.Thread(target=client.close, daemon=True)
        closing.start()
        closing.join(20)
        ended = not closing.is_alive()
        release.set()
    assert ended
