"""One verb of one kind in a world of its own: everything up to the moment at which the fault comes, and what is done
then and afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from faults.moments import AN_HOUR, Moments
from faults.strangers import move_in
from faults.world import World
from support.life import Case

from pulumi_roster.catalog import handler_class
from pulumi_roster.http.settings import Settings
from pulumi_roster.lifecycle.lifecycle import Lifecycle
from pulumi_roster.lifecycle.read_burst import ReadBurst
from pulumi_roster.lifecycle.session import Session
from roster_emulator import Running
from support.subjects import Values, config_for

Verb = Literal["create", "read", "list", "update", "delete"]
VERBS: tuple[Verb, ...] = ("create", "read", "list", "update", "delete")

CANARY = "canary-4711"
# Where a system exchanges a secret for a token, each run does: the exchange is one of the calls that a fault can hit.
CREDENTIALS = {
    "ibmApiKey": f"{CANARY}-ibm",
    "appsecClientId": "client",
    "appsecClientSecret": f"{CANARY}-appsec",
}


def verbs_of(case: Case) -> list[Verb]:
    """The verbs that a kind has: an update where something can be changed in place, a list of its own."""
    handler = handler_class(case.kind)
    # Without a read of its own, each read goes through the listing already.
    has = {"update": bool(case.updates), "list": handler.has("list") and handler.has("read")}
    return [verb for verb in VERBS if has.get(verb, True)]


class _Run(Session):
    """A process whose reads go directly, or all through the listing; none waits to see which."""

    def __init__(self, settings: Settings, listing: bool) -> None:
        super().__init__(settings)
        self._few = 0 if listing else 1_000_000

    def read_burst(self, kind: str, connection: str, scope: str) -> ReadBurst:
        return ReadBurst(moment=0.0, few=self._few)


@dataclass
class Scene:
    """The world before the verb, and the verb.

    :param slow: whether the provider waits for a moment only.
    """

    world: World
    case: Case
    verb: Verb
    moments: Moments
    made: Any = None
    inputs: Values = field(default_factory=dict)
    id: str = ""
    outputs: Values = field(default_factory=dict)
    news: Values = field(default_factory=dict)
    begin: Any = None
    earlier: Any = None
    slow: bool = False

    def rewind(self, *, new: bool = False) -> None:
        """The world as it was before the verb.

        :param new: whether the object was made a moment ago; else it is there for long, and an absence means something.
        """
        self.world.clear_faults()
        self.world.restore(self.begin)
        self.moments.restart(0.0 if new else AN_HOUR)

    @contextmanager
    def run(self, *, url: str = "", credentials: Mapping[str, str] = CREDENTIALS) -> Iterator[Lifecycle]:
        """A new process."""
        config = config_for(url or self.world.url, allowPlainHttp=True, **credentials)
        session = _Run(Settings(config.get, {}, self.moments.limits(self.slow)), self.verb == "list")
        try:
            yield Lifecycle(handler_class(self.case.kind), session)
        finally:
            session.close()

    def act(self, url: str = "", *, adopt: bool = False) -> tuple[str, Values] | None:
        """The verb, in a process of its own: the id and the outputs; ``None`` for what is gone."""
        with self.run(url=url) as life:
            return self.act_in(life, adopt=adopt)

    def act_in(self, life: Lifecycle, *, adopt: bool = False) -> tuple[str, Values] | None:
        """The verb, in a process that is there."""
        if self.verb == "create":
            return life.create({**self.inputs, "adopt": True} if adopt else self.inputs)
        if self.verb == "update":
            return self.id, life.update(self.id, self.outputs, self.news)
        if self.verb == "delete":
            life.delete(self.id, self.outputs)
            return None
        found = life.read(self.id, self.outputs)
        return (found.id, found.outputs) if found else None

    @property
    def declared(self) -> Values:
        """The inputs that hold once the verb is done."""
        return self.news or self.inputs


def scene(emulator: Running, case: Case, verb: Verb) -> Scene:
    """Everything up to the verb, in a world that others live in already."""
    emulator.reset()
    emulator.switch(page_limit=4)  # lists have a second page
    system = case.kind.partition(".")[0]
    made = case.prepare(emulator)
    move_in(emulator, system)
    world = World(emulator, system)
    it = Scene(world, case, verb, Moments(world), made)
    given = case.inputs(made)
    it.earlier = world.snapshot()
    with it.run(credentials={}) as life:
        it.inputs, faults = life.check(given)
        assert faults == []
        if verb == "update":
            first = case.updates[0]
            it.news, faults = life.check({**given, **(first(made) if callable(first) else first)})
            assert faults == []
        if verb != "create":
            it.id, it.outputs = life.create(it.inputs)
    it.begin = world.snapshot()
    return it
