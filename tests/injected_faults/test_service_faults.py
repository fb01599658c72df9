"""Lets each request of each verb of each kind meet each declared fault of the service."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from injected_faults.faults import FAULTS
from injected_faults.outcomes import Fault, Request, Verb
from injected_faults.problems import problems, run_to_end
from injected_faults.verb import ALL_VERBS, SHORT_TIMEOUT, VerbRun
from pulumi_roster.errors import PartialFailure
from roster_emulator import Running
from support.cases import Case
from support.emulator_state import Injected
from support.scripted_server import ScriptedServer, reply, scripted_server


@pytest.fixture
def other_host() -> Iterator[ScriptedServer]:
    """A server to which redirects lead. It answers every request."""
    with scripted_server(reply(200, {"id": "of another host", "access_token": "of another host"})) as other:
        yield other


@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
@pytest.mark.parametrize(("case", "verb"), ALL_VERBS, ids=str)
def test_each_fault_of_the_service_ends_as_declared(
    case: Case,
    verb: Verb,
    always: bool,
    emulator: Running,
    other_host: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = VerbRun(emulator, case, verb)
    found: list[str] = []
    for fault, request, missing in combinations(run, always):
        problem = problems_with(run, fault, request, missing, always, other_host.url)
        warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        # A stale read looks like a write of somebody else, so a warning is correct there.
        if warnings and fault.inject["kind"] != "stale":
            problem += f"; a wrong warning: {warnings[0]}"
        if problem:
            found.append(f"{request.role} by {request}, {fault.name} {missing}: {problem}")
    assert not other_host.got, "the provider must not follow a redirect to another host"
    assert not found, f"{len(found)} combinations:\n" + "\n".join(found)


def combinations(run: VerbRun, always: bool) -> Iterator[tuple[Fault, Request, str]]:
    """Yield each fault with each request that can meet it, and with each field that the reply can lack."""
    for fault in (fault for faults in FAULTS.values() for fault in faults):
        if always and fault.always is None:
            continue
        for request in run.undisturbed.requests:
            if request.role in fault.roles and fault.needs in ("", *request.fields):
                for missing in request.fields if fault.inject["kind"] == "missing_field" else ("",):
                    yield fault, request, missing


def problems_with(run: VerbRun, fault: Fault, request: Request, missing: str, always: bool, other_host: str) -> str:
    """Run the verb with the fault and return every problem, or an empty text."""
    run.rewind(just_created=fault.inject["kind"] == "stale")
    injected = inject(run, fault, request, missing, always, other_host)
    run.slow = fault.slow
    end = run_to_end(run)
    run.slow = False
    run.state.clear_faults()
    if not injected.fired:
        return "no request met the fault"
    outcome = fault.outcome(always, run.case.kind, run.verb, request, missing)
    wrote = request.after_write or (request.role == "write" and fault.work_done)
    # After a partial failure, the provider still sends the other writes.
    wrote |= isinstance(end.error, PartialFailure) and request.before_write
    return problems(run, end, outcome, wrote=wrote, several_writes=request.after_write or request.before_write)


def inject(run: VerbRun, fault: Fault, request: Request, missing: str, always: bool, other_host: str) -> Injected:
    """Inject the fault so that exactly this request meets it."""
    fields = {**fault.inject, "method": request.method, "route": request.route, "skip": request.skip}
    fields["times"] = None if always else 1
    kind = fields["kind"]
    if kind == "stale":
        injected: Injected = run.inject_stale_read(request.after_write, **fields)
        return injected
    if kind == "missing_field":
        fields["field"] = missing
    elif kind == "redirect":
        fields["location"] = other_host
    elif kind in ("slow_headers", "slow_body"):
        fields["seconds"] = 20 * SHORT_TIMEOUT  # the test does not wait for the whole delay: removing the fault ends it
    elif kind == "hold":
        # The service does the work late, while the provider waits before its retry.
        run.on_wait = run.emulator.release
    injected = run.state.inject(**fields)
    if fault.then is not None:
        run.state.inject(**fault.then)
    return injected
