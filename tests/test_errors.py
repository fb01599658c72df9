"""Tests the tree of errors, the class of each status, and the lines of a message."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from pulumi_roster import errors
from pulumi_roster.errors import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    OutcomeUnknown,
    PartialFailure,
    PreconditionFailed,
    RateLimited,
    RosterError,
    ServerError,
    ServiceError,
    Unauthorized,
    UnexpectedReply,
    error_class,
)

STATUSES = {
    400: BadRequest,
    401: Unauthorized,
    402: ServiceError,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    410: NotFound,
    412: PreconditionFailed,
    418: ServiceError,
    422: BadRequest,
    429: RateLimited,
    499: ServiceError,
    500: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    599: ServerError,
}


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_has_its_class(status: int) -> None:
    assert error_class(status) is STATUSES[status]


def test_only_the_failures_of_a_service_leave_the_outcome_of_a_write_open() -> None:
    refusals = [status for status in range(400, 500) if issubclass(error_class(status), OutcomeUnknown)]
    failures = [status for status in range(500, 600) if issubclass(error_class(status), OutcomeUnknown)]
    assert refusals == []
    assert failures == list(range(500, 600))


def drawn() -> set[tuple[str, str]]:
    """Return the pairs of class and base in the picture at the top of the module."""
    pairs: set[tuple[str, str]] = set()
    stack: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z]\w+)(?:\s|$)", line)
        if found is None or (not found[1] and found[2] != "RosterError"):
            continue
        depth = len(found[1])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if stack:
            pairs.add((found[2], stack[-1][1]))
        stack.append((depth, found[2]))
    return pairs


def test_the_documented_tree_is_the_tree_of_classes() -> None:
    classes = [item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, RosterError)]
    ours = {(cls.__name__, base.__name__) for cls in classes for base in cls.__bases__ if base is not Exception}
    assert len(ours) > 15
    assert drawn() == ours


def test_the_classes_that_programs_catch_are_declared_and_marked() -> None:
    assert errors.__all__ == [
        "Ambiguous",
        "BadRequest",
        "Forbidden",
        "InvalidArguments",
        "NotFound",
        "RateLimited",
        "RosterError",
        "ServerError",
        "ServiceError",
        "SettingsError",
        "Unauthorized",
        "Unreachable",
    ]
    marked = re.findall(r"^[│├└─ ]*([A-Z]\w+) \*", errors.__doc__ or "", flags=re.MULTILINE)
    assert sorted(set(marked)) == errors.__all__


def test_an_error_is_a_few_labelled_lines() -> None:
    error = NotFound(
        "IBM Cloud IAM answered 404", status=404, response="no such group", transaction_id="tx-1", hint="look again"
    )
    error.about = 'read ibm.AccessGroup "admins"'
    assert str(error).splitlines() == [
        'read ibm.AccessGroup "admins": IBM Cloud IAM answered 404',
        "  response: no such group",
        "  transaction id: tx-1",
        "  hint: look again",
    ]


@pytest.mark.parametrize(
    "error",
    [RosterError("no more"), UnexpectedReply("no more"), Conflict("no more", status=409), AlreadyExists("no more")],
)
def test_an_error_without_details_is_one_line(error: RosterError) -> None:
    assert str(error) == "no more"


@pytest.mark.parametrize(
    "error",
    [
        NotFound("m", status=404, code="c", response="r", transaction_id="t", hint="h"),
        PartialFailure("m", ["a", "b"], hint="h"),
        RosterError("m", hint="h"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_can_be_copied_and_pickled(error: RosterError) -> None:
    error.about = "create x"
    for other in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))


def test_a_partial_failure_names_each_item() -> None:
    error = PartialFailure("2 were refused", ["a: 400 unknown", "b: 403 full"], hint="remove them")
    assert str(error).splitlines()[1:] == [
        "  refused: a: 400 unknown",
        "  refused: b: 403 full",
        "  hint: remove them",
    ]


def test_no_part_of_an_error_can_forge_a_line() -> None:
    forged = "x\n  hint: nothing\r\x1b[2J\u2028\u202e\ud800"
    error = PartialFailure(f"it holds {forged}", [f"{forged}: 403"], hint=f"remove {forged}")
    error.about = f'delete ibm.AccessGroup "{forged}" {"y" * 100_000}'
    lines = str(error).splitlines()
    assert [line[:11] for line in lines] == ["delete ibm.", "  refused: ", "  hint: rem"]
    assert "".join(lines).isprintable()
    assert len("".join(lines)) < 1000


@pytest.mark.parametrize("kind", [ServiceError, ServerError, NotFound])
def test_a_service_error_has_fields_for_programs(kind: type[ServiceError]) -> None:
    given: dict[str, Any] = {"status": 500, "code": "c", "response": "w", "transaction_id": "t", "hint": "h"}
    error = kind("m", **given)
    assert {name: getattr(error, name) for name in given} == given
