"""What a verb that met a fault left behind, and whether that may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from faults.calls import Clean
from faults.endings import Ending
from faults.moments import BUDGET
from faults.scene import CANARY, Scene
from faults.shapes import difference

from pulumi_roster.errors import AlreadyExists

_LINES = 8


@dataclass(frozen=True)
class Met:
    """What happened.

    :param error: what the user is told; ``None`` when the verb was done.
    :param got: what the verb answered.
    """

    error: Exception | None
    got: Any


def attempt(scene: Scene, url: str = "", *, adopt: bool = False) -> Met:
    """Does the verb."""
    try:
        return Met(None, scene.act(url, adopt=adopt))
    except Exception as error:
        return Met(error, None)


def judge(scene: Scene, clean: Clean, met: Met, ending: Ending, *, done: bool, more: bool) -> str:
    """Everything that is wrong, or "".

    :param done: whether a write was done before the verb ended, should it have ended with an error.
    :param more: whether the verb makes more than one write.
    """
    faults: list[str] = []
    world = scene.world.shape()
    if met.error is None and ending.old:
        faults.append(_put_right(scene, clean, met.got))
    elif met.error is None:
        if not ending.repaired:
            faults.append(f"went through, but should end with {ending}")
        faults.append(difference(clean.after, world))
        faults.append(_answer(scene, met.got))
    else:
        if type(met.error) not in ending.errors:
            faults.append(f"ended with {type(met.error).__name__}, but should be {ending}: {met.error}")
        faults.append(_told(scene, met.error))
        if not done:
            faults.append(difference(clean.before, world))
        elif not more and world not in (clean.before, clean.after):
            faults.append(f"half-made: {difference(clean.after, world)}")
    faults.append(difference(clean.before & clean.after, (clean.before & clean.after) & world))
    if scene.moments.skipped > 3 * BUDGET:
        faults.append(f"took {scene.moments.skipped:.0f} s")
    if met.error is not None and not any(faults):
        faults.append(_second_run(scene, clean, met.error, orphan=world != clean.before))
    return "; ".join(filter(None, faults))


def _answer(scene: Scene, got: Any) -> str:
    """Whether the verb answered the truth."""
    if scene.verb == "delete":
        return ""
    if got is None:
        return "is told to be gone"
    id, outputs = got
    with scene.run(credentials={}) as life:
        if scene.verb in ("create", "update"):
            if wrong := life.diff(outputs, scene.declared).changed:
                return f"the state differs in {', '.join(wrong)}"
            found = life.read(id, outputs)
            if found is None:
                return "a second process does not find it"
            id, outputs = found.id, found.outputs
        changed = life.diff(outputs, scene.declared).changed
        wrong_id = "" if id == (scene.id or got[0]) else f"is told to be {id}"
        return wrong_id or (f"is told to differ in {', '.join(changed)}" if changed else "")


def _told(scene: Scene, error: Exception) -> str:
    """Whether the user can do something with the message."""
    text = str(error)
    verb = "read" if scene.verb == "list" else scene.verb
    faults = []
    if not text.startswith(f"{verb} {scene.case.kind}"):
        faults.append("does not say what it is about")
    if len(text.splitlines()) > _LINES or "Traceback" in text:
        faults.append("is no message of a few lines")
    if CANARY in text:
        faults.append("shows a credential")
    return "; ".join(f"the message {fault}: {text}" for fault in faults)


def _put_right(scene: Scene, clean: Clean, got: Any) -> str:
    """Whether the next run puts right what this one made of the state."""
    with scene.run(credentials={}) as life:
        if got is None:
            life.create(scene.inputs)
        else:
            id, outputs = got
            life.update(id, outputs, scene.declared)
    return difference(clean.after, scene.world.shape())


def _second_run(scene: Scene, clean: Clean, told: Exception, *, orphan: bool) -> str:
    """Whether a second run without the fault ends with exactly what is declared.

    :param told: what the first run ended with.
    :param orphan: whether the object is there without the state knowing it.
    """
    again = attempt(scene)
    if isinstance(again.error, AlreadyExists) and orphan and scene.verb == "create":
        if "adopt=True" not in str(told):
            return f"the message does not tell the way back: {told}"
        again = attempt(scene, adopt=True)
    if again.error is not None:
        return f"the second run ended with {type(again.error).__name__}: {again.error}"
    wrong = difference(clean.after, scene.world.shape()) or _answer(scene, again.got)
    return f"after the second run: {wrong}" if wrong else ""
