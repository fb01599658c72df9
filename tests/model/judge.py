"""What a run may have done, whatever happened in it, and what it must have done when it went through."""

from __future__ import annotations

from typing import Any

from model.people import People
from model.pulumi import Record, Refused
from model.universe import Link, Snapshot
from pulumi_roster.errors import AlreadyExists, NotOurs


class Judge(People):
    """Compares the world before and after a run with the model."""

    def judge(self, before: Snapshot, after: Snapshot, records: list[Record], known: set[Link], shown: bool) -> None:
        """What may be otherwise after any run, and takes in what is whose now.

        :param records: the state before the run.
        :param known: the links that it knew of.
        :param shown: whether the run began with a refresh, so that a preview would have shown all.
        """
        taken = self.objects(self.stack.state)
        for id in self.theirs.keys() & taken.keys():
            assert self.adopts(taken[id].slot), f"{taken[id].slot} took {id} over, unasked"
            self.take_over(id, taken[id].slot)
            self.seen["adopted"] += 1
        was = self.objects(records)
        fallen = before.objects.keys() - after.objects.keys()
        self._judge_deletions(before, was, fallen)
        self._judge_changes(before, after)
        self._judge_creations(before, after, taken)
        self._judge_links(before, after, records, fallen, shown)
        # What is not recorded yet has what was declared for it, or a part of that.
        unknown = after.objects.keys() - before.objects.keys() - taken.keys()
        new = {
            link for link in after.links - before.links - self.declared_links() - known if link.holder not in unknown
        }
        assert not new, f"{new} came from nowhere"
        self.loose |= after.links - before.links - self.known(self.stack.state)
        self.their_links -= self.known(self.stack.state)

    def _judge_deletions(self, before: Snapshot, was: dict[str, Record], fallen: set[str]) -> None:
        for id in fallen:
            if id in was:
                assert self._may_fall(was[id]), f"{was[id].slot} was deleted, unasked"
                continue
            holder = before.objects[id].get("holder")
            assert holder in fallen, f"{before.objects[id]} was deleted, and is not ours"
            assert self._took_all(was, holder), f"{before.objects[id]} was deleted with what it was in"
            self.theirs.pop(id, None)

    def _judge_changes(self, before: Snapshot, after: Snapshot) -> None:
        slot = self.stack.creating
        for id, fields in list(self.theirs.items()):
            if after.objects[id] != fields:
                adopting = self.adopts(slot) and self.same_key(slot, before.objects[id])
                assert adopting, f"{id} was touched: {fields} -> {after.objects[id]}"
                self.lose(slot, id)

    def _judge_creations(self, before: Snapshot, after: Snapshot, taken: dict[str, Record]) -> None:
        slot = self.stack.creating
        for id in after.objects.keys() - before.objects.keys() - taken.keys():
            made = after.objects[id]
            if not self.universe.incidental(made):
                assert slot, f"{made} was made, and is in no state"
                assert self.same_key(slot, made), f"{made} was made for {slot}"
                assert slot not in self.lost, f"{slot} was made twice: {self.lost[slot]} and {id}"
                self.lose(slot, id)

    def _judge_links(
        self, before: Snapshot, after: Snapshot, records: list[Record], fallen: set[str], shown: bool
    ) -> None:
        was = self.objects(records)
        for link in self.their_links - after.links:
            holders = {link.holder, link.member} & fallen
            if holders:
                assert all(self._took_all(was, holder) for holder in holders), f"{link} was removed with its holder"
            else:
                assert self.covered(link, before), f"{link} was removed, and is not ours"
                # A list that was left alone up to now is taken over whole.
                begins = {one.slot for one in records if self.universe.lets_go(one.kind, one.outputs, link)}
                asked = [slot for slot in self.program if self.adopts(slot) or slot in begins]
                allowed = shown or any(self.covered(link, before, slot) for slot in asked)
                assert allowed, f"{link} was removed, and no preview showed it"
            self.their_links.discard(link)

    def judge_success(self, after: Snapshot) -> None:
        """What must be so after a run that has gone through, on a state that was true before."""
        for id, fields in self.declared_objects().items():
            there = after.objects.get(id)
            assert there is not None, f"{fields} is in the state, and not in the world"
            assert all(value in (None, there[name]) for name, value in fields.items()), f"{fields} is declared: {there}"
        assert len(self.objects(self.stack.state)) == len(self.declared_objects()), "two resources have one object"
        missing = self.declared_links() - after.links
        assert not missing, f"{missing} are declared"
        assert {record.slot for record in self.stack.state} == self.program.keys()

    def judge_peace(self, after: Snapshot) -> None:
        """The world is the declaration, plus what is not ours."""
        self.judge_success(after)
        for slot, id in self.lost.items():
            assert slot not in self.program or self.id_of(slot) == id, f"{slot} was made once more"
        self.lost.clear()
        expected = {**self.theirs, **self.declared_objects()}
        extra = {id for id in after.objects.keys() - expected.keys() if not self.universe.incidental(after.objects[id])}
        assert not extra, f"too many: {[after.objects[id] for id in extra]}"
        assert sum(map(self.universe.incidental, after.objects.values())) <= 1
        assert not expected.keys() - after.objects.keys(), "lost"
        declared = self.declared_links()
        self.their_links = {link for link in self.their_links if not self.covered(link, after)} - declared
        # What a killed run had put in and nobody declares any more, and what a declaration leaves alone from now on,
        # is nobody's.
        left = (after.links - declared - self.their_links) & self.loose
        self.their_links |= {link for link in left if not self.covered(link, after)}
        self.loose.clear()
        assert after.links == declared | self.their_links, (
            f"too many {after.links - declared - self.their_links}, lost {(declared | self.their_links) - after.links}"
        )

    def justified(self, refused: Refused, world: Snapshot) -> bool:
        """Whether there was a reason to refuse."""
        slot, error = refused.slot, refused.error
        record = self.stack.record(slot)
        if isinstance(error, AlreadyExists):
            own = record.id if record is not None and refused.verb == "update" else ""
            return bool(self.same_keys(slot, world, own))
        if isinstance(error, NotOurs) and refused.verb == "delete":
            return any(self.content(one.id, world) for one in self.stack.state if one.slot == slot)
        if isinstance(error, NotOurs):
            return any(self.covered(link, world, slot) for link in world.links)
        return any(id not in world.objects for id in self.named(self.given(slot)))

    # -- small pieces

    def covered(self, link: Link, world: Snapshot, slot: str = "") -> bool:
        """Whether a declared set (that of ``slot``, where it is given) is the whole set, and leaves this link out."""
        if link in self.declared_links() or link.holder not in world.objects:
            return False
        return any(
            self.universe.covers(declared.kind, self.id_of(name), self.given(name), link, world)
            for name, declared in self.program.items()
            if slot in ("", name)
        )

    def content(self, id: str, world: Snapshot) -> list[str | Link]:
        """What is in an object."""
        inside: list[str | Link] = [one for one, fields in world.objects.items() if fields.get("holder") == id]
        return [*inside, *(link for link in world.rows if link.holder == id)]

    def same_keys(self, slot: str, world: Snapshot, own: str) -> list[str]:
        """The objects that a person would take for the declared one."""
        return [id for id, fields in world.objects.items() if id != own and self.same_key(slot, fields)]

    def same_key(self, slot: str, fields: Any) -> bool:
        """Whether a person would take an object for the declared one."""
        kind, given = self.program[slot].kind, self.given(slot)
        mine = self.universe.fields(kind, given)
        if mine is None or mine.keys() != fields.keys():
            return False
        return self.universe.key(kind, given) == self.universe.key(kind, fields)

    def _may_fall(self, record: Record) -> bool:
        """Whether the object of a record was to be deleted."""
        now, deleting = self.stack.record(record.slot), self.stack.deleting
        replaced = now is None or now.id != record.id or (deleting is not None and deleting.id == record.id)
        return replaced or record.leaving or record.slot not in self.program

    def _took_all(self, records: dict[str, Record], holder: Any) -> bool:
        return holder in records and self.universe.takes_all(records[holder].kind, records[holder].outputs)
