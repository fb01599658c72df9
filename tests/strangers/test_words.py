"""A service that repeats our credentials in whatever it says, that words its errors as if they were ours, or that says
what is too deep or too much."""

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
from strangers.driving import ALONE, BY_KIND, KINDS, change_of
from strangers.hostile import victims
from strangers.witness import Witness, witness
from support.canned_server import Got, canned, reply
from support.subjects import Direct, session_for

# All that may stand in a token, so that each way of writing it is another one.
TOKEN = "canary" + "".join(f"{char}{number}" for number, char in enumerate("/+\"'\\<&>%=:;,")) + "0123456789abcdef"
FORGED = "\n\x1b[2Jerror: \u202eforged\r\n  what to do: nothing"
LARGEST = 100_000
ONCE = replace(ALONE, budget=0.4, retried=frozenset[int](), largest_reply=LARGEST)
DEEP: Any = json.loads("[" * 800 + "]" * 800)

EVERYTHING = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
WRITES = EVERYTHING - {"GET", "HEAD"}
PADDINGS = (0, 270, 470, 9960)
"""Characters before the credential: texts are cut at some place."""


def refusal(said: str) -> dict[str, Any]:
    """An error of any of the four systems."""
    return {
        "errors": [{"code": "c", "message": said}],
        "code": "c",
        "errorCode": "c",
        "message": said,
        "details": {"header": said, said: [said]},
        "trace": said,
    }


def in_items(answered: bytes, said: str) -> bytes:
    """An answer; where it is one about many items, all of them have failed."""
    head, _, content = answered.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 207"):
        return answered
    whole = json.loads(content)
    for items in whole.values():
        for item in items if isinstance(items, list) else ():
            item.update(status_code=400, errors=[{"code": "c", "message": said}], trace=said)
    return reply(207, whole)


def as_revision(answered: bytes, said: str) -> bytes:
    """An answer, with a revision that is none."""
    head, _, content = answered.partition(b"\r\n\r\n")
    etag = " ".join(said.split()).encode("ascii", "replace").decode() + "\xe9"
    return reply(int(head.split()[1]), content or None, {"ETag": etag})


SAYINGS: dict[str, Callable[[bytes, str], bytes]] = {
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


class Parrot:
    """A service that repeats the credential of each request with one of these methods.

    :param saying: how, given the answer of the emulator.
    :param padding: after so many characters.
    """

    def __init__(self, seen: Witness) -> None:
        self._seen = seen
        self.methods: set[str] = set()
        self.saying = SAYINGS["400"]
        self.padding = 0

    def answer(self, got: Got) -> bytes:
        answered = self._seen.answer(honest(got))
        if got.method not in self.methods:
            return answered
        told = got.headers.get("x-vault-token") or got.headers["authorization"]
        return self.saying(answered, f"{'.' * self.padding} {told} {FORGED}")


def honest(got: Got) -> Got:
    """A request with a credential that the emulator knows."""
    scheme = "TOKEN" if got.path.startswith("/api/") else "Bearer"
    ours = {"authorization": f"{scheme} roster-dev", "x-vault-token": "roster-dev"}
    return replace(got, headers={name: ours.get(name, value) for name, value in got.headers.items()})


def assert_tells_nothing(error: BaseException) -> None:
    """Asserts that an error, as users and debuggers see it, holds no part of the credential, and is worded by us."""
    shown = str(error)
    debugged = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    ways = [TOKEN, json.dumps(TOKEN)[1:-1], json.dumps(TOKEN).replace("/", "\\/")[1:-1], html.escape(TOKEN)]
    parts = {way[start : start + 8] for way in ways for start in range(len(way) - 7)}
    assert [part for part in parts if part in shown or part in debugged] == [], shown
    first, *others = shown.splitlines()
    assert first.isprintable()
    for line in others:
        assert line.startswith(("  it said: ", "  refused: ", "  transaction id: ", "  what to do: ")), shown
    assert len([line for line in others if line.startswith("  what to do: ")]) <= 1, shown


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_of_a_service_shows_a_credential_or_passes_for_ours(kind: str, emulator: Running) -> None:
    case = BY_KIND[kind]
    victims(emulator)
    made = case.prepare(emulator)
    told: set[str] = set()
    with witness(emulator) as seen, canned() as server:
        parrot = Parrot(seen)
        server.answer = parrot.answer
        system = kind.partition(".")[0]
        calm, driven = (
            Direct(kind, session_for(server.url, limits, **{f"{system}Token": TOKEN})) for limits in (ALONE, ONCE)
        )
        inputs, _ = driven.check(case.inputs(made))
        news, _ = driven.check({**inputs, **change_of(case, made)})
        store = emulator.application.state.store
        before = store.snapshot()
        id, outputs = calm.create(inputs)
        after = store.snapshot()
        emulator.clock(ahead=3600)  # what is absent is not too new to show
        verbs: list[tuple[Store, Callable[[], Any]]] = [
            (before, partial(driven.create, inputs)),
            (after, partial(driven.read, id, outputs)),
            (after, partial(driven.update, id, outputs, news)),
            (after, partial(driven.delete, id, outputs)),
        ]
        for name, parrot.saying in SAYINGS.items():
            # What is read first and refused hides what would be said to a write.
            for parrot.methods, parrot.padding in [*((EVERYTHING, padding) for padding in PADDINGS), (WRITES, 0)]:
                for world, verb in verbs[: 1 if parrot.padding else None]:
                    store.restore(world)
                    driven.new_run()
                    try:
                        verb()
                    except RosterError as error:
                        assert_tells_nothing(error)
                        told.add(name)
        before.close()
        after.close()
    expected = {*SAYINGS} - ({"items"} if system != "ibm" or "M" not in kind else set()) - {"a revision"}
    assert told >= expected
