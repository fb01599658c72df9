"""Checks what a run did: what no run may do, and what a successful run must have done."""

from __future__ import annotations

from typing import Any

from model.engine import Record, StepFailed
from model.model_state import ModelState
from model.system import Link, Snapshot
from pulumi_roster.errors import AlreadyExists, UnmanagedContent


class Checks(ModelState):
    """Compares the services before and after a run with the model."""

    def check_run(
        self, before: Snapshot, after: Snapshot, records: list[Record], known: set[Link], shown: bool
    ) -> None:
        """Check the changes of any run, and update the model with the new owners of objects and links.

        :param records: the state before the run.
        :param known: the links that it knew of.
        :param shown: whether the run began with a refresh, so that a preview would have shown all.
        """
        taken = self.objects(self.stack.state)
        for id in self.others.keys() & taken.keys():
            assert self.adopts(taken[id].slot), f"{taken[id].slot} adopted {id} without adopt=True"
            self.take_ownership(id, taken[id].slot)
            self.counts["adopted"] += 1
        was = self.objects(records)
        deleted = before.objects.keys() - after.objects.keys()
        self._check_deletions(before, was, deleted)
        self._check_changes(before, after)
        self._check_creations(before, after, taken)
        self._check_links(before, after, records, deleted, shown)
        # An object that is not recorded yet may have some of the links that were declared for it.
        unknown = after.objects.keys() - before.objects.keys() - taken.keys()
        new = {
            link for link in after.links - before.links - self.declared_links() - known if link.holder not in unknown
        }
        assert not new, f"{new} were created without a declaration"
        self.released_links |= after.links - before.links - self.known(self.stack.state)
        self.links_of_others -= self.known(self.stack.state)

    def _check_deletions(self, before: Snapshot, was: dict[str, Record], deleted: set[str]) -> None:
        for id in deleted:
            if id in was:
                assert self._may_be_deleted(was[id]), f"{was[id].slot} was deleted, but is declared"
                continue
            holder = before.objects[id].get("holder")
            assert holder in deleted, f"{before.objects[id]} was deleted, but belongs to others"
            assert self._deleted_with_content(was, holder), f"{before.objects[id]} was deleted together with its holder"
            self.others.pop(id, None)

    def _check_changes(self, before: Snapshot, after: Snapshot) -> None:
        slot = self.stack.creating
        for id, fields in list(self.others.items()):
            if after.objects[id] != fields:
                adopting = self.adopts(slot) and self.same_key(slot, before.objects[id])
                assert adopting, f"{id} was changed: {fields} -> {after.objects[id]}"
                self.record_loss(slot, id)

    def _check_creations(self, before: Snapshot, after: Snapshot, taken: dict[str, Record]) -> None:
        slot = self.stack.creating
        for id in after.objects.keys() - before.objects.keys() - taken.keys():
            made = after.objects[id]
            if not self.model.is_root(made):
                assert slot, f"{made} was created, and is in no state"
                assert self.same_key(slot, made), f"{made} was created for {slot}"
                assert slot not in self.unrecorded, f"{slot} was created twice: {self.unrecorded[slot]} and {id}"
                self.record_loss(slot, id)

    def _check_links(
        self, before: Snapshot, after: Snapshot, records: list[Record], deleted: set[str], shown: bool
    ) -> None:
        was = self.objects(records)
        for link in self.links_of_others - after.links:
            holders = {link.holder, link.member} & deleted
            if holders:
                assert all(self._deleted_with_content(was, holder) for holder in holders), (
                    f"{link} fell with its holder"
                )
            else:
                assert self.is_excluded(link, before), f"{link} was removed, but belongs to others"
                # A list that was not managed before becomes managed completely.
                begins = {one.slot for one in records if self.model.leaves_alone(one.kind, one.outputs, link)}
                asked = [slot for slot in self.program if self.adopts(slot) or slot in begins]
                allowed = shown or any(self.is_excluded(link, before, slot) for slot in asked)
                assert allowed, f"{link} was removed, but no preview showed it"
            self.links_of_others.discard(link)

    def check_success(self, after: Snapshot) -> None:
        """Check the services after a successful run on a state that was up to date."""
        for id, fields in self.declared_objects().items():
            there = after.objects.get(id)
            assert there is not None, f"{fields} is in the state, but not in the service"
            assert all(value in (None, there[name]) for name, value in fields.items()), f"{fields} is declared: {there}"
        assert len(self.objects(self.stack.state)) == len(self.declared_objects()), (
            "two resources must not have the same object"
        )
        missing = self.declared_links() - after.links
        assert not missing, f"{missing} are declared, but missing"
        assert {record.slot for record in self.stack.state} == self.program.keys()

    def check_settled(self, after: Snapshot) -> None:
        """Check that the services hold what the program declares and what others own, and nothing else."""
        self.check_success(after)
        for slot, id in self.unrecorded.items():
            assert slot not in self.program or self.id_of(slot) == id, f"{slot} was created again"
        self.unrecorded.clear()
        expected = {**self.others, **self.declared_objects()}
        extra = {id for id in after.objects.keys() - expected.keys() if not self.model.is_root(after.objects[id])}
        assert not extra, f"too many: {[after.objects[id] for id in extra]}"
        assert sum(map(self.model.is_root, after.objects.values())) <= 1
        assert not expected.keys() - after.objects.keys(), "an object is missing from the service"
        declared = self.declared_links()
        self.links_of_others = {link for link in self.links_of_others if not self.is_excluded(link, after)} - declared
        # Links that no declaration manages any more belong to others.
        left = (after.links - declared - self.links_of_others) & self.released_links
        self.links_of_others |= {link for link in left if not self.is_excluded(link, after)}
        self.released_links.clear()
        expected_links = declared | self.links_of_others
        assert after.links == expected_links, (
            f"too many {after.links - expected_links}, missing {expected_links - after.links}"
        )

    def is_justified(self, refused: StepFailed, now: Snapshot) -> bool:
        """Return whether a step had a reason to fail."""
        slot, error = refused.slot, refused.error
        record = self.stack.record(slot)
        if isinstance(error, AlreadyExists):
            own = record.id if record is not None and refused.verb == "update" else ""
            return bool(self.same_keys(slot, now, own))
        if isinstance(error, UnmanagedContent) and refused.verb == "delete":
            return any(self.content(one.id, now) for one in self.stack.state if one.slot == slot)
        if isinstance(error, UnmanagedContent):
            return any(self.is_excluded(link, now, slot) for link in now.links)
        return any(id not in now.objects for id in self.named(self.given(slot)))

    # -- small pieces

    def is_excluded(self, link: Link, now: Snapshot, slot: str = "") -> bool:
        """Return whether an exclusive declaration (that of ``slot``, if given) does not list this link."""
        if link in self.declared_links() or link.holder not in now.objects:
            return False
        return any(
            self.model.is_exclusive(declared.kind, self.id_of(name), self.given(name), link, now)
            for name, declared in self.program.items()
            if slot in ("", name)
        )

    def content(self, id: str, now: Snapshot) -> list[str | Link]:
        """Return the objects and links in an object."""
        references: list[str | Link] = [one for one, fields in now.objects.items() if fields.get("holder") == id]
        return [*references, *(link for link in now.rows if link.holder == id)]

    def same_keys(self, slot: str, now: Snapshot, own: str) -> list[str]:
        """Return the objects with the natural key of the declared one."""
        return [id for id, fields in now.objects.items() if id != own and self.same_key(slot, fields)]

    def same_key(self, slot: str, fields: Any) -> bool:
        """Return whether an object has the natural key of the declared one."""
        kind, given = self.program[slot].kind, self.given(slot)
        mine = self.model.fields(kind, given)
        if mine is None or mine.keys() != fields.keys():
            return False
        return self.model.key(kind, given) == self.model.key(kind, fields)

    def _may_be_deleted(self, record: Record) -> bool:
        """Return whether a run may delete the object of a record."""
        now, deleting = self.stack.record(record.slot), self.stack.deleting
        replaced = now is None or now.id != record.id or (deleting is not None and deleting.id == record.id)
        return replaced or record.pending_delete or record.slot not in self.program

    def _deleted_with_content(self, records: dict[str, Record], holder: Any) -> bool:
        return holder in records and self.model.deletes_content(records[holder].kind, records[holder].outputs)
