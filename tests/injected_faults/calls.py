"""What a verb asks of a service when nothing goes wrong: found out by doing it, so that a new kind needs no table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from faults.endings import Role
from faults.scene import Scene
from faults.shapes import Shape

from pulumi_roster.lifecycle.lifecycle import Lifecycle

TOKEN_ROUTES = ("/identity/token", "/oauth/token")
READING = ("GET", "HEAD", "LIST")


@dataclass(frozen=True)
class Call:
    """One call of a verb.

    :param skip: how many calls of the same route come before it.
    :param fields: what the objects in its reply are made of.
    :param after_write: whether a write comes before it.
    :param before_write: whether a write comes after it.
    """

    method: str
    route: str
    skip: int
    fields: tuple[str, ...]
    after_write: bool
    before_write: bool

    @property
    def role(self) -> Role:
        if self.route in TOKEN_ROUTES:
            return "token"
        if self.method not in READING:
            return "write"
        return "look" if self.after_write else "read"

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


@dataclass(frozen=True)
class Clean:
    """A run in which nothing goes wrong: its calls, and the world before and after it. Of calls of one route, such as
    those for pages, it has the first before and the first after a write."""

    calls: tuple[Call, ...]
    before: Shape
    after: Shape


def clean_run(scene: Scene) -> Clean:
    """Does the verb, once, and looks on."""
    scene.rewind()
    before = scene.world.shape()
    scene.world.requests()
    fields: list[tuple[str, ...]] = []
    with scene.run() as life, _listening(life, fields):
        scene.act_in(life)
    seen = [(entry["method"], entry["route"]) for entry in scene.world.requests()]
    assert len(seen) == len(fields)
    writes = [n for n, (method, route) in enumerate(seen) if method not in READING and route not in TOKEN_ROUTES]
    calls: dict[tuple[str, str, bool], Call] = {}
    for n, (method, route) in enumerate(seen):
        after, more = any(write < n for write in writes), any(write > n for write in writes)
        call = Call(method, route, seen[:n].count((method, route)), fields[n], after, more)
        calls.setdefault((method, route, after), call)
    return Clean(tuple(calls.values()), before, scene.world.shape())


@contextmanager
def _listening(life: Lifecycle, fields: list[tuple[str, ...]]) -> Iterator[None]:
    def hear(response: httpx.Response) -> None:
        names: dict[str, None] = {}
        body = response.read()
        _gather(response.json() if body else None, names)
        fields.append(tuple(names))

    http = life.session.settings.client(life.handler_type.system)._http
    hooks = http.event_hooks
    http.event_hooks = {"request": [], "response": [hear]}
    yield
    http.event_hooks = hooks


def _gather(value: Any, names: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            names[key] = None
            _gather(item, names)
    elif isinstance(value, list):
        for item in value:
            _gather(item, names)
