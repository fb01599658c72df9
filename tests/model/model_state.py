"""Holds what the model knows: the program, the state of the stack, and the objects and links of other people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine

from model.disturbances import Clock, Recorder
from model.engine import Declaration, Record, Stack, Values
from model.system import Link, Snapshot, SystemModel
from pulumi_roster.catalog import system
from pulumi_roster.http.settings import Settings
from roster_emulator import Running
from support.subjects import config_for


class ModelState(RuleBasedStateMachine):
    """One stack in one system. A subclass sets the model of the system and the emulator."""

    model_type: ClassVar[type[SystemModel]]
    emulator: ClassVar[Running]
    counts: ClassVar[Counter[str]] = Counter()
    """Counts what has happened in all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.emulator.switch(**self.model_type.switches)
        self.model = self.model_type(self.emulator)
        self.model.prepare()
        config = config_for(self.emulator.url, **self.model.config)
        self.settings = Settings(config.get, {}, Clock(self.emulator).limits())
        self.recorder = Recorder()
        self.recorder.onto(self.settings.client(system(self.model.system)))
        self.program: dict[str, Declaration] = {}
        self.stack = Stack()
        start = self.model.snapshot()
        self.others: dict[str, Any] = dict(start.objects)
        """Other people's objects, by id."""
        self.model.others = self.others
        self.links_of_others: set[Link] = set(start.links)
        """Links that other people created, and that the state does not know."""
        self.unrecorded: dict[str, str] = {}
        """Objects that a killed run created, and that the state does not know, by slot."""
        self.released_links: set[Link] = set()
        """Links that a killed run created, or that a changed declaration no longer manages."""
        self.fresh = 0
        self.stale = False
        """Whether the services have changed since the last refresh."""
        self.has_changes = False
        """Whether anything has changed since the last run."""

    def teardown(self) -> None:
        self.settings.close()

    # -- the program

    def write(self, declared: Declaration) -> bool:
        """Add a resource to the program or replace it, unless the program would contradict itself."""
        program = {**self.program, declared.slot: declared}
        is_consistent = self.model.is_consistent(list(program.values())) and not self._moves_links(declared)
        if is_consistent:
            note(f"declare {declared}")
            self.program, self.has_changes = program, True
        return is_consistent

    def _moves_links(self, declared: Declaration) -> bool:
        """Return whether it declares links that another resource has created and may now remove."""
        new = self.model.links(declared.kind, self.id_of(declared.slot), declared.resolved(self.id_of))
        others = [record for record in self.stack.state if record.slot != declared.slot]
        now = self.model.snapshot()
        whole = any(
            self.model.is_exclusive(one.kind, one.id, one.outputs, link, now)
            for one in others
            for link in new
            if link.holder in now.objects
        )
        return whole or bool(new & self.known(others))

    def drop(self, slot: str) -> None:
        """Remove a resource, and the resources that need it, from the program."""
        note(f"remove {slot}")
        del self.program[slot]
        self.has_changes = True
        for other in [one.slot for one in self.program.values() if slot in one.refs()]:
            if other in self.program:
                self.drop(other)
        if slot in self.unrecorded:
            # Nothing refers to the object any more.
            self.give_up(slot)

    def ordered(self) -> list[Declaration]:
        """Return the resources in the order in which the program registers them."""
        return [self.program[slot] for slot in self.model.slots if slot in self.program]

    def given(self, slot: str) -> Values:
        """Return the inputs of a slot, with ids in place of references."""
        return self.program[slot].resolved(self.id_of)

    def id_of(self, slot: str) -> str:
        """Return the id of a slot's object, or a placeholder before it exists."""
        record = self.stack.record(slot)
        return record.id if record is not None else f"<{slot}>"

    def adopts(self, slot: str) -> bool:
        """Return whether the declaration adopts an existing object."""
        return bool(slot in self.program and self.program[slot].given.get("adopt"))

    def declared_objects(self) -> dict[str, Any]:
        """Return the fields of all declared objects, by id."""
        found = {}
        for slot, declared in self.program.items():
            fields = self.model.fields(declared.kind, self.given(slot))
            if fields is not None:
                found[self.id_of(slot)] = fields
        return found

    def declared_links(self) -> set[Link]:
        """Return all links that the program declares."""
        return {
            link
            for slot, declared in self.program.items()
            for link in self.model.links(declared.kind, self.id_of(slot), self.given(slot))
        }

    def named(self, values: Values) -> list[str]:
        """Return the objects that inputs name."""
        found: list[str] = []
        for name in self.model.references:
            value = values.get(name) or []
            found += [value] if isinstance(value, str) else value
        return found

    # -- the state

    def objects(self, records: Sequence[Record]) -> dict[str, Record]:
        """Return the records of objects by id, without the records of links."""
        return {one.id: one for one in records if self.model.fields(one.kind, one.outputs) is not None}

    def known(self, records: Sequence[Record]) -> set[Link]:
        """Return the links that the state knows."""
        return {link for one in records for link in self.model.links(one.kind, one.id, one.outputs)}

    def left_alone(self, record: Record) -> set[Link]:
        """Return the links of a record that its declaration no longer manages."""
        if record.slot not in self.program:
            return set()
        given = self.given(record.slot)
        return {link for link in self.known([record]) if self.model.leaves_alone(record.kind, given, link)}

    # -- whose is what

    def learn(self, before: Snapshot, after: Snapshot) -> None:
        """Update the model after an action of other people."""
        own = self.objects(self.stack.state)
        for id in before.objects.keys() - after.objects.keys():
            self.others.pop(id, None)
        for id, fields in after.objects.items():
            if id in self.others or id not in before.objects:
                self.others[id] = fields
        self.links_of_others |= after.links - before.links
        self.links_of_others &= after.links
        self.stale = self.stale or before != after
        self.has_changes = self.has_changes or before != after
        for id in [*before.objects, *(after.objects.keys() - before.objects.keys())]:
            if before.objects.get(id) != after.objects.get(id):
                note(f"others: {id} {before.objects.get(id)} -> {after.objects.get(id)}")
        if before.links != after.links:
            note(f"others: +{after.links - before.links} -{before.links - after.links}")
        self.counts["own objects changed by others"] += any(
            before.objects.get(id) != after.objects.get(id) for id in own
        )

    def take_ownership(self, id: str, slot: str) -> None:
        """Move an object of others into the stack. The program then names it by reference, in the right order."""
        if self.others.pop(id, None):
            for name, declared in self.program.items():
                self.program[name] = declared.naming(id, slot)

    def can_name(self, id: str, slot: str) -> bool:
        """Return whether the program can name an object by reference: each resource must follow those that it needs."""
        holds = {link.holder for link in self.known([one for one in self.stack.state if one.slot != slot])}
        if self.adopts(slot) or id in holds:
            return False
        program = [declared.naming(id, slot) for declared in self.ordered()]
        order = [declared.slot for declared in program]
        return self.model.is_consistent(program) and all(
            order.index(needed) < order.index(declared.slot) for declared in program for needed in declared.refs()
        )

    def record_loss(self, slot: str, id: str) -> None:
        """Note an object that a run created or adopted for a slot, and that the state does not know."""
        self.take_ownership(id, slot)
        self.unrecorded[slot] = id
        self.counts["unrecorded"] += 1
        declared = self.program[slot]
        if any(declared.given.get(name) for way in self.model.alternatives(declared.kind).values() for name in way):
            # The declaration allows duplicates, so the next run creates another one.
            self.give_up(slot)

    def give_up(self, slot: str) -> None:
        """Treat an unrecorded object as an object of others."""
        id = self.unrecorded.pop(slot)
        self.others[id] = self.model.snapshot().objects[id]
