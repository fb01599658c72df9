"""Tests the request for an OIDC token of GitHub Actions against a server that answers as GitHub documents it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_roster.errors import OutcomeUnknown, RosterError, SettingsError, Unauthorized, Unreachable
from pulumi_roster.http.github_oidc import github_token, in_github_actions
from support.client_calls import ONCE
from support.scripted_server import ReceivedRequest, reply, scripted_server

Job = Callable[..., None]
PATH = "/A1b2/00000000-0000-0000-0000-000000000000/_apis/distributedtask/idtoken"


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Job:
    """Set the variables of a job that may ask for a token."""

    def set_up(url: str, token: str = "canary-of-the-job") -> None:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", url and f"{url}{PATH}?api-version=2.0")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token)

    return set_up


@pytest.mark.parametrize(
    ("audience", "query"), [("", ""), ("https://a.example/?b&c", "https%3A%2F%2Fa.example%2F%3Fb%26c")]
)
def test_a_token_is_asked_for_an_audience(audience: str, query: str, job: Job) -> None:
    with scripted_server(reply(body={"count": 1, "value": "a.b.c"})) as server:
        job(server.url)
        assert in_github_actions()
        assert github_token(audience) == "a.b.c"
    [got] = server.got
    assert (got.method, got.path) == ("GET", PATH)
    assert got.query == "api-version=2.0" + (f"&audience={query}" if query else "")
    assert got.headers["authorization"] == "Bearer canary-of-the-job"


@pytest.mark.parametrize(
    ("url", "token", "hint"),
    [
        ("", "t", "id-token: write"),
        ("http://127.0.0.1", "", "id-token: write"),
        ("http://github.invalid", "t", "GitHub"),
    ],
)
def test_a_job_without_the_permission_is_told_how_to_get_it(url: str, token: str, hint: str, job: Job) -> None:
    job(url, token)
    with pytest.raises(SettingsError) as caught:
        github_token()
    assert hint in caught.value.hint


def lost(got: ReceivedRequest) -> bytes:
    return b""


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(401, {"message": "no"}), Unauthorized),
        (reply(404, {"message": "no"}), Unauthorized),
        (reply(500, {"message": "no"}), Unreachable),
        (reply(302, headers={"Location": "https://elsewhere.invalid"}), Unreachable),
        (reply(body={"value": ""}), Unreachable),
        (reply(body={"value": 5}), Unreachable),
        (reply(body=[]), Unreachable),
        (reply(body=b"<html>", kind="text/html"), Unreachable),
        (lost, Unreachable),
    ],
    ids=range(9),
)
def test_a_failure_means_that_nothing_was_done(answer: Any, kind: type[RosterError], job: Job) -> None:
    with scripted_server(answer) as server:
        job(server.url)
        with pytest.raises(kind, match="GitHub Actions gave no OIDC token") as caught:
            github_token(limits=ONCE)
    assert type(caught.value) is kind
    assert not isinstance(caught.value, OutcomeUnknown)
    assert "canary" not in str(caught.value)
