"""Writes docs/faults.md from ``introduction.md`` and the declarations that the tests run: ``python -m faults.table`` in
``tests``."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from faults.catalog import CONNECTION, FAULTS
from faults.endings import EVERY, Ending, Fault, Otherwise, Role
from faults.moments import BUDGET
from faults.scene import VERBS, verbs_of

from pulumi_roster.errors import (
    BadRequest,
    ConnectionFailed,
    PartialFailure,
    PreconditionFailed,
    RateLimited,
    ReplyLost,
    RosterError,
    ServerError,
    ServiceError,
    UnexpectedReply,
)
from pulumi_roster.http.limits import Limits
from support.cases import CASES

INTRODUCTION = Path(__file__).with_name("introduction.md")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"

MEANINGS: dict[type[RosterError], tuple[str, str]] = {
    ConnectionFailed: (
        "The service was not reached, or gave no token. Nothing was done.",
        "Check what the message names: the address, the network, the proxy, the certificate; run again.",
    ),
    ReplyLost: (
        "A request was sent and no complete reply came, each time. A write may have been done.",
        "Run again: what was done meanwhile is looked for first.",
    ),
    UnexpectedReply: (
        "Twice in a row, a reply that is not what the service documents: a proxy's page, half of a document, a"
        " redirect. A write may have been done.",
        "Check the address, and what stands between; run again: what was done is looked for first.",
    ),
    ServiceError: (
        "The service refused or failed; here, when it was asked for a token. Nothing else was sent.",
        "Run again when the service is well.",
    ),
    ServerError: (
        "The service failed (5xx) until the time budget was used up. A write may have been done.",
        "Run again when the service is well; the transaction id in the message is for its support.",
    ),
    RateLimited: (
        "The service's limit does not lift within the time budget. The request was not done.",
        "Run again later, or give each call more time with `budgetSeconds`.",
    ),
    BadRequest: (
        "The service does not accept what was sent, or its answer cannot be told from such a refusal.",
        "Check the address and what is declared; run again.",
    ),
    PreconditionFailed: (
        "The object was changed between reading and writing, each time. Nothing was overwritten.",
        "Find out who else writes it; run again when they are done.",
    ),
    PartialFailure: (
        "Of a call about many identities or groups, those that the message lists were refused, or not answered for; the"
        " others went through.",
        "Correct or remove those that are listed; run again.",
    ),
}

CONNECTION_TITLE = "The service is not reached"

_MARKS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_CALLS: dict[Role, str] = {
    "token": "the exchange for a token",
    "read": "reads",
    "write": "writes",
    "look": "looks at what was written",
}


def page() -> str:
    """The whole page."""
    budgets = {"budget": f"{Limits().budget:.0f}", "tried": f"{BUDGET:.0f}"}
    parts = [INTRODUCTION.read_text(encoding="utf-8").format(verbs=_verbs(), errors=_errors(), **budgets)]
    preface = "The first call of a run meets it. Each error names the address. Whom we do not trust is sent nothing."
    parts.append(_section(CONNECTION_TITLE, CONNECTION, preface))
    parts += [_section(title, faults) for title, faults in FAULTS.items()]
    return "\n".join(parts)


def _verbs() -> str:
    rows = [f"| Resource | {' | '.join(f'`{verb}`' for verb in VERBS)} |", "|---|" + ":-:|" * len(VERBS)]
    for case in CASES:
        has = verbs_of(case)
        rows.append(f"| `{case.kind}` | {' | '.join('✓' if verb in has else '' for verb in VERBS)} |")
    return "\n".join(rows)


def _errors() -> str:
    return "\n".join(f"| `{error.__name__}` | {what} | {do} |" for error, (what, do) in MEANINGS.items())


def _section(title: str, faults: Sequence[Fault], preface: str = "") -> str:
    notes: list[str] = []
    rows = []
    for fault in faults:
        once = _told(fault.once) + _marks(fault.otherwise, notes)
        lasting = _told(fault.lasting) + _marks(fault.lasting_otherwise, notes) if fault.lasting else "not tried"
        rows.append(f"| {_title(fault)} | {once} | {f'as *{fault.like}*' if fault.like else lasting} |")
    lines = [
        f"## {title}",
        "",
        *([preface, ""] if preface else []),
        "| Fault | Once | Every time |",
        "|---|---|---|",
        *rows,
    ]
    if notes:
        lines += ["", *(f"{_mark(number)} {note}  " for number, note in enumerate(notes, 1))]
    return "\n".join([*lines, ""])


def _title(fault: Fault) -> str:
    return fault.name[:1].upper() + fault.name[1:]


def _told(ending: Ending) -> str:
    ways = ["repaired"] * ending.repaired + [f"`{error.__name__}`" for error in ending.errors]
    return ", or ".join(ways) if ways else "mended by the next `up`"


def _marks(others: Sequence[Otherwise], notes: list[str]) -> str:
    """The marks of the footnotes; new ones are added to ``notes``."""
    told: dict[str, dict[str, dict[str, list[str]]]] = {}
    for other in others:
        kinds = told.setdefault(other.why, {}).setdefault(_told(other.ending), {}).setdefault(_where(other), [])
        kinds += [kind for kind in _kinds(other.kinds) if kind not in kinds]
    marks = ""
    for why, endings in told.items():
        cases = "; ".join(
            f"{'; '.join(', '.join(filter(None, (*kinds, where))) for where, kinds in places.items())}: {ending}"
            for ending, places in endings.items()
        )
        note = f"{cases}. {why}."
        if note not in notes:
            notes.append(note)
        marks += f" {_mark(notes.index(note) + 1)}"
    return marks


def _mark(number: int) -> str:
    return str(number).translate(_MARKS)


def _kinds(pattern: str) -> list[str]:
    """The kinds that a pattern stands for, in words."""
    if pattern == "*":
        return []
    system, _, name = pattern.partition(".")
    if name == "*":
        return [f"all of `{system}`"]
    return [f"`{case.kind}`" for case in CASES if fnmatchcase(case.kind, pattern)]


def _where(other: Otherwise) -> str:
    """Which cells of these kinds an exception is about, in words."""
    words: list[str] = []
    if other.verbs != VERBS:
        words.append(" and ".join(f"`{verb}`" for verb in other.verbs))
    if other.roles != EVERY:
        words.append(" and ".join(_CALLS[role] for role in _CALLS if role in other.roles))
    if other.call != "*":
        words.append(f"`{other.call}`")
    if other.fields:
        words.append(f"without {' or '.join(f'`{field}`' for field in other.fields)}")
    return ", ".join(words)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
