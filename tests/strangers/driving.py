"""How a kind is led through its verbs beside hostile texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pulumi_roster.catalog import RESOURCES
from pulumi_roster.http.limits import Limits
from pulumi_roster.lifecycle.read_burst import ReadBurst
from support.cases import CASES
from support.life import Case
from support.subjects import Direct, Values, session_for

KINDS = RESOURCES
BY_KIND = {case.kind: case for case in CASES}

# Nobody else writes, and what is there shows at once.
ALONE = Limits(budget=10.0, settle=0.02, quiet=0.03, first_wait=0.005, longest_wait=0.02, unreachable=0.5)


class Alone(Direct):
    """A kind whose reads wait for no others."""

    def new_run(self) -> None:
        super().new_run()
        self.lifecycle.session._bursts = defaultdict(lambda: ReadBurst(moment=0.001))


def subject(kind: str, url: str) -> Direct:
    """A kind against an address, alone there."""
    return Alone(kind, session_for(url, ALONE))


def declarations(case: Case, made: Any) -> Iterator[Values]:
    """The case's declaration, and what each of its changes makes of it."""
    given = case.inputs(made)
    yield given
    for update in case.updates:
        yield {**given, **(update(made) if callable(update) else update)}


def change_of(case: Case, made: Any) -> Values:
    """A change that concerns this object alone."""
    changes = [update(made) if callable(update) else update for update in case.updates]
    return next((change for change in changes if "save_to_all_envs" not in change), {})


Path = tuple[str | int, ...]


def texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts within a declaration, each with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, (*path, number))


def replaced(value: Any, changes: dict[Path, Any]) -> Any:
    """A declaration with something else in some places."""
    if () in changes:
        return changes[()]
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    inner = {
        key: {path[1:]: text for path, text in changes.items() if path[0] == key}
        for key in {path[0] for path in changes}
    }
    found = {key: replaced(item, inner[key]) if key in inner else item for key, item in steps}
    return found if isinstance(value, dict) else list(found.values())
