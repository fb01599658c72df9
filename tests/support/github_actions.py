"""Acts as the server of GitHub Actions that gives OIDC tokens, and as a job that may ask for one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from support.scripted_server import ReceivedRequest, ScriptedServer, reply, scripted_server

REQUEST_TOKEN = "request-token-of-the-job"


def oidc_token(name: str, lifetime: int = 300) -> str:
    """Return an OIDC token that no service verifies."""
    claims = {"iat": 1_700_000_000, "exp": 1_700_000_000 + lifetime, "sub": name, "padding": "x" * 40}
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims))
    return ".".join(part.rstrip("=") for part in (head, body, "signature"))


@contextmanager
def github_actions(*tokens: str) -> Iterator[ScriptedServer]:
    """Serve these tokens one after the other, and the last one again and again."""
    with scripted_server() as server:
        server.answer = lambda got: _answer(got, tokens, len(server.got))
        yield server


def job(server: ScriptedServer) -> dict[str, str]:
    """Return the variables of a job that may ask for a token."""
    url = f"{server.url}/idtoken?api-version=2.0"
    return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}


def _answer(got: ReceivedRequest, tokens: Sequence[str], count: int) -> bytes:
    if got.headers.get("authorization") != f"Bearer {REQUEST_TOKEN}":
        return reply(401, {"message": "unauthorized"})
    return reply(body={"count": 1, "value": tokens[min(count, len(tokens)) - 1]})
