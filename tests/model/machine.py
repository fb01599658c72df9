"""Runs random programs, actions of other people, kills and faults, and checks the services after each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from model.checks import Checks
from model.disturbances import DIRECT, DISTURBANCES, LISTING, Disturbance, Killed, Process
from model.engine import Declaration, StepFailed, Values
from model.system import Snapshot
from pulumi_roster.errors import AlreadyExists, RosterError, UnmanagedContent

NONE = Disturbance()
TROUBLE = st.tuples(DISTURBANCES, st.booleans())
"""A disturbance, and whether its run begins with a refresh."""


class Machine(Checks):
    """The actions of users and of other people, in any order."""

    @initialize(data=st.data(), actions=st.integers(0, 4), resources=st.integers(3, 8))
    def prepare(self, data: st.DataObject, actions: int, resources: int) -> None:
        """Let other people create objects, and then write a program."""
        self._act_as_others(data, actions)
        self._declare(data, resources)

    @rule(data=st.data(), times=st.integers(1, 3))
    def declare(self, data: st.DataObject, times: int) -> None:
        """Add resources to the program."""
        self._declare(data, times)

    @precondition(lambda self: self.program)
    @rule(data=st.data(), times=st.integers(1, 3))
    def change(self, data: st.DataObject, times: int) -> None:
        """Change inputs: rename, move, add and remove members."""
        for _ in range(times):
            slot = data.draw(st.sampled_from(list(self.program)))
            old = self.program[slot].given
            others = {name: one for name, one in self.program.items() if name != slot}
            new = self.model.declare(data.draw, slot, others, self._theirs())
            if new:
                taken = data.draw(st.sets(st.sampled_from(sorted(new)), min_size=1))
                given = {**old, **{name: value for name, value in new.items() if name in taken}}
                self.write(Declaration(slot, self.program[slot].kind, given))

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove a resource, and the resources that need it, from the program."""
        self.drop(data.draw(st.sampled_from(list(self.program))))

    @rule(data=st.data(), times=st.integers(1, 3))
    def act_as_others(self, data: st.DataObject, times: int) -> None:
        """Let other people create, edit and delete objects, also those of the stack."""
        self._act_as_others(data, times)

    @precondition(lambda self: self.stale)
    @rule()
    def refresh(self) -> None:
        """Run ``pulumi refresh``."""
        before = self.model.snapshot()
        self.recorder.clear()
        self.stack.refresh(Process(self.settings, DIRECT))
        assert not self.recorder.writes, "a refresh must write nothing"
        assert self.model.snapshot() == before
        self.stale = False

    @precondition(lambda self: self.has_changes)
    @rule(data=st.data())
    def up(self, data: st.DataObject) -> None:
        """Run ``pulumi up``, and react to errors until it succeeds."""
        self._run_until_settled(data, [])

    @precondition(lambda self: self.has_changes)
    @rule(data=st.data(), disturbances=st.lists(TROUBLE, min_size=1, max_size=3))
    def up_in_trouble(self, data: st.DataObject, disturbances: list[tuple[Disturbance, bool]]) -> None:
        """Run ``pulumi up`` with kills and faults, and then undisturbed."""
        self._run_until_settled(data, disturbances)

    @precondition(lambda self: len(self.stack.state) > 3)
    @rule(data=st.data(), disturbances=st.lists(TROUBLE, max_size=2))
    def destroy(self, data: st.DataObject, disturbances: list[tuple[Disturbance, bool]]) -> None:
        """Run ``pulumi destroy``, and then write a new program."""
        self.program.clear()
        self._run_until_settled(data, disturbances)
        assert not self.stack.state
        self._declare(data, 5)

    @invariant()
    def objects_of_others_are_unchanged(self) -> None:
        """Check after every action that objects and links of others are unchanged."""
        now = self.model.snapshot()
        for id, fields in self.others.items():
            assert now.objects.get(id) == fields, f"{id} of others was changed"
        assert self.links_of_others <= now.links, f"others unrecorded {self.links_of_others - now.links}"
        self.counts["steps"] += 1

    # -- people

    def _declare(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            free = [slot for slot in self.model.slots if slot not in self.program]
            slot = data.draw(st.sampled_from(free or [""]))
            given = slot and self.model.declare(data.draw, slot, self.program, self._theirs())
            if given:
                self.write(Declaration(slot, self.model.slots[slot], given))

    def _theirs(self) -> Snapshot:
        """Return the objects that a program may name by id: those of other people."""
        return Snapshot(self.others, ())

    def _act_as_others(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            before = self.model.snapshot()
            self.model.act_as_others(data.draw, before)
            self.learn(before, self.model.snapshot())

    def _react_to(self, data: st.DataObject, refused: StepFailed) -> None:
        """Do what a user does about an error."""
        slot, now = refused.slot, self.model.snapshot()
        if refused.verb == "delete":
            for record in self.stack.state:
                if record.slot == slot:
                    before = self.model.snapshot()
                    self.model.clear(record.id, before, self.content(record.id, before))
                    self.learn(before, self.model.snapshot())
            return
        declared = self.program[slot]
        ways: dict[str, Values | None] = {"drop": None}
        if isinstance(refused.error, AlreadyExists):
            ways["rename"] = {"name": f"fresh {self.fresh}"}
            self.fresh += 1
            if refused.verb == "create":
                others = self.same_keys(slot, now, "")
                own = self.objects(self.stack.state)
                ways.update(self.model.alternatives(declared.kind))
                if len(others) == 1 and not own.keys() & {*others} and self.can_name(others[0], slot):
                    ways["adopt"] = {"adopt": True}
        elif isinstance(refused.error, UnmanagedContent):
            ways.update(adopt={"adopt": True}, share={"exclusive": False})
        # Adopting is the documented recovery after a killed run.
        way = "adopt" if slot in self.unrecorded and "adopt" in ways else data.draw(st.sampled_from(sorted(ways)))
        self.counts[f"way out: {way}"] += 1
        more = ways[way]
        if more is None or not self.write(Declaration(slot, declared.kind, {**declared.given, **more})):
            self.drop(slot)

    # -- runs

    def _run_until_settled(self, data: st.DataObject, disturbances: Sequence[tuple[Disturbance, bool]]) -> None:
        for disturbance, refresh in disturbances:
            self._attempt(refresh, disturbance, data.draw(st.sampled_from([DIRECT, LISTING])))
        few = data.draw(st.sampled_from([DIRECT, LISTING]))
        refused = self._attempt(True, NONE, few)
        for _ in range(8):
            if refused is None:
                break
            self.counts[f"refused: {type(refused.error).__name__}"] += 1
            self._react_to(data, refused)
            refused = self._attempt(True, NONE, few)
        assert refused is None, f"no reaction helps against {refused}"
        self._settle(few)

    def _attempt(self, refresh: bool, disturbance: Disturbance, few: int) -> StepFailed | None:
        """Run once and check the run. Return the step that failed, if one did."""
        before, records = self.model.snapshot(), [replace(record) for record in self.stack.state]
        known = self.known(records)
        self.links_of_others -= known
        self.released_links |= {link for record in records for link in self.left_alone(record)}
        refused: StepFailed | None = None
        killed = False
        process = Process(self.settings, few)
        self.recorder.clear()
        for fault in disturbance.faults:
            self.emulator.fault(**fault)
            self.counts[f"fault: {fault['kind']}"] += 1
        self.recorder.die(disturbance.kill)
        done: list[str] = []
        try:
            if refresh:
                self.stack.refresh(process)
                # A preview shows what the refresh has read. From now on it belongs to the stack.
                known |= self.known(self.stack.state)
                self.links_of_others -= known
                self.released_links |= {link for record in self.stack.state for link in self.left_alone(record)}
                self.stale = False
            if not self.stale:
                self._preview(process)
            self.stack.up(process, self.ordered(), done)
        except Killed:
            killed = True
            self.counts["killed"] += 1
        except StepFailed as error:
            refused = error
        finally:
            self.emulator.clear_faults()
            self.recorder.clear()
        self.counts.update(step.split()[0] for step in done)
        note(f"{'refresh and ' * refresh}up: {done} {'killed' if killed else refused or ''}")
        after = self.model.snapshot()
        self.check_run(before, after, records, known, refresh and not self.stale)
        if refused is not None:
            assert isinstance(refused.error, RosterError), refused
            if not self.stale and disturbance.repaired(self.model.not_retried):
                assert self.is_justified(refused, after), f"{refused} without a reason, after {disturbance}"
        elif not killed and not self.stale:
            self.check_success(after)
        return refused

    def _preview(self, process: Process) -> None:
        before = self.recorder.requests
        self.stack.preview(process, self.ordered())
        assert self.recorder.requests == before, "a preview must send no request"

    def _settle(self, few: int) -> None:
        """Check that a second run does nothing, unless a set has just become exclusive and the run removes links."""
        for _ in range(3):
            before = self.model.snapshot()
            shown = any(self.is_excluded(link, before) for link in before.links)
            done, writes = self._run_again(few)
            if not done:
                assert not writes, f"a run without changes wrote {writes}"
                assert self.model.snapshot() == before
                break
            assert shown, f"the second run did {done}"
            self.counts["others shown and removed"] += 1
        self.check_settled(self.model.snapshot())
        for slot, declared in self.program.items():
            # Changing adopt is never a difference.
            self.program[slot] = Declaration(slot, declared.kind, {**declared.given, "adopt": False})
        assert self._run_again(few) == ([], [])
        self.has_changes = False
        self.counts["ups"] += 1

    def _run_again(self, few: int) -> tuple[list[str], list[str]]:
        process = Process(self.settings, few)
        self.recorder.clear()
        self.stack.refresh(process)
        done: list[str] = []
        self.stack.up(process, self.ordered(), done)
        return done, self.recorder.writes
