"""Checks what a verb did after it met a fault, and lists every problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from injected_faults.content import difference
from injected_faults.outcomes import Outcome
from injected_faults.verb import BUDGET, CANARY, VerbRun
from pulumi_roster.errors import AlreadyExists

_LINES = 8


@dataclass(frozen=True)
class End:
    """How the verb ended: with an error, or with a result."""

    error: Exception | None
    result: Any


def run_to_end(verb: VerbRun, url: str = "", *, adopt: bool = False) -> End:
    """Run the verb and catch its error."""
    try:
        return End(None, verb.run(url, adopt=adopt))
    except Exception as error:
        return End(error, None)


def problems(verb: VerbRun, end: End, outcome: Outcome, *, wrote: bool, several_writes: bool) -> str:
    """Return every problem with the end of a verb, or an empty text.

    :param wrote: the service has done at least one write of the verb, even if the verb ended with an error.
    :param several_writes: the verb has more than one write.
    """
    before, after = verb.undisturbed.before, verb.undisturbed.after
    found: list[str] = []
    content = verb.content()
    if end.error is None and outcome.shows_drift:
        found.append(_problem_with_next_run(verb, end.result))
    elif end.error is None:
        if not outcome.repaired:
            found.append(f"ended without an error, expected {outcome}")
        found.append(difference(after, content))
        found.append(_problem_with_result(verb, end.result))
    else:
        if type(end.error) not in outcome.errors:
            found.append(f"ended with {type(end.error).__name__}, expected {outcome}: {end.error}")
        found.append(_problem_with_message(verb, end.error))
        if not wrote:
            found.append(difference(before, content))
        elif not several_writes and content not in (before, after):
            found.append(f"the write is incomplete: {difference(after, content)}")
    unchanged = before & after
    found.append(difference(unchanged, unchanged & content))
    if verb.waited > 3 * BUDGET:
        found.append(f"took {verb.waited:.0f} s")
    if end.error is not None and not any(found):
        found.append(_problem_with_second_run(verb, end.error, unknown_object=content != before))
    return "; ".join(filter(None, found))


def _problem_with_result(verb: VerbRun, result: Any) -> str:
    """Check that the result is what a new process reads, and what the program declares."""
    if verb.verb == "delete":
        return ""
    if result is None:
        return "the object is reported as deleted"
    id, outputs = result
    with verb.process(credentials={}) as lifecycle:
        if verb.verb in ("create", "update"):
            if wrong := lifecycle.diff(outputs, verb.declared).changed:
                return f"the state differs in {', '.join(wrong)}"
            found = lifecycle.read(id, outputs)
            if found is None:
                return "a second process does not find the object"
            id, outputs = found.id, found.outputs
        changed = lifecycle.diff(outputs, verb.declared).changed
        if id != (verb.id or result[0]):
            return f"the id is {id}"
        return f"a read shows a difference in {', '.join(changed)}" if changed else ""


def _problem_with_message(verb: VerbRun, error: Exception) -> str:
    """Check that a user can act on the message."""
    text = str(error)
    name = "read" if verb.verb == "list" else verb.verb
    found = []
    if not text.startswith(f"{name} {verb.case.kind}"):
        found.append("does not name verb and object")
    if len(text.splitlines()) > _LINES or "Traceback" in text:
        found.append("is longer than a few lines")
    if CANARY in text:
        found.append("shows a credential")
    return "; ".join(f"the message {problem}: {text}" for problem in found)


def _problem_with_next_run(verb: VerbRun, result: Any) -> str:
    """Check that the next run corrects what this run has put into the state."""
    with verb.process(credentials={}) as lifecycle:
        if result is None:
            lifecycle.create(verb.inputs)
        else:
            id, outputs = result
            lifecycle.update(id, outputs, verb.declared)
    return difference(verb.undisturbed.after, verb.content())


def _problem_with_second_run(verb: VerbRun, first_error: Exception, *, unknown_object: bool) -> str:
    """Check that a second run without the fault ends with exactly what is declared.

    :param unknown_object: the service may hold an object that the state does not know.
    """
    again = run_to_end(verb)
    if isinstance(again.error, AlreadyExists) and unknown_object and verb.verb == "create":
        if "adopt=True" not in str(first_error):
            return f"the message does not name adopt=True: {first_error}"
        again = run_to_end(verb, adopt=True)
    if again.error is not None:
        return f"the second run ended with {type(again.error).__name__}: {again.error}"
    wrong = difference(verb.undisturbed.after, verb.content()) or _problem_with_result(verb, again.result)
    return f"after the second run: {wrong}" if wrong else ""
