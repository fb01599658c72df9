"""One cell of the matrix: one call of a verb of a kind meets a fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from faults.calls import Call, Clean
from faults.endings import Fault
from faults.judging import attempt, judge
from faults.moments import A_MOMENT
from faults.scene import Scene
from pulumi_roster.errors import PartialFailure
from roster_emulator.faults import AnyFault


@dataclass(frozen=True)
class Cell:
    """
    :param lasting: whether the call meets the fault for ever, not once.
    :param missing: of a reply that lacks a field, which.
    """

    call: Call
    fault: Fault
    lasting: bool
    missing: str = ""

    def __str__(self) -> str:
        return f"{self.call.role} by {self.call}, {self.fault.name} {self.missing}".rstrip()


def cells_of(clean: Clean, faults: Iterable[Fault], *, lasting: bool) -> Iterator[Cell]:
    """What the calls of a verb can meet."""
    for fault in faults:
        for call in clean.calls:
            if (fault.lasting or not lasting) and call.role in fault.roles and fault.needs in ("", *call.fields):
                fields = call.fields if fault.plan["kind"] == "missing_field" else ("",)
                yield from (Cell(call, fault, lasting, missing) for missing in fields)


def run_cell(scene: Scene, clean: Clean, cell: Cell, elsewhere: str) -> str:
    """Everything that is wrong with one cell, or "".

    :param elsewhere: where a redirect leads to.
    """
    call, fault = cell.call, cell.fault
    scene.rewind(new=fault.plan["kind"] == "stale")
    planned = _plan(scene, cell, elsewhere)
    scene.slow = fault.slow
    met = attempt(scene)
    scene.slow = False
    scene.world.clear_faults()
    if not planned.fired:
        return "was never met"
    ending = fault.ending(cell.lasting, scene.case.kind, scene.verb, call.role, str(call), cell.missing)
    done = call.after_write or (call.role == "write" and fault.works)
    # What can be done beside what is refused is done.
    done |= isinstance(met.error, PartialFailure) and call.before_write
    return judge(scene, clean, met, ending, done=done, more=call.after_write or call.before_write)


def _plan(scene: Scene, cell: Cell, elsewhere: str) -> AnyFault:
    plan = {**cell.fault.plan, "method": cell.call.method, "route": cell.call.route, "skip": cell.call.skip}
    plan["times"] = None if cell.lasting else 1
    kind = plan["kind"]
    if kind == "missing_field":
        plan["field"] = cell.missing
    elif kind == "redirect":
        plan["location"] = elsewhere
    elif kind in ("slow_headers", "slow_body"):
        plan["seconds"] = 20 * A_MOMENT  # nobody waits so long, and the end of the faults ends it
    elif kind == "hold":
        # The work is done late: while the provider waits to ask again.
        scene.moments.on_wait = scene.world.running.release
    elif kind == "stale":
        # What was made a moment ago does not show yet: the object, or what this verb has written.
        plan["as_of"] = "plan"
        scene.world.restore(scene.begin if cell.call.after_write else scene.earlier)
    planned = scene.world.fault(**plan)
    if cell.fault.then is not None:
        scene.world.fault(**cell.fault.then)
    if kind == "stale":
        scene.world.restore(scene.begin)
    return planned
