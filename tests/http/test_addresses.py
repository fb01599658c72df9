"""Tests that any id is one segment of a path, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_roster.errors import InvalidIdentifier
from pulumi_roster.http.auth import Token
from pulumi_roster.http.client import Client
from support.client_calls import DIALECT, QUICK
from support.scripted_server import ScriptedServer, reply, scripted_server


@pytest.fixture(scope="module")
def capturing() -> Iterator[tuple[ScriptedServer, Client]]:
    with scripted_server(reply(body={})) as server:
        client = Client(server.url, Token("t"), DIALECT, QUICK)
        yield server, client
        client.close()


TRICKS = ["..", ".", "", "../x", "a/b", "%2F", "%2e%2e", "..%2f", "a\nb", "a\0b", "a?b=c", "a#b", "a;b", "a b", "a\\b"]
LOOK_ALIKES = ["\u2024\u2024", "\uff0e\uff0e", "a\u2215b", "a\uff0fb", "\u202e", "\ud800", "é", "😀", "\u2028", "\x85"]


@settings(max_examples=150)
@given(text=st.text() | st.text(alphabet="./%\\2eEfF?#;:@&= \n\0"))
@example(text="x" * 3000)
def test_any_text_is_one_segment_or_refused(text: str, capturing: tuple[ScriptedServer, Client]) -> None:
    server, client = capturing
    server.got.clear()
    try:
        client.get("/v2/groups/{}/members/{}", text, "end", params={"q": "1"})
    except InvalidIdentifier:
        assert server.got == []
        odd = any(ord(char) < 32 or ord(char) == 127 or 0xD800 <= ord(char) < 0xE000 for char in text)
        assert text in ("", ".", "..") or odd
        return
    [got] = server.got
    parts = got.path.split("/")
    assert [*parts[:3], *parts[4:]] == ["", "v2", "groups", "members", "end"]
    assert unquote(parts[3]) == text
    assert got.query == "q=1"


@pytest.mark.parametrize("text", TRICKS + LOOK_ALIKES)
def test_no_id_changes_the_path(text: str, capturing: tuple[ScriptedServer, Client]) -> None:
    test_any_text_is_one_segment_or_refused.hypothesis.inner_test(text, capturing)  # type: ignore[attr-defined]


def test_a_very_long_id_is_refused(capturing: tuple[ScriptedServer, Client]) -> None:
    server, client = capturing
    server.got.clear()
    with pytest.raises(InvalidIdentifier):
        client.get("/v2/groups/{}", "x" * 100_000)
    assert server.got == []


def test_a_template_takes_as_many_ids_as_it_has_places(api: Client) -> None:
    for ids in ((), ("a", "b")):
        with pytest.raises(TypeError, match="must have 1 ids, got"):
            api.get("/v2/groups/{}", *ids)
