"""Answers with replies that repeat the credential, imitate our messages, or are too deep or too large.

No error shows a part of the credential, and the service cannot add a line to an error.
"""

from __future__ import annotations

import html
import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pulumi_roster.errors import RosterError
from roster_emulator import Running
from roster_emulator.store import Store
from support.cases import CASES, Case
from support.emulator_state import EmulatorState
from support.every_kind import seed_others
from support.recording_proxy import RecordingProxy, recording_proxy
from support.scripted_server import ReceivedRequest, reply, scripted_server
from support.subjects import ALONE, Direct, session_for

# All characters that a token may contain, so that each escaping changes it.
TOKEN = "canary" + "".join(f"{char}{number}" for number, char in enumerate("/+\"'\\<&>%=:;,")) + "0123456789abcdef"
FORGED = "\n\x1b[2Jerror: \u202eforged\r\n  hint: nothing"
LARGEST = 100_000
ONCE = replace(ALONE, budget=0.4, retried=frozenset[int](), largest_reply=LARGEST)
DEEP: Any = json.loads("[" * 800 + "]" * 800)

EVERYTHING = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
WRITES = EVERYTHING - {"GET", "HEAD"}
PADDINGS = (0, 270, 470, 9960)
"""Numbers of characters before the credential, because messages cut long texts."""


def refusal(said: str) -> dict[str, Any]:
    """Return an error body that any of the four systems could send."""
    return {
        "errors": [{"code": "c", "message": said}],
        "code": "c",
        "errorCode": "c",
        "message": said,
        "details": {"header": said, said: [said]},
        "trace": said,
    }


def in_items(answered: bytes, said: str) -> bytes:
    """Mark all items of a 207 reply as failed. Return other replies unchanged."""
    head, _, content = answered.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 207"):
        return answered
    whole = json.loads(content)
    for items in whole.values():
        for item in items if isinstance(items, list) else ():
            item.update(status_code=400, errors=[{"code": "c", "message": said}], trace=said)
    return reply(207, whole)


def as_revision(answered: bytes, said: str) -> bytes:
    """Add a malformed ETag to a reply."""
    head, _, content = answered.partition(b"\r\n\r\n")
    etag = " ".join(said.split()).encode("ascii", "replace").decode() + "\xe9"
    return reply(int(head.split()[1]), content or None, {"ETag": etag})


REPLIES: dict[str, Callable[[bytes, str], bytes]] = {
    "400": lambda answered, said: reply(400, refusal(said)),
    "401": lambda answered, said: reply(401, refusal(said)),
    "403, as Vault words it": lambda answered, said: reply(403, {"errors": [said]}),
    "409, as the code": lambda answered, said: reply(409, {**refusal(""), "code": said, "errorCode": said}),
    "500": lambda answered, said: reply(500, refusal(said)),
    "502, a page": lambda answered, said: reply(502, f"<p>{html.escape(said)}</p>".encode(), kind="text/html"),
    "a page, and no markup": lambda answered, said: reply(502, said.encode(), kind="text/html"),
    "a page, and all is well": lambda answered, said: reply(200, html.escape(said).encode(), kind="text/html"),
    "half a document": lambda answered, said: reply(200, json.dumps({"error": said}).encode()[:-1]),
    "slashes escaped": lambda answered, said: reply(400, json.dumps([said]).replace("/", "\\/").encode()[:-1]),
    "no object": lambda answered, said: reply(200, [said]),
    "deep": lambda answered, said: reply(200, b"[" * 100_000 + b"]" * 100_000),
    "deep fields": lambda answered, said: reply(200, b'{"a":' * 900 + b"1" + b"}" * 900),
    "400, deep": lambda answered, said: reply(400, {**refusal(said), "details": DEEP, "errors": [DEEP], "trace": DEEP}),
    "huge": lambda answered, said: reply(200, {"id": "x" * LARGEST}),
    "items": in_items,
    "a revision": as_revision,
}


class RepeatingService:
    """A service that repeats the credential of each request with one of ``methods``.

    ``reply_with`` builds the reply from the answer of the emulator; ``padding`` characters come before the credential.
    """

    def __init__(self, seen: RecordingProxy) -> None:
        self._seen = seen
        self.methods: set[str] = set()
        self.reply_with = REPLIES["400"]
        self.padding = 0

    def answer(self, got: ReceivedRequest) -> bytes:
        answered = self._seen.answer(with_valid_credential(got))
        if got.method not in self.methods:
            return answered
        credential = got.headers.get("x-vault-token") or got.headers["authorization"]
        return self.reply_with(answered, f"{'.' * self.padding} {credential} {FORGED}")


def with_valid_credential(got: ReceivedRequest) -> ReceivedRequest:
    """Return the request with a credential that the emulator accepts."""
    scheme = "TOKEN" if got.path.startswith("/api/") else "Bearer"
    ours = {"authorization": f"{scheme} roster-dev", "x-vault-token": "roster-dev"}
    return replace(got, headers={name: ours.get(name, value) for name, value in got.headers.items()})


def assert_shows_no_credential(error: BaseException) -> None:
    """Assert that an error and its traceback contain no part of the credential, and that the service added no line."""
    shown = str(error)
    debugged = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    ways = [TOKEN, json.dumps(TOKEN)[1:-1], json.dumps(TOKEN).replace("/", "\\/")[1:-1], html.escape(TOKEN)]
    parts = {way[start : start + 8] for way in ways for start in range(len(way) - 7)}
    assert [part for part in parts if part in shown or part in debugged] == [], shown
    first, *others = shown.splitlines()
    assert first.isprintable()
    for line in others:
        assert line.startswith(("  response: ", "  refused: ", "  transaction id: ", "  hint: ")), shown
    assert len([line for line in others if line.startswith("  hint: ")]) <= 1, shown


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_error_shows_a_credential_that_a_service_repeats(case: Case, emulator: Running) -> None:
    seed_others(emulator)
    made = case.prepare(emulator)
    raised: set[str] = set()
    with recording_proxy(emulator) as seen, scripted_server() as server:
        service = RepeatingService(seen)
        server.answer = service.answer
        system = case.system
        calm, driven = (
            Direct(case.kind, session_for(server.url, limits, **{f"{system}Token": TOKEN})) for limits in (ALONE, ONCE)
        )
        inputs, _ = driven.check(case.inputs(made))
        news, _ = driven.check({**inputs, **case.own_change(made)})
        state = EmulatorState(emulator)
        before = state.snapshot()
        id, outputs = calm.create(inputs)
        after = state.snapshot()
        emulator.clock(ahead=3600)  # a missing object is not just too new to show
        verbs: list[tuple[Store, Callable[[], Any]]] = [
            (before, partial(driven.create, inputs)),
            (after, partial(driven.read, id, outputs)),
            (after, partial(driven.update, id, outputs, news)),
            (after, partial(driven.delete, id, outputs)),
        ]
        for name, service.reply_with in REPLIES.items():
            # A refused read hides the reply to a write, so a second round refuses only writes.
            for service.methods, service.padding in [*((EVERYTHING, padding) for padding in PADDINGS), (WRITES, 0)]:
                for snapshot, verb in verbs[: 1 if service.padding else None]:
                    state.restore(snapshot)
                    driven.new_run()
                    try:
                        verb()
                    except RosterError as error:
                        assert_shows_no_credential(error)
                        raised.add(name)
        before.close()
        after.close()
    expected = {*REPLIES} - ({"items"} if system != "ibm" or "M" not in case.kind else set()) - {"a revision"}
    assert raised >= expected
