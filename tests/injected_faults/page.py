"""Writes docs/faults.md from ``introduction.md`` and the declarations that the tests run.

Run it with ``PYTHONPATH=tests .venv/bin/python -m injected_faults.page``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from injected_faults.faults import CONNECTION, FAULTS
from injected_faults.outcomes import ALL_ROLES, VERBS, Fault, Role, Unless
from injected_faults.verb import BUDGET, verbs_of
from pulumi_roster.errors import (
    BadRequest,
    PartialFailure,
    PreconditionFailed,
    RateLimited,
    ReplyLost,
    RosterError,
    ServerError,
    ServiceError,
    UnexpectedReply,
    Unreachable,
)
from pulumi_roster.http.limits import Limits
from support.cases import CASES

INTRODUCTION = Path(__file__).with_name("introduction.md")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"

MEANINGS: dict[type[RosterError], tuple[str, str]] = {
    Unreachable: (
        "The provider could not connect to the service, or got no token. It sent no other request.",
        "Check what the message names: the address, the network, the proxy or the certificate. Run the command again.",
    ),
    ReplyLost: (
        "The provider sent a request and got no complete reply, each time. The service may have applied a write.",
        "Run the command again. The provider first looks for the effect of the write.",
    ),
    UnexpectedReply: (
        "Two replies in a row were not in the service's format: an HTML page of a proxy, incomplete JSON or a redirect."
        " The service may have applied a write.",
        "Check the address and the proxies. Run the command again. The provider first looks for the effect of the"
        " write.",
    ),
    ServiceError: (
        "The service refused to issue a token, or failed. The provider sent no other request.",
        "Run the command again when the service works.",
    ),
    ServerError: (
        "The service failed (5xx) until the time budget was used up. The service may have applied a write.",
        "Run the command again when the service works. Its support can use the transaction id in the message.",
    ),
    RateLimited: (
        "The service's rate limit did not end within the time budget. The service did not apply the request.",
        "Run the command again later, or raise `timeoutSeconds`.",
    ),
    BadRequest: (
        "The service refused the request, or its reply cannot be distinguished from a refusal.",
        "Check the address and the arguments. Run the command again.",
    ),
    PreconditionFailed: (
        "Another writer changed the object between each read and write. The provider overwrote nothing.",
        "Find the other writer of the object. Run the command again when that writer has finished.",
    ),
    PartialFailure: (
        "Of several identities or groups, the service refused those in the message, and accepted the others.",
        "Correct or remove those in the message. Run the command again.",
    ),
}

CONNECTION_TITLE = "The provider cannot reach the service"
CONNECTION_PREFACE = (
    "The first request of a run meets these faults. Each error names the address. The provider sends no request until\n"
    "it has verified the server's certificate."
)

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ROLES: dict[Role, str] = {
    "token": "the request that fetches a token",
    "read": "reads",
    "write": "writes",
    "confirm": "reads that confirm a write",
}


def page() -> str:
    """Return the text of the page."""
    budgets = {"budget": f"{Limits().budget:.0f}", "tried": f"{BUDGET:.0f}"}
    introduction = INTRODUCTION.read_text(encoding="utf-8").format(verbs=_verbs(), errors=_errors(), **budgets)
    sections = [_section(title, faults) for title, faults in FAULTS.items()]
    return "\n".join([introduction, _section(CONNECTION_TITLE, CONNECTION, CONNECTION_PREFACE), *sections])


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
        once = f"{fault.once}{_marks(fault.once_unless, notes)}"
        always = f"{fault.always}{_marks(fault.always_unless, notes)}" if fault.always else "not tested"
        name = fault.name[:1].upper() + fault.name[1:]
        rows.append(f"| {name} | {once} | {f'as *{fault.like}*' if fault.like else always} |")
    table = ["| Injected fault | Once | Every time |", "|---|---|---|", *rows]
    footnotes = ["", *(f"{_mark(number)} {note}  " for number, note in enumerate(notes, 1))] if notes else []
    return "\n".join([f"## {title}", "", *([preface, ""] if preface else []), *table, *footnotes, ""])


def _marks(exceptions: Sequence[Unless], notes: list[str]) -> str:
    """Return the footnote marks of exceptions, and add new footnotes to ``notes``."""
    marks = ""
    for why in dict.fromkeys(each.why for each in exceptions):
        places: dict[tuple[str, str], tuple[Unless, list[str]]] = {}
        for each in exceptions:
            if each.why == why:
                _, kinds = places.setdefault((str(each.outcome), _where(each, [])), (each, []))
                kinds += [kind for kind in _kinds(each.kinds) if kind not in kinds]
        cases = " ".join(
            f"Exception {_where(each, kinds)}: {outcome}." for (outcome, _), (each, kinds) in places.items()
        )
        note = f"{cases} {why}."
        if note not in notes:
            notes.append(note)
        marks += f" {_mark(notes.index(note) + 1)}"
    return marks


def _mark(number: int) -> str:
    return str(number).translate(_SUPERSCRIPT)


def _kinds(pattern: str) -> list[str]:
    """Return the kinds that a pattern matches."""
    if pattern == "*":
        return []
    system, _, name = pattern.partition(".")
    if name == "*":
        return [f"all resources of `{system}`"]
    return [f"`{case.kind}`" for case in CASES if fnmatchcase(case.kind, pattern)]


def _where(exception: Unless, kinds: Sequence[str]) -> str:
    """Describe the requests to which an exception applies, such as "for writes of `ibm.AccessGroup`"."""
    roles = _and([_ROLES[role] for role in _ROLES if role in exception.roles]) if exception.roles != ALL_ROLES else ""
    verbs = f"each {_and([f'`{verb}`' for verb in exception.verbs])}" if exception.verbs != VERBS else ""
    words = [f"`{exception.request}`"] if exception.request != "*" else []
    words += [" in ".join(filter(None, (roles, verbs)))] if roles or verbs else []
    words = [f"for {' and '.join(words)}"] if words else []
    if kinds:
        words.append(f"{'of' if words else 'for'} {_and(kinds)}")
    if exception.fields:
        words.append(f"if the reply lacks {' or '.join(f'`{field}`' for field in exception.fields)}")
    return " ".join(words)


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
