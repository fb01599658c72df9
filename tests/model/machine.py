"""The state machine: random programs, strangers, mishaps. After each run the world must be the declaration, plus what
was there before and is not ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from model.judge import Judge
from model.mishaps import FEW, MANY, MISHAPS, Killed, Mishap, Process
from model.pulumi import Declaration, Refused, Values
from model.universe import Snapshot
from pulumi_roster.errors import AlreadyExists, NotOurs, RosterError

NONE = Mishap()
TROUBLE = st.tuples(MISHAPS, st.booleans())
"""A mishap, and whether the run that it befalls begins with a refresh."""


class Machine(Judge):
    """What people do, in any order."""

    @initialize(data=st.data(), deeds=st.integers(0, 4), resources=st.integers(3, 8))
    def begin(self, data: st.DataObject, deeds: int, resources: int) -> None:
        """There are strangers before us; then there is a program."""
        self._strange(data, deeds)
        self._declare(data, resources)

    @rule(data=st.data(), times=st.integers(1, 3))
    def declare(self, data: st.DataObject, times: int) -> None:
        """Somebody adds resources to the program."""
        self._declare(data, times)

    @precondition(lambda self: self.program)
    @rule(data=st.data(), times=st.integers(1, 3))
    def change(self, data: st.DataObject, times: int) -> None:
        """Somebody changes some inputs: renames, moves, adds and removes members."""
        for _ in range(times):
            slot = data.draw(st.sampled_from(list(self.program)))
            old = self.program[slot].given
            others = {name: one for name, one in self.program.items() if name != slot}
            new = self.universe.declare(data.draw, slot, others, self._theirs())
            if new:
                taken = data.draw(st.sets(st.sampled_from(sorted(new)), min_size=1))
                given = {**old, **{name: value for name, value in new.items() if name in taken}}
                self.write(Declaration(slot, self.program[slot].kind, given))

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Somebody takes a resource, and what needs it, out of the program."""
        self.drop(data.draw(st.sampled_from(list(self.program))))

    @rule(data=st.data(), times=st.integers(1, 3))
    def strange(self, data: st.DataObject, times: int) -> None:
        """Strangers create, edit and delete, theirs and ours."""
        self._strange(data, times)

    @precondition(lambda self: self.dirty)
    @rule()
    def refresh(self) -> None:
        """``pulumi refresh``."""
        before = self.universe.snapshot()
        self.wire.clear()
        self.stack.refresh(Process(self.settings, FEW))
        assert not self.wire.writes, "a refresh writes nothing"
        assert self.universe.snapshot() == before
        self.dirty = False

    @precondition(lambda self: self.news)
    @rule(data=st.data())
    def up(self, data: st.DataObject) -> None:
        """``pulumi up``, and all that people do until it goes through."""
        self._bring_about(data, [])

    @precondition(lambda self: self.news)
    @rule(data=st.data(), mishaps=st.lists(TROUBLE, min_size=1, max_size=3))
    def up_in_trouble(self, data: st.DataObject, mishaps: list[tuple[Mishap, bool]]) -> None:
        """``pulumi up``, killed or disturbed some times, then once more in peace."""
        self._bring_about(data, mishaps)

    @precondition(lambda self: len(self.stack.state) > 3)
    @rule(data=st.data(), mishaps=st.lists(TROUBLE, max_size=2))
    def destroy(self, data: st.DataObject, mishaps: list[tuple[Mishap, bool]]) -> None:
        """``pulumi destroy``; then a new program is begun."""
        self.program.clear()
        self._bring_about(data, mishaps)
        assert not self.stack.state
        self._declare(data, 5)

    @invariant()
    def strangers_are_untouched(self) -> None:
        """At every moment."""
        world = self.universe.snapshot()
        for id, fields in self.theirs.items():
            assert world.objects.get(id) == fields, f"the stranger {id} was touched"
        assert self.their_links <= world.links, f"strangers lost {self.their_links - world.links}"
        self.seen["steps"] += 1

    # -- people

    def _declare(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            free = [slot for slot in self.universe.slots if slot not in self.program]
            slot = data.draw(st.sampled_from(free or [""]))
            given = slot and self.universe.declare(data.draw, slot, self.program, self._theirs())
            if given:
                self.write(Declaration(slot, self.universe.slots[slot], given))

    def _theirs(self) -> Snapshot:
        """What a program may name by its id: other people's objects."""
        return Snapshot(self.theirs, ())

    def _strange(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            before = self.universe.snapshot()
            self.universe.strange(data.draw, before)
            self.learn(before, self.universe.snapshot())

    def _find_a_way(self, data: st.DataObject, refused: Refused) -> None:
        """What somebody does about a refusal."""
        slot, world = refused.slot, self.universe.snapshot()
        if refused.verb == "delete":
            for record in self.stack.state:
                if record.slot == slot:
                    before = self.universe.snapshot()
                    self.universe.clear(record.id, before, self.content(record.id, before))
                    self.learn(before, self.universe.snapshot())
            return
        declared = self.program[slot]
        ways: dict[str, Values | None] = {"drop": None}
        if isinstance(refused.error, AlreadyExists):
            ways["rename"] = {"name": f"fresh {self.fresh}"}
            self.fresh += 1
            if refused.verb == "create":
                others = self.same_keys(slot, world, "")
                ours = self.objects(self.stack.state)
                ways.update(self.universe.ways_out(declared.kind))
                if len(others) == 1 and not ours.keys() & {*others} and self.can_name(others[0], slot):
                    ways["adopt"] = {"adopt": True}
        elif isinstance(refused.error, NotOurs):
            ways.update(adopt={"adopt": True}, share={"exclusive": False})
        # The documented way back for what a killed run has made.
        way = "adopt" if slot in self.lost and "adopt" in ways else data.draw(st.sampled_from(sorted(ways)))
        self.seen[f"way out: {way}"] += 1
        more = ways[way]
        if more is None or not self.write(Declaration(slot, declared.kind, {**declared.given, **more})):
            self.drop(slot)

    # -- runs

    def _bring_about(self, data: st.DataObject, mishaps: Sequence[tuple[Mishap, bool]]) -> None:
        for mishap, refresh in mishaps:
            self._attempt(refresh, mishap, data.draw(st.sampled_from([FEW, MANY])))
        few = data.draw(st.sampled_from([FEW, MANY]))
        refused = self._attempt(True, NONE, few)
        for _ in range(8):
            if refused is None:
                break
            self.seen[f"refused: {type(refused.error).__name__}"] += 1
            self._find_a_way(data, refused)
            refused = self._attempt(True, NONE, few)
        assert refused is None, f"no way out of {refused}"
        self._settle(few)

    def _attempt(self, refresh: bool, mishap: Mishap, few: int) -> Refused | None:
        """One run, with what may have happened in it judged. Answers what it was refused for, if it was."""
        before, records = self.universe.snapshot(), [replace(record) for record in self.stack.state]
        known = self.known(records)
        self.their_links -= known
        self.loose |= {link for record in records for link in self.let_go(record)}
        refused: Refused | None = None
        killed = False
        process = Process(self.settings, few)
        self.wire.clear()
        for fault in mishap.faults:
            self.emulator.fault(**fault)
            self.seen[f"fault: {fault['kind']}"] += 1
        self.wire.die(mishap.death)
        done: list[str] = []
        try:
            if refresh:
                self.stack.refresh(process)
                # What a refresh has shown, a preview shows: from now on it counts as ours.
                known |= self.known(self.stack.state)
                self.their_links -= known
                self.dirty = False
            if not self.dirty:
                self._preview(process)
            self.stack.up(process, self.ordered(), done)
        except Killed:
            killed = True
            self.seen["killed"] += 1
        except Refused as error:
            refused = error
        finally:
            self.emulator.clear_faults()
            self.wire.clear()
        self.seen.update(step.split()[0] for step in done)
        note(f"{'refresh and ' * refresh}up: {done} {'killed' if killed else refused or ''}")
        after = self.universe.snapshot()
        self.judge(before, after, records, known, refresh and not self.dirty)
        if refused is not None:
            assert isinstance(refused.error, RosterError), refused
            if not self.dirty and mishap.repaired(self.universe.lasting):
                assert self.justified(refused, after), f"{refused} for no reason, after {mishap}"
        elif not killed and not self.dirty:
            self.judge_success(after)
        return refused

    def _preview(self, process: Process) -> None:
        before = self.wire.requests
        self.stack.preview(process, self.ordered())
        assert self.wire.requests == before, "a preview asks nobody"

    def _settle(self, few: int) -> None:
        """The second run is empty; the third, where a set has just become exclusive over what strangers had put in."""
        for _ in range(3):
            before = self.universe.snapshot()
            shown = any(self.covered(link, before) for link in before.links)
            done, writes = self._run_again(few)
            if not done:
                assert not writes, f"a run without changes wrote {writes}"
                assert self.universe.snapshot() == before
                break
            assert shown, f"the second run did {done}"
            self.seen["strangers shown and removed"] += 1
        self.judge_peace(self.universe.snapshot())
        for slot, declared in self.program.items():
            # Changing adopt is never a difference.
            self.program[slot] = Declaration(slot, declared.kind, {**declared.given, "adopt": False})
        assert self._run_again(few) == ([], [])
        self.news = False
        self.seen["ups"] += 1

    def _run_again(self, few: int) -> tuple[list[str], list[str]]:
        process = Process(self.settings, few)
        self.wire.clear()
        self.stack.refresh(process)
        done: list[str] = []
        self.stack.up(process, self.ordered(), done)
        return done, self.wire.writes
