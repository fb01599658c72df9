"""Tests that neither logs nor errors show a credential."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest

from pulumi_roster.errors import RosterError, Unauthorized
from pulumi_roster.http.auth import Exchange, Token
from pulumi_roster.http.client import Client
from pulumi_roster.http.grants import OAuthForm
from roster_emulator import Running
from support.client_calls import ACCOUNT, DIALECT, ONCE, QUICK, Connect, group
from support.scripted_server import ReceivedRequest, reply, scripted_server


def test_no_log_at_any_level_shows_a_credential(emulator: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"{emulator.url}/identity/token"
    form = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "canary-key"}
    key = Client(emulator.url, Exchange(OAuthForm(url, form, secret_name="API key"), QUICK), DIALECT, QUICK)
    bare = Client(emulator.url, Token("canary-token"), DIALECT, QUICK)
    group(key)
    fetched = key._http.auth._token  # type: ignore[union-attr]
    for fault in ("drop", "truncated", "html"):
        emulator.fault(fault, method="POST")
        with pytest.raises(RosterError):
            group(key)
    with pytest.raises(Unauthorized):
        bare.get("/v2/groups", params=ACCOUNT)
    key.close()
    bare.close()
    assert len(fetched) > 100
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"httpcore", "httpx", "pulumi_roster"}
    assert "POST /identity/token -> 200" in caplog.text
    assert "POST /v2/groups failed" in caplog.text
    assert "canary" not in caplog.text
    assert fetched not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        lambda got: reply(200, f"<pre>{got.headers['authorization']}</pre>".encode(), kind="text/html"),
        lambda got: reply(400, {"errors": [{"message": f"bad {got.headers['authorization']}"}]}),
        lambda got: reply(500, f"cannot take {got.headers['authorization']}".encode(), kind="text/plain"),
        lambda got: reply(401, {"trace": got.headers["authorization"]}),
        lambda got: reply(302, headers={"Location": f"http://x.invalid/{got.headers['authorization']}"}),
        lambda got: f"HTTP/1.1 {got.headers['authorization']}\r\n\r\n".encode(),
        lambda got: reply(body=b"{}", headers={"Content-Encoding": got.headers["authorization"]}),
    ],
    ids=["page", "words", "text", "trace", "redirect", "status line", "encoding"],
)
def test_a_token_that_a_service_repeats_is_redacted(
    answer: Callable[[ReceivedRequest], bytes], connect: Connect
) -> None:
    with scripted_server(answer) as server, pytest.raises(RosterError) as caught:
        connect(server.url, ONCE, token="canary-0123456789").get("/x").fields()
    assert "canary" not in str(caught.value)
    shown = traceback.format_exception(type(caught.value), caught.value, caught.value.__traceback__)
    assert "Bearer canary" not in "".join(shown)


def test_a_client_shows_no_credential(connect: Connect) -> None:
    assert "canary" not in repr(connect("http://127.0.0.1:1", token="canary-0123456789"))
