"""What there is: the program that people write, the state, and what belongs to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine

from model.mishaps import Clock, Wire
from model.pulumi import Declaration, Record, Stack, Values
from model.universe import Link, Snapshot, Universe
from pulumi_roster.catalog import system
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.subjects import config_for


class People(RuleBasedStateMachine):
    """One stack in one system. A subclass says in which, and on which emulator."""

    universe_type: ClassVar[type[Universe]]
    emulator: ClassVar[Running]
    seen: ClassVar[Counter[str]] = Counter()
    """What has happened, over all examples: a test asks whether it was enough."""

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.emulator.switch(**self.universe_type.switches)
        self.universe = self.universe_type(self.emulator)
        self.universe.begin()
        config = config_for(self.emulator.url, **self.universe.config)
        self.settings = Settings(config.get, {}, Clock(self.emulator).limits())
        self.wire = Wire()
        self.wire.onto(self.settings.client(system(self.universe.system)))
        self.program: dict[str, Declaration] = {}
        self.stack = Stack()
        start = self.universe.snapshot()
        self.theirs: dict[str, Any] = dict(start.objects)
        """Other people's objects, by id."""
        self.universe.strangers = self.theirs
        self.their_links: set[Link] = set(start.links)
        """Links that other people have made, and that are not known to the state."""
        self.lost: dict[str, str] = {}
        """Objects that a killed run has made, and that the state does not know, by slot."""
        self.loose: set[Link] = set()
        """Links that a killed run has made, or that are declared no more and left alone."""
        self.fresh = 0
        self.dirty = False
        """Whether the world has changed since the state has last been refreshed."""
        self.news = False
        """Whether anything has changed since the last run."""

    def teardown(self) -> None:
        self.settings.close()
        self.universe.close()

    # -- the program

    def write(self, declared: Declaration) -> bool:
        """Puts a resource into the program, or another in its place; unless the program would make no sense then."""
        program = {**self.program, declared.slot: declared}
        sound = self.universe.sound(list(program.values())) and not self._hands_over(declared)
        if sound:
            note(f"declare {declared}")
            self.program, self.news = program, True
        return sound

    def _hands_over(self, declared: Declaration) -> bool:
        """Whether it declares links that another resource has made and may now take away."""
        new = self.universe.links(declared.kind, self.id_of(declared.slot), declared.resolved(self.id_of))
        others = [record for record in self.stack.state if record.slot != declared.slot]
        world = self.universe.snapshot()
        whole = any(
            self.universe.covers(one.kind, one.id, one.outputs, link, world)
            for one in others
            for link in new
            if link.holder in world.objects
        )
        return whole or bool(new & self.known(others))

    def drop(self, slot: str) -> None:
        """Takes a resource, and what needs it, out of the program."""
        note(f"remove {slot}")
        del self.program[slot]
        self.news = True
        for other in [one.slot for one in self.program.values() if slot in one.refs()]:
            if other in self.program:
                self.drop(other)
        if slot in self.lost:
            # Nobody will ever know of it again.
            self.disown(slot)

    def ordered(self) -> list[Declaration]:
        """The program, in the order in which its resources are registered."""
        return [self.program[slot] for slot in self.universe.slots if slot in self.program]

    def given(self, slot: str) -> Values:
        """What is declared, with ids for references."""
        return self.program[slot].resolved(self.id_of)

    def id_of(self, slot: str) -> str:
        """The id of a slot's object; where there is none yet, what is no id."""
        record = self.stack.record(slot)
        return record.id if record is not None else f"<{slot}>"

    def adopts(self, slot: str) -> bool:
        """Whether the slot's declaration takes over what exists."""
        return bool(slot in self.program and self.program[slot].given.get("adopt"))

    def declared_objects(self) -> dict[str, Any]:
        """The fields of all declared objects, by id."""
        found = {}
        for slot, declared in self.program.items():
            fields = self.universe.fields(declared.kind, self.given(slot))
            if fields is not None:
                found[self.id_of(slot)] = fields
        return found

    def declared_links(self) -> set[Link]:
        """All links that the program declares."""
        return {
            link
            for slot, declared in self.program.items()
            for link in self.universe.links(declared.kind, self.id_of(slot), self.given(slot))
        }

    def named(self, values: Values) -> list[str]:
        """The objects that inputs name."""
        found: list[str] = []
        for name in self.universe.inside:
            value = values.get(name) or []
            found += [value] if isinstance(value, str) else value
        return found

    # -- the state

    def objects(self, records: Sequence[Record]) -> dict[str, Record]:
        """Records by the ids of their objects; links have none."""
        return {one.id: one for one in records if self.universe.fields(one.kind, one.outputs) is not None}

    def known(self, records: Sequence[Record]) -> set[Link]:
        """The links that the state knows of."""
        return {link for one in records for link in self.universe.links(one.kind, one.id, one.outputs)}

    def let_go(self, record: Record) -> set[Link]:
        """What was known of a resource, and is left alone by what is declared now."""
        if record.slot not in self.program:
            return set()
        given = self.given(record.slot)
        return {link for link in self.known([record]) if self.universe.lets_go(record.kind, given, link)}

    # -- whose is what

    def learn(self, before: Snapshot, after: Snapshot) -> None:
        """Takes in what strangers have done."""
        ours = self.objects(self.stack.state)
        for id in before.objects.keys() - after.objects.keys():
            self.theirs.pop(id, None)
        for id, fields in after.objects.items():
            if id in self.theirs or id not in before.objects:
                self.theirs[id] = fields
        self.their_links |= after.links - before.links
        self.their_links &= after.links
        self.dirty = self.dirty or before != after
        self.news = self.news or before != after
        for id in [*before.objects, *(after.objects.keys() - before.objects.keys())]:
            if before.objects.get(id) != after.objects.get(id):
                note(f"strangers: {id} {before.objects.get(id)} -> {after.objects.get(id)}")
        if before.links != after.links:
            note(f"strangers: +{after.links - before.links} -{before.links - after.links}")
        self.seen["strangers' deeds on ours"] += any(before.objects.get(id) != after.objects.get(id) for id in ours)

    def take_over(self, id: str, slot: str) -> None:
        """Somebody else's object is ours; a program names its own by reference, so that the order is right."""
        if self.theirs.pop(id, None):
            for name, declared in self.program.items():
                self.program[name] = declared.naming(id, slot)

    def can_name(self, id: str, slot: str) -> bool:
        """Whether the program still makes sense when it names an object by reference: what is needed comes before."""
        holds = {link.holder for link in self.known([one for one in self.stack.state if one.slot != slot])}
        if self.adopts(slot) or id in holds:
            return False
        program = [declared.naming(id, slot) for declared in self.ordered()]
        order = [declared.slot for declared in program]
        return self.universe.sound(program) and all(
            order.index(needed) < order.index(declared.slot) for declared in program for needed in declared.refs()
        )

    def lose(self, slot: str, id: str) -> None:
        """An object was made or taken over for a slot, and the state does not know."""
        self.take_over(id, slot)
        self.lost[slot] = id
        self.seen["lost"] += 1
        declared = self.program[slot]
        if any(declared.given.get(name) for way in self.universe.ways_out(declared.kind).values() for name in way):
            # A twin was asked for, so the next run makes one: nobody can tell that this was it.
            self.disown(slot)

    def disown(self, slot: str) -> None:
        """What was lost is nobody's."""
        id = self.lost.pop(slot)
        self.theirs[id] = self.universe.snapshot().objects[id]
